// Which layout a study opens with, from what is known of it without its pixels. No layout fits every study: the others
// are one click away in OHIF's menu of layouts.

export const LAYOUTS = {
  petCt: 'osteon-pet-ct',
  compare: 'osteon-compare',
  spineMr: 'osteon-spine-mr',
  spineCt: 'osteon-spine-ct',
  longBoneCt: 'osteon-long-bone-ct',
  plain: 'osteon-plain',
};

/** Above this, a volume takes longer to arrive than a reader waits: single slices are shown, which come one by one. */
export const MOST_SLICES = 900;

const LONG_BONE = /f[ée]m(u|o)r|hum[ée]r|tibia|fibula|p[ée]ron|radius|ulna|cuisse|jambe|\bbras\b|\bleg\b|\barm\b|thigh|extremit/i;

/** `displaySets`: of all studies that are open. `studies`: their UIDs, the one that is read first. */
export function layoutFor(displaySets, studies) {
  const current = displaySets.filter((each) => each.numImageFrames > 0 && each.StudyInstanceUID === studies[0]);
  const volumes = current.filter((each) => each.isReconstructable && each.numImageFrames <= MOST_SLICES);
  const has = (modality, among = current) => among.some((each) => each.Modality === modality);
  if (has('PT', volumes) && has('CT', volumes)) return LAYOUTS.petCt;
  if (hasPrior(displaySets, studies)) return LAYOUTS.compare;
  if (has('MR') && current.length > 1) return LAYOUTS.spineMr;
  if (!has('CT', volumes)) return LAYOUTS.plain;
  // Whatever else was examined, the spine is in it, and pseudonymised descriptions say little.
  const isLongBone = volumes.filter(({ Modality }) => Modality === 'CT').every((each) => LONG_BONE.test(wordsOf(each)));
  return isLongBone ? LAYOUTS.longBoneCt : LAYOUTS.spineCt;
}

/** How many slices the longest series of the study has, where that is why no planes are offered; 0 otherwise. */
export function tooManySlices(displaySets, [studied]) {
  const current = displaySets.filter((each) => each.StudyInstanceUID === studied && each.isReconstructable);
  const longest = Math.max(0, ...current.map((each) => each.numImageFrames));
  return current.length && current.every((each) => each.numImageFrames > MOST_SLICES) ? longest : 0;
}

function hasPrior(displaySets, studies) {
  return studies.length > 1 && displaySets.some((each) => each.numImageFrames > 0 && each.StudyInstanceUID === studies[1]);
}

function wordsOf({ SeriesDescription, instance, instances }) {
  const first = instance ?? instances?.[0] ?? {};
  return [SeriesDescription, first.BodyPartExamined, first.ProtocolName].filter(Boolean).join(' ');
}
