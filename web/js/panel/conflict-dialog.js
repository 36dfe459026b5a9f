// The same draft was saved in another window: both versions item by item, and nothing is overwritten unseen.

import { el } from '/workbench/js/dom.js';
import { answerOf, inWords, keyOf, said } from '/workbench/js/panel/form.js';
import { same } from '/workbench/js/panel/patches.js';

/** Items that differ: [{name, label, mine, theirs, isMine (chosen to begin with)}]; words beside the values. */
export function differences(questions, keeper, t) {
  const mine = keeper.shown;
  const theirs = keeper.conflict.current;
  const before = keeper.base;
  const items = questions
    .filter((question) => !same(answerOf(question, mine.findings), answerOf(question, theirs.findings)))
    .map((question) => ({
      key: keyOf(question),
      finding: question.finding,
      label: said(question.label),
      mine: inWords(question, mine.findings, t) ?? t('notKnown'),
      theirs: inWords(question, theirs.findings, t) ?? t('notKnown'),
      isMine: !same(answerOf(question, mine.findings), answerOf(question, before.findings)),
    }));
  if ((mine.note || '') !== (theirs.note || '')) {
    items.push({ key: 'note', finding: 'note', label: t('note'), mine: mine.note || t('empty'), theirs: theirs.note || t('empty'), isMine: (mine.note || '') !== (before.note || '') });
  }
  return items;
}

/** What is to be saved on top of theirs when these findings of mine are chosen. */
export function decided(chosen, keeper) {
  const mine = keeper.shown;
  const change = {};
  for (const name of chosen) {
    if (name === 'note') change.note = mine.note;
    else change.findings = { ...change.findings, [name]: mine.findings[name] ?? null };
  }
  const confirm = keeper.conflict.current.carried.filter((name) => !mine.carried.includes(name) && !chosen.has(name)
    && same(mine.findings[name], keeper.conflict.current.findings[name]));
  return confirm.length ? { ...change, confirm } : change;
}

export function conflictDialog(questions, keeper, t, resolve) {
  const items = differences(questions, keeper, t);
  const chosen = new Set(items.filter((each) => each.isMine).map((each) => each.finding));
  const dialog = el('dialog', { class: 'conflict', 'aria-labelledby': 'conflict-title' });
  const finish = (event) => {
    event.preventDefault();
    dialog.close();
    resolve(decided(chosen, keeper), chosen);
  };
  dialog.append(el(
    'form',
    { onsubmit: finish },
    el('h2', { id: 'conflict-title' }, t('conflictTitle')),
    el('p', {}, t('conflictHow')),
    items.length ? table(items, chosen, t) : el('p', { class: 'muted' }, t('conflictNone')),
    el('div', { class: 'actions' },
      el('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, t('later')),
      el('button', { class: 'primary' }, t('conflictSave'))),
  ));
  dialog.addEventListener('close', () => dialog.remove());
  return dialog;
}

function table(items, chosen, t) {
  return el('table', {},
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t('item')), el('th', { scope: 'col' }, t('mine')), el('th', { scope: 'col' }, t('theirs')))),
    el('tbody', {}, items.map((item) => row(item, items, chosen))));
}

/** Parts of one finding go together: choosing one chooses its finding. */
function row(item, items, chosen) {
  const cell = (isMine, text) => el('td', {}, el('label', {},
    el('input', { type: 'radio', name: item.key, checked: chosen.has(item.finding) === isMine, dataset: { finding: item.finding, mine: isMine },
      onchange: (event) => choose(event.target.closest('tbody'), item.finding, isMine, chosen) }), el('span', {}, text)));
  return el('tr', {}, el('th', { scope: 'row' }, item.label), cell(true, item.mine), cell(false, item.theirs));
}

function choose(body, finding, isMine, chosen) {
  if (isMine) chosen.add(finding);
  else chosen.delete(finding);
  for (const input of body.querySelectorAll(`input[data-finding="${finding}"]`)) input.checked = (input.dataset.mine === 'true') === isMine;
}
