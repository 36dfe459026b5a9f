// Images that did not arrive, because the session had ended or the server was away, asked for once more. Nothing else
// would: a volume asks for each slice once, and fills the place of one that is missing from its neighbours.

const LATER_MS = 10_000;

/** Returns how many are asked for. What is still loading by itself is looked at again later. */
export function fetchMissing() {
  const { cache, getEnabledElements, Enums } = window.cornerstone;
  if (cache.getVolumes().some(isLoading)) setTimeout(fetchMissing, LATER_MS);
  const asked = cache.getVolumes().map(completed).reduce((sum, count) => sum + count, 0);
  const stacks = getEnabledElements().map(({ viewport }) => viewport).filter(({ type }) => type === Enums.ViewportType.STACK);
  return asked + stacks.map(shownAgain).reduce((sum, count) => sum + count, 0);
}

const isLoading = ({ imagesLoader, loadStatus }) => Boolean(imagesLoader && loadStatus?.loading && !loadStatus.loaded);

/**
 * The slices of a volume that are not there as they are stored. Asked for one by one: the volume's own loader would copy
 * each to its neighbours in this list, which may be far apart in the patient.
 */
function completed(volume) {
  const { Enums, ProgressiveRetrieveImages } = window.cornerstone;
  const { FULL_RESOLUTION } = Enums.ImageQualityStatus;
  const { cachedFrames, imageIds, imagesLoader, loadStatus } = volume;
  if (!imagesLoader || !loadStatus?.loaded) return 0;
  const missing = imageIds.filter((_, index) => cachedFrames[index] !== FULL_RESOLUTION);
  if (!missing.length) return 0;
  Object.assign(loadStatus, { loaded: false, loading: true });
  volume.framesProcessed = imageIds.length - missing.length;
  const { createProgressive, singleRetrieveStages } = ProgressiveRetrieveImages;
  createProgressive(singleRetrieveStages).loadImages(missing, volume).catch(() => null);
  return missing.length;
}

/** The image of a stack that the reader scrolled to; the others are asked for as they are scrolled to. */
function shownAgain(stack) {
  const wanted = stack.getTargetImageIdIndex();
  if (!stack.getImageIds().length || stack.getCornerstoneImage()?.imageId === stack.getImageIds()[wanted]) return 0;
  const before = stack.getCornerstoneImage() && { camera: stack.getCamera(), shown: stack.getProperties() };
  stack
    .setStack(stack.getImageIds(), wanted)
    .then(() => {
      if (!before) return;
      stack.setProperties(before.shown);
      stack.setCamera({ parallelScale: before.camera.parallelScale });
      stack.render();
    })
    .catch(() => null);
  return 1;
}
