// Stacks of prior and current that scroll together: millimetres along the patient, since slices of two examinations
// differ in thickness and number. The key L lets go, so that one can be aligned to the other, and links them again.

import { showSlice } from './stacks.js';

const IDS = ['current', 'prior'];

/** `toggle` for the key; `stop` when the viewer is left. */
export function linkedScrolling(services) {
  const { cornerstoneViewportService: viewports } = services;
  let isWanted = true;
  let unlink = null;
  const relink = () => {
    unlink?.();
    unlink = isWanted ? link(services) : null;
  };
  const { unsubscribe } = viewports.subscribe(viewports.EVENTS.VIEWPORT_DATA_CHANGED, relink);
  return {
    toggle: () => {
      isWanted = !isWanted;
      relink();
      return isWanted;
    },
    stop: () => {
      unsubscribe();
      unlink?.();
    },
  };
}

/** null while there are not two stacks to link. What is between them when they are linked, stays between them. */
function link({ cornerstoneViewportService: viewports, viewportGridService: grid }) {
  const stacks = IDS.map((id) => viewports.getCornerstoneViewport(id));
  if (stacks.some((each) => !each?.getImageIds || each.getImageIds().length < 2)) return null;
  const between = place(stacks[1]) - place(stacks[0]);
  const asked = stacks.map(() => null);
  const follow = ({ currentTarget }) => {
    const moved = stacks.findIndex(({ element }) => element === currentTarget);
    // A slice that it was to follow to may come when the reader has turned to it already: still it does not lead.
    const isAsked = asked[moved] === stacks[moved].getCurrentImageIdIndex();
    if (isAsked) asked[moved] = null;
    // Only the one that the reader scrolls leads: the other reports its own changes as well.
    if (isAsked || IDS[moved] !== grid.getActiveViewportId()) return;
    asked[moved] = null;
    const other = 1 - moved;
    asked[other] = show(stacks[other], place(stacks[moved]) + (moved === 0 ? between : -between), asked[other]);
  };
  const event = window.cornerstone.Enums.Events.STACK_NEW_IMAGE;
  stacks.forEach(({ element }) => element.addEventListener(event, follow));
  return () => stacks.forEach(({ element }) => element.removeEventListener(event, follow));
}

function place(stack) {
  return along(stack.getCurrentImageId());
}

/** mm from the origin along the normal of the slices, whatever way the stack is sorted. */
function along(imageId) {
  const { rowCosines: r, columnCosines: c, imagePositionPatient: p } = window.cornerstone.metaData.get('imagePlaneModule', imageId);
  const normal = [r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]];
  return p.reduce((sum, value, axis) => sum + value * normal[axis], 0);
}

/**
 * The index of the slice that is still to come; null when it is shown already. A stack has the index of the slice that
 * it was asked for from then on, so that `coming`, what was asked for before, tells the two apart.
 */
function show(stack, wanted, coming) {
  const distances = stack.getImageIds().map((imageId) => Math.abs(along(imageId) - wanted));
  const nearest = distances.indexOf(Math.min(...distances));
  const isShown = stack.getCurrentImageIdIndex() === nearest && coming !== nearest;
  showSlice(stack, nearest);
  return isShown ? null : nearest;
}
