// Two blind readings, and what counts of them: the page around <osteon-adjudication>, and its keys.

import '/workbench/components/osteon-adjudication.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { keys } from '/workbench/js/keys.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty } from '/workbench/js/states.js';
import adjudicationWords from '/workbench/words/adjudication.js';

const t = words(adjudicationWords);
const main = document.getElementById('main');
const assignment = decodeURIComponent(location.pathname.split('/')[2]);
const table = el('osteon-adjudication', { assignment });

const help = keys([
  { key: 'ArrowLeft', says: () => t('key_left'), does: (event) => table.act(event.shiftKey ? 'allLeft' : 'left') },
  { key: 'ArrowRight', says: () => t('key_right'), does: (event) => table.act(event.shiftKey ? 'allRight' : 'right') },
  { key: 'o', says: () => t('key_other'), does: () => table.act('other') },
  { key: 'ArrowUp', says: () => t('key_up'), does: () => table.act('step', -1) },
  { key: 'ArrowDown', says: () => t('key_down'), does: () => table.act('step', 1) },
  { key: 'j', says: () => t('key_j'), does: () => table.act('lesion', 1) },
  { key: 'k', says: () => t('key_k'), does: () => table.act('lesion', -1) },
  { key: 'c', says: () => t('counts'), does: () => table.act('counts') },
  { key: 'x', says: () => t('dismiss'), does: () => table.act('dismissed') },
]);

document.addEventListener('keydown', (event) => {
  const isTyping = event.composedPath()[0].matches?.('input:not([type=checkbox]), select, textarea');
  const isCommand = event.ctrlKey || event.metaKey;
  if (document.querySelector('dialog[open]')) return;
  const done = isCommand ? command(event, isTyping) : !isTyping && !event.altKey && /^[0-9]$/.test(event.key) && table.act('digit', Number(event.key));
  if (done) event.preventDefault();
});

function command(event, isTyping) {
  const key = event.key.toLowerCase();
  if (key === 'enter') return table.act('sign');
  if (isTyping) return false;
  if (key === 'z') return table.act(event.shiftKey ? 'redo' : 'undo');
  return key === 'y' ? table.act('redo') : false;
}

const helpButton = el('button', { class: 'quiet icon help', onclick: () => help() }, el('kbd', {}, '?'));
await shell({ title: () => t('title'), draw });

function draw() {
  helpButton.setAttribute('aria-label', t('keys'));
  if (table.isConnected) return;
  if (!has('radiologist')) main.replaceChildren(empty(t('notForYou'), t('notForYouDetail')));
  else main.replaceChildren(table, helpButton);
}
