// The researcher's page: asking for a cohort, and the releases that one may have.

import { researchPage } from '/workbench/js/addresses.js';
import { withQuery } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { Releases } from '/workbench/js/releases/releases.js';
import { loadCatalogue } from '/workbench/js/research/catalogue.js';
import { Cohort } from '/workbench/js/research/cohort.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { tabs } from '/workbench/js/tabs.js';
import { failure, waiting } from '/workbench/js/states.js';
import researchWords from '/workbench/words/research.js';

const t = words(researchWords);
const COUNTS = ['radiologist', 'clinician', 'researcher'];
const main = document.getElementById('main');
const body = el('div', { class: 'research-body' });
const head = el('div', { class: 'start-head' });
let view = null;
let trouble = null;

const me = await shell({ title: () => t('title'), draw });
if (me) show(wanted());

function wanted() {
  const asked = new URLSearchParams(location.search).get('view');
  return asked === 'releases' || !COUNTS.some(has) ? 'releases' : 'cohort';
}

async function show(name) {
  trouble = null;
  view = null;
  draw();
  try {
    const made = name === 'releases' ? new Releases(researchPage) : new Cohort(await loadCatalogue());
    if (wanted() !== name) return;
    view = made;
    draw();
    await view.begin();
  } catch (error) {
    trouble = error;
    draw();
  }
}

function draw() {
  const names = COUNTS.some(has) ? ['cohort', 'releases'] : ['releases'];
  fill(head, el('h1', {}, t('title')), tabs(t('views'), names.map((name) => ({ name, label: t(`tab_${name}`), isShown: name === wanted(), show: () => change(name) }))));
  if (!head.isConnected) fill(main, head, body);
  if (trouble) fill(body, failure(trouble, () => show(wanted())));
  else if (!view) fill(body, waiting());
  else if (view.element.parentNode !== body) fill(body, view.element);
  view?.draw();
}

function change(name) {
  view?.end?.();
  history.pushState(null, '', withQuery(researchPage, { view: name === 'cohort' ? null : name }));
  show(name);
}

addEventListener('popstate', () => show(wanted()));
