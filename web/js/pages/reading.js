// Lesions of a patient on one study, without the viewer beside them.

import '/workbench/components/osteon-lesion-panel.js';
import { patientPage, readingPage, viewer } from '/workbench/js/addresses.js';
import { all, withQuery } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, words } from '/workbench/js/i18n.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure, waiting } from '/workbench/js/states.js';
import readingWords from '/workbench/words/reading.js';

const t = words(readingWords);
const main = document.getElementById('main');
const patient = decodeURIComponent(location.pathname.split('/')[2]);
const study = new URLSearchParams(location.search).get('study');
const panel = study ? el('osteon-lesion-panel', { patient, study }) : null;
const heading = el('div', { class: 'heading' });
let studies = null;
let trouble = null;

if (panel) main.replaceChildren(heading, panel);
const me = await shell({ title: () => t('of', { patient }), draw: (me) => me && draw() });
if (me && !study) ask();

function draw() {
  if (panel) {
    if (!panel.isConnected) main.replaceChildren(heading, panel);
    fill(heading, el('h1', {}, t('of', { patient })), el('nav', {}, links()));
    return;
  }
  fill(main, el('h1', {}, t('of', { patient })), trouble ? failure(trouble, ask) : studies === null ? waiting() : choice());
}

function links() {
  return [el('a', { class: 'button', href: patientPage(patient) }, t('patient')), el('a', { class: 'button', href: viewer(study) }, t('images'))];
}

async function ask() {
  trouble = null;
  try {
    studies = await all(withQuery('/studies', { patient }));
  } catch (error) {
    trouble = error;
  }
  draw();
}

function choice() {
  if (!studies.length) return empty(t('noStudies'));
  return el('section', { class: 'card' }, el('h2', {}, t('choose')), el('ul', { class: 'studies' }, studies.map((each) => el('li', {},
    el('a', { class: 'button', href: readingPage(patient, each.study_instance_uid) }, `${day(each.study_date) || t('undated')} · ${each.modalities.join(' / ')}`)))));
}
