// What is drawn in OHIF, handed to the lesion panel as POST /api/v1/measurements takes it: points in mm, LPS. Numbers
// that OHIF shows are not handed on: the server computes its own.

const WAIT_MS = 250;
const PRESSES = ['pointerdown', 'pointerup', 'pointercancel'];

/** Returns what undoes it. */
export function watchMeasurements({ measurementService, displaySetService }, panel) {
  const { EVENTS } = measurementService;
  const waiting = new Map();
  /** From a report that was opened: nothing that the reader has drawn, until it is dragged. */
  const imported = new Set();
  let isPressed = false;
  const press = (event) => {
    isPressed = event.type === 'pointerdown';
  };
  PRESSES.forEach((name) => document.addEventListener(name, press, true));
  const hand = (uid) => {
    if (isPressed) return wait(uid);
    waiting.delete(uid);
    const measurement = measurementService.getMeasurement(uid);
    const geometry = measurement && geometryOf(measurement, displaySetService.getActiveDisplaySets());
    if (geometry) panel.addGeometry?.(geometry);
  };
  // While something is drawn or a handle is dragged, an update comes with every movement: only the end is handed on.
  const wait = (uid) => {
    clearTimeout(waiting.get(uid));
    waiting.set(uid, setTimeout(hand, WAIT_MS, uid));
  };
  const later = ({ measurement: { uid } }) => {
    if (isPressed) imported.delete(uid);
    if (!imported.has(uid)) wait(uid);
  };
  const gone = ({ measurement }) => {
    const uid = measurement?.uid ?? measurement;
    clearTimeout(waiting.get(uid));
    waiting.delete(uid);
    panel.removeGeometry?.(uid);
  };
  const subscriptions = [
    measurementService.subscribe(EVENTS.MEASUREMENT_ADDED, later),
    measurementService.subscribe(EVENTS.RAW_MEASUREMENT_ADDED, ({ measurement }) => imported.add(measurement.uid)),
    measurementService.subscribe(EVENTS.MEASUREMENT_UPDATED, later),
    measurementService.subscribe(EVENTS.MEASUREMENT_REMOVED, gone),
  ];
  return () => {
    subscriptions.forEach(({ unsubscribe }) => unsubscribe());
    waiting.forEach((timer) => clearTimeout(timer));
    PRESSES.forEach((name) => document.removeEventListener(name, press, true));
  };
}

/** null for what nothing is measured by: arrows, angles, open lines. */
export function geometryOf(measurement, displaySets = []) {
  const { uid, toolName, referenceStudyUID, referenceSeriesUID, SOPInstanceUID, FrameOfReferenceUID } = measurement;
  const annotation = window.cornerstoneTools.annotation.state.getAnnotation(uid);
  const drawn = annotation && drawing(toolName, annotation);
  if (!drawn) return null;
  const shown = drawnOn(annotation, displaySets);
  return {
    uid,
    ...drawn,
    points: drawn.points.map(toPoint),
    study_instance_uid: shown?.StudyInstanceUID ?? referenceStudyUID ?? null,
    series_instance_uid: shown?.SeriesInstanceUID ?? referenceSeriesUID ?? null,
    ...placeOf(annotation.metadata, SOPInstanceUID, FrameOfReferenceUID),
  };
}

/** On a reformatted plane OHIF names any series of the frame of reference: the volume that was drawn on is the one. */
function drawnOn({ metadata, data }, displaySets) {
  // What a tool has looked at is the key of what it found there.
  const volumes = [metadata.volumeId, ...Object.keys(data.cachedStats ?? {})].filter((each) => each?.includes('olume'));
  return displaySets.find(({ displaySetInstanceUID: uid }) => volumes.some((each) => each.includes(uid)));
}

function drawing(toolName, { data, metadata }) {
  const handles = data.handles?.points ?? [];
  const outline = data.contour?.polyline ?? [];
  switch (toolName) {
    case 'Length':
      return handles.length === 2 ? { kind: 'length', points: handles } : null;
    case 'Bidirectional':
      return handles.length === 4 ? { kind: 'bidirectional', points: handles } : null;
    case 'EllipticalROI':
      return handles.length === 4 ? { kind: 'ellipse', points: handles } : null;
    case 'CircleROI':
      return handles.length >= 2 ? { kind: 'ellipse', points: circle(handles, metadata) } : null;
    case 'RectangleROI':
      // Cornerstone's corners go along one side and then along the other.
      return handles.length === 4 ? { kind: 'freehand', points: [0, 1, 3, 2].map((index) => handles[index]) } : null;
    case 'PlanarFreehandROI':
    case 'SplineROI':
    case 'LivewireContour':
      return data.contour?.closed && outline.length >= 3 ? { kind: 'freehand', points: outline } : null;
    case 'Probe':
      return handles.length ? { kind: 'points', points: handles.slice(0, 1) } : null;
    default:
      return null;
  }
}

/** Ends of two diameters at right angles, in the plane of the drawing. */
function circle([centre, edge], { viewPlaneNormal: n }) {
  const r = edge.map((value, axis) => value - centre[axis]);
  const s = [n[1] * r[2] - n[2] * r[1], n[2] * r[0] - n[0] * r[2], n[0] * r[1] - n[1] * r[0]];
  const at = (direction, sign) => centre.map((value, axis) => value + sign * direction[axis]);
  return [at(r, 1), at(r, -1), at(s, 1), at(s, -1)];
}

/** On a stored image its UID; on a reformatted plane, which has none, the frame of reference and the normal. */
function placeOf(metadata, image, frame) {
  const isReformatted = Boolean(metadata.volumeId) || !image;
  const frameUid = metadata.FrameOfReferenceUID ?? frame ?? null;
  return {
    sop_instance_uid: isReformatted ? null : image,
    frame_of_reference_uid: frameUid,
    plane_normal: toPoint(metadata.viewPlaneNormal),
  };
}

function toPoint([x, y, z]) {
  return { x, y, z };
}
