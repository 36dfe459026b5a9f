// `osteon-jump` of the lesion panel: every viewport in that frame of reference shows the slice through the point. Where the
// series that is shown does not reach there, one that does takes its place.

import { showSlice } from './stacks.js';

const MARGIN_MM = 5;

/** What jumps: `point` in mm, LPS; where an image is named and no frame of reference, its frame counts. The last jump wins. */
export function jumper(services) {
  let latest = 0;
  return async ({ frame_of_reference_uid: named, sop_instance_uid: image, study_instance_uid: study, point }) => {
    const jump = (latest += 1);
    const frame = named || frameOf(services.displaySetService, image);
    const place = [point.x, point.y, point.z];
    const isThere = (displaySet) => isIn(displaySet, { frame, study });
    await showSeriesOf(services, isThere, place);
    if (jump === latest) move(services, isThere, place);
  };
}

function frameOf(displaySetService, image) {
  const instances = displaySetService.getActiveDisplaySets().flatMap((each) => each.instances ?? []);
  return instances.find((each) => each.SOPInstanceUID === image)?.FrameOfReferenceUID;
}

/** In every view that does not reach there: another series of that modality and frame of reference that does. */
async function showSeriesOf({ displaySetService, viewportGridService, hangingProtocolService }, isThere, place) {
  const reaching = displaySetService.getActiveDisplaySets().filter((each) => isThere(each) && reaches(each, place));
  const changes = [];
  for (const [viewportId, { displaySetInstanceUIDs: uids = [] }] of viewportGridService.getState().viewports) {
    const shown = uids.map((uid) => displaySetService.getDisplaySetByUID(uid)).filter(Boolean);
    const other = reaching.find(({ Modality }) => Modality === shown[0]?.Modality);
    if (!other || !isThere(shown[0]) || shown.some((each) => reaching.includes(each))) continue;
    const [change] = hangingProtocolService.getViewportsRequireUpdate(viewportId, other.displaySetInstanceUID)
      .filter((each) => each.viewportId === viewportId);
    if (change) changes.push([change, whenShown(viewportId, other.displaySetInstanceUID)]);
  }
  if (!changes.length) return;
  viewportGridService.setDisplaySetsForViewports(changes.map(([change]) => change));
  await Promise.all(changes.map(([, shown]) => shown));
}

/** Images that say no frame of reference share one with those of their study only. */
function isIn({ instances = [], StudyInstanceUID }, { frame, study }) {
  return frame ? instances[0]?.FrameOfReferenceUID === frame : !study || StudyInstanceUID === study;
}

/** Resolves when the view has it; it may take as long as the images take. */
function whenShown(viewportId, uid) {
  const { Events } = window.cornerstone.Enums;
  const names = [Events.VOLUME_VIEWPORT_NEW_VOLUME, Events.VIEWPORT_NEW_IMAGE_SET];
  return new Promise((resolve) => {
    const look = ({ type, detail }) => {
      const view = window.cornerstone.getEnabledElements().find(({ viewport }) => viewport.id === viewportId)?.viewport;
      if (!view || (detail?.viewportId && detail.viewportId !== viewportId)) return;
      if (type !== Events.VIEWPORT_NEW_IMAGE_SET && !view.getAllVolumeIds?.().some((id) => id.includes(uid))) return;
      names.forEach((name) => document.removeEventListener(name, look, true));
      requestAnimationFrame(() => resolve());
    };
    names.forEach((name) => document.addEventListener(name, look, true));
  });
}

/** Whether the images of a series go around a place. */
function reaches({ instances = [] }, place) {
  if (!instances.length) return false;
  const { ImageOrientationPatient: directions, PixelSpacing: spacing, Rows: rows, Columns: columns } = instances[0];
  if (!directions || !spacing) return false;
  const [right, down] = [directions.slice(0, 3).map(Number), directions.slice(3).map(Number)];
  const along = (axis, from) => place.reduce((sum, value, index) => sum + (value - from[index]) * axis[index], 0);
  const origins = instances.map((each) => each.ImagePositionPatient?.map(Number)).filter(Boolean);
  const depths = origins.map((origin) => along(cross(right, down), origin));
  const within = (value, size) => value >= -MARGIN_MM && value <= size + MARGIN_MM;
  return (
    origins.length > 0
    && Math.min(...depths) <= MARGIN_MM
    && Math.max(...depths) >= -MARGIN_MM
    && within(along(right, origins[0]), columns * spacing[1])
    && within(along(down, origins[0]), rows * spacing[0])
  );
}

function move({ cornerstoneViewportService, displaySetService, viewportGridService }, isThere, place) {
  for (const [viewportId, { displaySetInstanceUIDs: uids = [] }] of viewportGridService.getState().viewports) {
    const viewport = cornerstoneViewportService.getCornerstoneViewport(viewportId);
    const shown = displaySetService.getDisplaySetByUID(uids[0]);
    if (!viewport || !shown || !isThere(shown)) continue;
    if (viewport.type === window.cornerstone.Enums.ViewportType.STACK) showInStack(viewport, place);
    else showInVolume(viewport, place);
  }
}

function showInStack(viewport, place) {
  const distances = viewport.getImageIds().map((imageId) => distance(imageId, place));
  const nearest = distances.indexOf(Math.min(...distances));
  if (Number.isFinite(distances[nearest])) showSlice(viewport, nearest);
}

function distance(imageId, place) {
  const plane = window.cornerstone.metaData.get('imagePlaneModule', imageId);
  if (!plane?.rowCosines || !plane.imagePositionPatient) return Infinity;
  const [normal, origin] = [cross(plane.rowCosines, plane.columnCosines), plane.imagePositionPatient];
  return Math.abs(place.reduce((sum, value, axis) => sum + (value - origin[axis]) * normal[axis], 0));
}

function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function showInVolume(viewport, place) {
  const { focalPoint, position, viewPlaneNormal } = viewport.getCamera();
  const along = place.reduce((sum, value, axis) => sum + (value - focalPoint[axis]) * viewPlaneNormal[axis], 0);
  const moved = (from) => from.map((value, axis) => value + along * viewPlaneNormal[axis]);
  viewport.setCamera({ focalPoint: moved(focalPoint), position: moved(position) });
  viewport.render();
}
