// The window that an image is first shown in, where that depends on the image: bone for CT, SUV where there is one.

import { WINDOWS } from '/ext/windows.js';

const SUV = { windowWidth: 10, windowCenter: 5 };

/** undefined leaves the window that is stored with the image. */
export function boneForCt(displaySets) {
  if (displaySets?.[0]?.Modality !== 'CT') return undefined;
  return { windowWidth: WINDOWS.bone.width, windowCenter: WINDOWS.bone.level };
}

/** SUV 0 to 10, when weight, dose and times are all known; activity per volume has no window that fits every study. */
export function suvForPet(displaySets) {
  const pet = displaySets?.find(({ Modality }) => Modality === 'PT');
  const imageId = pet?.images?.[0]?.imageId ?? pet?.imageIds?.[0];
  return imageId && window.cornerstone.metaData.get('scalingModule', imageId)?.suvbw ? SUV : undefined;
}
