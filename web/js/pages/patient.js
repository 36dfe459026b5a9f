// One patient: the course over time, the lesions, and the ways to the images, the findings and the meeting sheet.

import { readingPage, recordPage, sheetPage, viewer } from '/workbench/js/addresses.js';
import { ApiError } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { keys } from '/workbench/js/keys.js';
import { follow } from '/workbench/js/live.js';
import { examinations } from '/workbench/js/patient/examinations.js';
import { highest } from '/workbench/js/patient/highest.js';
import { lesions } from '/workbench/js/patient/lesions.js';
import { loadPatient, SEES_FINDINGS } from '/workbench/js/patient/record.js';
import { drawSkeleton } from '/workbench/js/patient/skeleton.js';
import { timeline } from '/workbench/js/patient/timeline.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure, sentence, waiting } from '/workbench/js/states.js';
import patientWords from '/workbench/words/patient.js';

const t = words(patientWords);
const main = document.getElementById('main');
const pseudonym = decodeURIComponent(location.pathname.split('/')[2]);
const said = el('p', { class: 'said', role: 'status' });
// Where the drawn skeleton goes; nothing is shown while nothing is in it.
const skeleton = el('section', { id: 'skeleton', class: 'card' });
let patient = null;
let error = null;

const help = keys([
  { key: 'v', says: () => t('key_v'), does: () => patient?.mayRead && patient.newest && location.assign(viewer(patient.newest.study_instance_uid)) },
  { key: 'f', says: () => t('key_f'), does: () => has('radiologist') && patient?.newest && location.assign(readingPage(pseudonym, patient.newest.study_instance_uid)) },
  { key: 's', says: () => t('key_s'), does: () => patient?.mayRead && location.assign(sheetPage(pseudonym)) },
  { key: 'c', says: () => t('key_c'), does: () => patient?.mayRead && location.assign(recordPage(pseudonym)) },
  { key: 'j', says: () => t('key_j'), does: () => move(1) },
  { key: 'k', says: () => t('key_k'), does: () => move(-1) },
  { key: 'w', says: () => t('key_w'), does: () => location.assign('/') },
]);

const me = await shell({ title: () => pseudonym, draw });
if (me) {
  if (SEES_FINDINGS.some(has)) await follow(changed).ready;
  await load();
}

function changed(changes) {
  if (patient && (!changes.length || changes.some((each) => each.pseudonym === pseudonym))) load();
}

async function load() {
  try {
    patient = await loadPatient(pseudonym);
    error = null;
  } catch (failed) {
    error = failed;
  }
  draw();
  if (patient?.mayRead && patient.lesions.length) drawSkeleton(skeleton, pseudonym);
}

function draw() {
  if (!patient) {
    fill(main, error ? trouble() : waiting());
    return;
  }
  fill(said, error ? sentence(error) : '');
  const focused = main.querySelector('tr:focus-within')?.dataset.lesion;
  fill(
    main,
    head(),
    said,
    patient.studies.length ? content() : empty(t('noStudies')),
  );
  if (focused) main.querySelector(`tr[data-lesion="${focused}"] a.main`)?.focus();
}

function trouble() {
  const isUnknown = error instanceof ApiError && (error.status === 404 || error.status === 422);
  if (!isUnknown) return failure(error, load);
  return empty(t('unknown', { pseudonym }), t('unknownDetail'), el('a', { class: 'button', href: '/' }, t('backToList')));
}

function head() {
  const { newest } = patient;
  const { patient_sex: sex, study_count: studies } = patient.patient;
  return el(
    'div',
    { class: 'patient-head' },
    el('a', { class: 'button quiet back', href: '/', 'aria-label': t('backToList') }, '←'),
    el('h1', { class: 'code' }, pseudonym),
    el('span', { class: 'muted' }, [sex && t(`sex_${sex}`), t('studies', { count: studies }), patient.mayRead && t('lesionCount', { count: patient.lesions.length })].filter(Boolean).join(' · ')),
    el('span', { class: 'spring' }),
    patient.mayRead ? el('a', { class: 'button', href: recordPage(pseudonym) }, t('record'), el('kbd', {}, 'c')) : null,
    newest && patient.mayRead
      ? [
          el('a', { class: 'button', href: sheetPage(pseudonym) }, t('sheet'), el('kbd', {}, 's')),
          has('radiologist') ? el('a', { class: 'button', href: readingPage(pseudonym, newest.study_instance_uid) }, t('findings'), el('kbd', {}, 'f')) : null,
          el('a', { class: 'button primary', href: viewer(newest.study_instance_uid) }, t('openViewer'), el('kbd', {}, 'v')),
        ]
      : null,
    el('button', { class: 'quiet icon', onclick: () => help(), 'aria-label': t('keys') }, el('kbd', {}, '?')),
  );
}

function content() {
  const card = (title, ...inside) => el('section', { class: 'card' }, el('h2', {}, title), inside);
  return el(
    'div',
    { class: 'patient-grid' },
    el(
      'div',
      { class: 'wide-side' },
      patient.mayRead ? card(t('timeline'), timeline(patient), el('p', { class: 'fine legend' }, t('timelineHelp'))) : null,
      patient.mayRead ? card(t('lesions'), lesions(patient)) : null,
      card(t('examinations'), examinations(patient)),
    ),
    el('div', { class: 'narrow-side' }, highest(patient), skeleton),
  );
}

function move(step) {
  const rows = [...main.querySelectorAll('tr.lesion a.main')];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))].focus();
}
