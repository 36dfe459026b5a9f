// A small dialog with one form; text that seems to name somebody is asked about before it is sent again.

import { isIdentifying, isStale } from '/workbench/js/meeting/calls.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { sentence } from '/workbench/js/states.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);

/** `send(checked)` keeps it and may throw; `fields` are elements; `stale` as of troubleBox. The dialog closes once it is kept. */
export function ask({ title, fields, action, send, stale }) {
  const trouble = troubleBox();
  const submit = async (event) => {
    event.preventDefault();
    if (await trouble.tried(() => send(trouble.checked), stale)) dialog.close();
  };
  const dialog = el(
    'dialog',
    { class: 'asking', 'aria-labelledby': 'asking-title', onclose: () => dialog.remove() },
    el('form', { onsubmit: submit }, el('h2', { id: 'asking-title' }, title), fields, trouble.element, el('div', { class: 'actions' }, el('button', { type: 'button', onclick: () => dialog.close() }, t('cancel')), el('button', { class: 'primary' }, action))),
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Where something is said to be wrong; `tried(act, stale)` tells whether it went well. `stale` is asked, when somebody was
 * quicker, for the words of what there is now; what was typed stays as it is.
 */
export function troubleBox() {
  const element = el('div', { class: 'trouble', role: 'alert' });
  const box = el('input', { type: 'checkbox', id: `checked-${Math.random().toString(36).slice(2)}` });
  return {
    element,
    get checked() {
      return box.isConnected && box.checked;
    },
    async tried(act, stale = () => t('stale')) {
      try {
        await act();
        fill(element);
        return true;
      } catch (error) {
        if (isStale(error)) fill(element, el('p', {}, await wordsOf(stale)));
        else if (isIdentifying(error)) fill(element, el('p', {}, t('identifying')), el('label', { class: 'check', for: box.id }, box, t('checked')));
        else fill(element, el('p', {}, sentence(error)));
        return false;
      }
    },
  };
}

async function wordsOf(stale) {
  try {
    return await stale();
  } catch (error) {
    return sentence(error);
  }
}

export function field(id, label, input, help = null) {
  return el('div', { class: 'field' }, el('label', { for: id }, label), input, help ? el('span', { class: 'fine' }, help) : null);
}
