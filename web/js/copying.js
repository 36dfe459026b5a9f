// A command to take along: shown as it is typed, with a button that copies it.

import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import shellWords from '/workbench/words/shell.js';

const t = words(shellWords);
const SAID_MS = 2000;

export function command(text) {
  const button = el('button', { type: 'button', class: 'quiet', onclick: () => copy(button, text) }, t('copy'));
  return el('div', { class: 'command' }, el('code', { tabindex: 0, role: 'group', 'aria-label': text }, text), button);
}

async function copy(button, text) {
  const isCopied = await put(text);
  button.textContent = t(isCopied ? 'copied' : 'notCopied');
  setTimeout(() => {
    button.textContent = t('copy');
  }, SAID_MS);
}

/** The clipboard is there on secure pages only. */
async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
