// The same draft was saved in another window: both versions item by item, and nothing is overwritten unseen.

import { el } from '/workbench/js/dom.js';
import { NOTHING, restoring } from '/workbench/js/panel/changes.js';
import { answerOf, inWords, keyOf, said } from '/workbench/js/panel/form.js';
import { same } from '/workbench/js/panel/patches.js';

/** Not findings, and beside them all the same. */
const OTHERS = ['note', 'geometry'];

/** Items that differ: [{name, label, mine, theirs, isMine (chosen to begin with)}]; words beside the values. */
export function differences(questions, keeper, t) {
  const mine = keeper.shown;
  const theirs = keeper.conflict.current;
  const before = keeper.base ?? NOTHING;
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
  items.push(...measuredItems(new Set(items.map(({ finding }) => finding)), { mine, theirs, before }, t));
  if ((mine.note || '') !== (theirs.note || '')) {
    items.push({ key: 'note', finding: 'note', label: t('note'), mine: mine.note || t('empty'), theirs: theirs.note || t('empty'), isMine: (mine.note || '') !== (before.note || '') });
  }
  return items;
}

/** What differs and is answered by no question, since it is measured only: findings, and the place of the lesion. */
function measuredItems(asked, { mine, theirs, before }, t) {
  const names = new Set([...Object.keys(mine.findings), ...Object.keys(theirs.findings)]);
  const found = [...names]
    .filter((name) => name !== 'sources' && !asked.has(name) && !same(mine.findings[name], theirs.findings[name]))
    .map((name) => ({ name, label: t(name === 'hounsfield' ? 'density' : 'measuredPart'), of: (draft) => draft.findings[name] }));
  if (!same(mine.geometry, theirs.geometry)) found.push({ name: 'geometry', label: t('place'), of: (draft) => draft.geometry });
  return found.map(({ name, label, of }) => ({
    key: name,
    finding: name,
    label,
    mine: t(of(mine) ? 'measuredHere' : 'notKnown'),
    theirs: t(of(theirs) ? 'measuredThere' : 'notKnown'),
    isMine: !same(of(mine), of(before)),
  }));
}

/** What is to be saved on top of theirs when these findings of mine are chosen. */
export function decided(chosen, keeper) {
  const mine = keeper.shown;
  const theirs = keeper.conflict.current;
  const names = [...chosen].filter((each) => !OTHERS.includes(each));
  const carried = names.filter((each) => mine.carried.includes(each));
  const { findings, carry } = restoring({ findings: Object.fromEntries(names.map((each) => [each, mine.findings[each]])), carried }, theirs);
  const change = Object.fromEntries(OTHERS.filter((each) => chosen.has(each)).map((each) => [each, mine[each]]));
  if (names.length) change.findings = { ...findings, ...sourcesOf(names, mine.findings, theirs.findings) };
  if (carry.length) change.carry = carry;
  const confirm = theirs.carried.filter((name) => !mine.carried.includes(name) && !chosen.has(name)
    && same(mine.findings[name], theirs.findings[name]));
  return confirm.length ? { ...change, confirm } : change;
}

/** Where findings come from goes with them: those of these names as they are in `taken`, on top of `others`. */
export function sourcesOf(names, taken, others) {
  const isTaken = ({ finding }) => names.includes(finding);
  const sources = [...(others.sources || []).filter((each) => !isTaken(each)), ...(taken.sources || []).filter(isTaken)];
  return same(sources, others.sources || []) ? {} : { sources };
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
