// The meeting sheet of one patient: looked at, printed, or taken as PDF.

import '/workbench/components/osteon-skeleton.js';
import { patientPage } from '/workbench/js/addresses.js';
import { ApiError, get } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { language, words } from '/workbench/js/i18n.js';
import { sheetOf } from '/workbench/js/sheet/layout.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure, waiting } from '/workbench/js/states.js';
import sheetWords from '/workbench/words/sheet.js';

const t = words(sheetWords);
const main = document.getElementById('main');
const pseudonym = decodeURIComponent(location.pathname.split('/')[2]);
const path = `/patients/${encodeURIComponent(pseudonym)}/sheet`;
let asked = 0;

shell({ title: () => `${t('title')} ${pseudonym}`, draw: load });

/** Its words come with it, so another language is asked for anew. */
async function load() {
  const mine = ++asked;
  fill(main, tools(), waiting());
  try {
    const { body } = await get(`${path}?language=${language()}`);
    if (mine === asked) fill(main, tools(), sheetOf(body));
  } catch (error) {
    if (mine === asked) fill(main, tools(), trouble(error));
  }
}

function tools() {
  return el(
    'div',
    { class: 'tools' },
    el('a', { class: 'button quiet', href: patientPage(pseudonym), 'aria-label': t('back'), title: t('back') }, '←'),
    el('h1', {}, t('title')),
    el('a', { class: 'button', href: `/api/v1${path}.pdf?language=${language()}`, target: '_blank', rel: 'noopener' }, t('pdf')),
    el('button', { class: 'primary', onclick: () => window.print() }, t('print')),
  );
}

function trouble(error) {
  const isUnknown = error instanceof ApiError && (error.status === 404 || error.status === 422);
  return isUnknown ? empty(t('unknown', { pseudonym }), t('unknownDetail')) : failure(error, load);
}
