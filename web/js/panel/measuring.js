// What is drawn, put into the form of POST /api/v1/measurements: the server measures, here only clicks are collected.

import { post } from '/workbench/js/api.js';

export const LANDMARKS = ['upper_anterior', 'upper_middle', 'upper_posterior', 'lower_anterior', 'lower_middle', 'lower_posterior'];
const CONTOURS = ['outer', 'inner', 'lesion'];
const SPINE = [
  ...['C2', 'C3', 'C4', 'C5', 'C6', 'C7'],
  ...Array.from({ length: 12 }, (_, index) => `T${index + 1}`),
  ...Array.from({ length: 5 }, (_, index) => `L${index + 1}`),
  'S1',
];

/** The vertebrae beside one, whose heights it is compared with. */
export function neighboursOf(level) {
  const at = SPINE.indexOf(level);
  return at < 0 ? [] : [SPINE[at - 1], SPINE[at + 1]].filter(Boolean);
}

/** Drawings that are wanted in an order: one that is moved stays in its place, one that is deleted is wanted again. */
class Places {
  constructor(count) {
    this.all = Array(count).fill(null);
  }

  get next() {
    return this.all.indexOf(null);
  }

  get isEmpty() {
    return this.all.every((each) => each === null);
  }

  take(drawing) {
    this.all[this.next] = drawing;
  }

  /** `drawing`: null where it was deleted. False when none of these has that uid. */
  replace(uid, drawing) {
    const at = this.all.findIndex((each) => each?.uid === uid);
    if (!uid || at < 0) return false;
    this.all[at] = drawing;
    return true;
  }

  back() {
    const at = this.all.findLastIndex((each) => each !== null);
    if (at >= 0) this.all[at] = null;
  }
}

/** Clicks on a vertebra, six each, its neighbours after it if they are wanted. */
export class HeightsGuide {
  kind = 'vertebra';

  constructor(level) {
    this.level = level;
    this.bodies = [bodyOfLevel(level)];
  }

  /** The body that is clicked on at the moment. */
  get now() {
    return this.bodies.find(({ places }) => places.next >= 0) ?? this.bodies.at(-1);
  }

  get step() {
    const { level, places } = this.now;
    return places.next < 0 ? null : { level, name: LANDMARKS[places.next], at: places.next };
  }

  get isReady() {
    return this.step === null;
  }

  get further() {
    const has = this.bodies.map((body) => body.level);
    return this.isReady ? neighboursOf(this.level).filter((level) => !has.includes(level)) : [];
  }

  add(level) {
    this.bodies.push(bodyOfLevel(level));
  }

  /** True when the drawing was a click that was waited for. */
  take(drawing) {
    if (!this.step || drawing.kind !== 'points') return false;
    this.now.places.take({ ...drawing, point: drawing.points[0] });
    return true;
  }

  /** True when the drawing is one of the clicks, and is elsewhere now. */
  move(drawing) {
    return this.bodies.some(({ places }) => places.replace(drawing.uid, { ...drawing, point: drawing.points[0] }));
  }

  drop(uid) {
    return this.bodies.some(({ places }) => places.replace(uid, null));
  }

  back() {
    if (this.bodies.at(-1).places.isEmpty && this.bodies.length > 1) this.bodies.pop();
    this.bodies.at(-1).places.back();
  }

  body(study) {
    const all = this.bodies.flatMap(({ places }) => places.all);
    const [own, ...others] = this.bodies.map(({ level, places }) => ({ level, landmarks: landmarksOf(places.all) }));
    return { study_instance_uid: study, ...seriesOf(all[0]), kind: 'vertebra', geometry: { ...placeOf(all), ...own, neighbours: others } };
  }

  /** All points, to be kept with the draft as the place of the lesion. */
  get drawn() {
    return this.bodies[0].places.all;
  }
}

const bodyOfLevel = (level) => ({ level, places: new Places(LANDMARKS.length) });

/** Contours of a long bone's cortex in one plane: outside, inside, then the lesion. */
export class CortexGuide {
  kind = 'cortex';
  places = new Places(CONTOURS.length);

  get step() {
    const at = this.places.next;
    return at < 0 ? null : { name: CONTOURS[at], at };
  }

  get isReady() {
    return this.step === null;
  }

  further = [];

  take(drawing) {
    if (!this.step || drawing.kind !== 'freehand') return false;
    this.places.take(drawing);
    return true;
  }

  move(drawing) {
    return this.places.replace(drawing.uid, drawing);
  }

  drop(uid) {
    return this.places.replace(uid, null);
  }

  back() {
    this.places.back();
  }

  body(study) {
    const contours = this.places.all;
    const [outer, inner, lesion] = contours.map((each) => each.points);
    return { study_instance_uid: study, ...seriesOf(contours[0]), kind: 'cortex', geometry: { ...placeOf(contours), outer, inner, lesions: [lesion] } };
  }

  get drawn() {
    return this.places.all.slice(2);
  }
}

/** A single drawing as it came from the viewer. */
export function bodyOf(drawing, study) {
  const { kind, points, axis, geometry, client_values: shown } = drawing;
  const place = placeOf([drawing]);
  return {
    study_instance_uid: drawing.study_instance_uid || study,
    ...seriesOf(drawing),
    kind: kind || KINDS[points.length] || 'points',
    geometry: geometry || { ...place, points, ...(axis ? { axis } : {}) },
    ...(shown ? { client_values: shown } : {}),
  };
}

const KINDS = { 1: 'points', 2: 'length', 4: 'bidirectional' };

const SHAPES = { freehand: 'contour', ellipse: 'ellipse' };

/** Where a lesion is, as drafts keep it; what one drawing encloses is said, for masks. */
export function geometryOf(drawings) {
  const { sop_instance_uid: image, frame_of_reference_uid: frame } = placeOf(drawings);
  const points = drawings.flatMap((each) => each.points || each.geometry?.points || []);
  if (!points.length || (!image && !frame)) return null;
  const shape = drawings.length === 1 ? SHAPES[drawings[0].kind] : null;
  return { ...(image ? { sop_instance_uid: image } : { frame_of_reference_uid: frame }), points, ...(shape ? { shape } : {}) };
}

export async function measured(body) {
  return (await post('/measurements', body)).body;
}

/** The change of the draft that takes what was measured; sources of other findings stay. */
export function changeOf(answer, findings) {
  const { sources: told = [], ...values } = Object.fromEntries(Object.entries(answer.findings).filter(([, value]) => value !== null));
  const names = Object.keys(values);
  if (!names.length) return null;
  const others = (findings.sources || []).filter((each) => !names.includes(each.finding));
  const patch = Object.fromEntries(names.map((name) => [name, beside(findings[name], values[name])]));
  return { findings: { ...patch, sources: [...others, ...(told || [])] } };
}

/** What is measured of a finding replaces what it says of the same; what else is known of it stays. */
function beside(before, now) {
  if (before === null || typeof before !== 'object' || Array.isArray(now) || typeof now !== 'object') return now;
  const known = Object.fromEntries(Object.entries(now).filter(([, value]) => value !== null && value !== undefined));
  const whole = { ...before, ...known };
  if (known.height_loss_percent !== undefined && whole.present !== null) whole.present = null;
  if (known.measured?.length) whole.category = null;
  return whole;
}

function seriesOf(drawing) {
  return drawing?.series_instance_uid ? { series_instance_uid: drawing.series_instance_uid } : {};
}

/** On one image its UID; on several, or on a reformatted plane, the frame of reference. */
function placeOf(drawings) {
  const [first] = drawings;
  const images = new Set(drawings.map((each) => each.sop_instance_uid || each.geometry?.sop_instance_uid || null));
  const [image] = images;
  if (images.size === 1 && image) return { sop_instance_uid: image };
  const frame = first?.frame_of_reference_uid || first?.geometry?.frame_of_reference_uid;
  return { frame_of_reference_uid: frame, ...(first?.plane_normal ? { plane_normal: first.plane_normal } : {}) };
}

function landmarksOf(points) {
  return Object.fromEntries(LANDMARKS.map((name, index) => [name, points[index].point]));
}
