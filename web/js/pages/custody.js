// The custodian's page: the balance of what came in, what was set aside, releases and their grants, the audit log.

import { custodyPage } from '/workbench/js/addresses.js';
import { withQuery } from '/workbench/js/api.js';
import { Audit } from '/workbench/js/custody/audit.js';
import { Balance } from '/workbench/js/custody/balance.js';
import { Quarantine } from '/workbench/js/custody/quarantine.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { Releases } from '/workbench/js/releases/releases.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure } from '/workbench/js/states.js';
import { tabs } from '/workbench/js/tabs.js';
import custodyWords from '/workbench/words/custody.js';

const t = words(custodyWords);
const VIEWS = {
  balance: () => new Balance({ showReason: () => change('quarantine') }),
  quarantine: () => new Quarantine(),
  releases: () => new Releases(custodyPage),
  audit: () => new Audit(),
};
const main = document.getElementById('main');
const body = el('div', { class: 'custody-body' });
const head = el('div', { class: 'start-head' });
let view = null;
let trouble = null;

const me = await shell({ title: () => t('title'), draw });
if (me && isForMe()) show();

function isForMe() {
  return has('custodian') || has('administrator');
}

function wanted() {
  const asked = new URLSearchParams(location.search).get('view');
  return asked in VIEWS ? asked : 'balance';
}

async function show() {
  trouble = null;
  view = VIEWS[wanted()]();
  draw();
  try {
    await view.begin();
  } catch (error) {
    trouble = error;
    draw();
  }
}

function draw() {
  if (!isForMe()) {
    fill(main, empty(t('notForYou'), t('notForYouDetail')));
    return;
  }
  fill(head, el('h1', {}, t('title')), tabs(t('views'), Object.keys(VIEWS).map((name) => ({ name, label: t(`tab_${name}`), isShown: name === wanted(), show: () => change(name) }))), el('span', { class: 'spring' }), el('span', { class: 'muted fine' }, t('noIdentity')));
  if (!head.isConnected) fill(main, head, body);
  if (trouble) fill(body, failure(trouble, show));
  else if (view && view.element.parentNode !== body) fill(body, view.element);
  view?.draw();
}

function change(name) {
  view?.end?.();
  history.pushState(null, '', withQuery(custodyPage, { view: name === 'balance' ? null : name }));
  show();
}

addEventListener('popstate', () => isForMe() && show());
