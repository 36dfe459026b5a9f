// One key, one act; never while somebody types, and a list of them under ?.

import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import keyWords from '/workbench/words/keys.js';

const t = words(keyWords);

/** `bindings`: [{key, says: () => text, does: (event) => …}]. Returns a function that opens the list of them. */
export function keys(bindings) {
  const help = () => showKeys(bindings);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.composedPath()[0]) || document.querySelector('dialog[open]')) return;
    // They press what has the focus, wherever else they would lead.
    if ((event.key === ' ' || event.key === 'Enter') && isPressed(event.composedPath()[0])) return;
    if (event.key === '?') {
      event.preventDefault();
      help();
      return;
    }
    const bound = bindings.find((each) => each.key === event.key);
    if (bound) {
      event.preventDefault();
      bound.does(event);
    }
  });
  return help;
}

/** Events come out of shadow roots with another target. */
function isTyping(element) {
  return element.matches?.('input:not([type=checkbox]), select, textarea, [contenteditable]') ?? false;
}

function isPressed(element) {
  return element.matches?.('button, a, summary, [role=button], input[type=checkbox]') ?? false;
}

function showKeys(bindings) {
  const close = el('button', { class: 'primary', onclick: () => dialog.close() }, t('close'));
  const dialog = el(
    'dialog',
    { class: 'keys', 'aria-labelledby': 'keys-title', onclose: () => dialog.remove() },
    el('h2', { id: 'keys-title' }, t('title')),
    el(
      'dl',
      {},
      [...bindings, { key: '?', says: () => t('help') }].map(({ key, says }) =>
        el('div', {}, el('dt', {}, el('kbd', {}, t(`key_${key}`) === `key_${key}` ? key : t(`key_${key}`))), el('dd', {}, says())),
      ),
    ),
    close,
  );
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
