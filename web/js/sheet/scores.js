// Scores and grades on the sheet: how much, what it means, what is missing and whether that would decide.

import { el } from '/workbench/js/dom.js';

const OF_A_LESION = ['mirels', 'sins'];

/** SINS, Mirels: what comes before the comma of a title. */
export function short(score) {
  return score.title.split(',')[0];
}

/** Its colour repeats what its words say. */
export function band(score, lesion, said) {
  const risk = lesion && score.applies && OF_A_LESION.includes(score.instrument) ? lesion.risk : 'plain';
  return el('span', { class: `band ${score.meaning === null ? 'open' : risk}` }, score.meaning ?? said.open);
}

export function missing(score, said) {
  const notes = { always: said.missing_decides, sometimes: said.missing_may_decide };
  const names = score.items
    .filter((item) => item.points === null)
    .map((item) => (notes[item.decides] ? `${item.label} (${notes[item.decides]})` : item.label));
  return names.join(', ') || said.nothing_missing;
}

/** Those of one lesion; grades that what is known does not decide are a line at the end. */
export function lesionScores(lesion, said) {
  const open = lesion.scores.filter(isOpenGrade);
  const texts = open.map((each) => `${each.title} (${said.missing.toLowerCase()}${said.colon}${each.missing.join(', ')})`);
  return [
    lesion.scores.filter((each) => !isOpenGrade(each)).map((each) => one(each, lesion, said)),
    open.length ? el('p', { class: 'fine open-grades' }, el('b', {}, said.open_grades, said.colon), texts.join('; ')) : null,
  ];
}

function isOpenGrade(score) {
  return !score.items.length && score.applies && score.meaning === null;
}

function one(score, lesion, said) {
  return el(
    'div',
    { class: 'score' },
    el('h3', {}, score.title, ' ', el('span', { class: 'fine' }, score.version)),
    el('p', {}, score.amount ? el('b', { class: 'amount' }, score.amount) : null, band(score, lesion, said), prior(score, lesion, said)),
    score.items.length ? el('p', { class: 'points' }, points(score, said)) : null,
    score.flags.map((each) => el('p', { class: 'fine' }, each)),
    score.suggestion ? el('p', { class: 'suggestion' }, score.suggestion) : null,
  );
}

function points(score, said) {
  return score.items.flatMap((item, place) => {
    const by = item.supplied?.meeting_date ? ` (${said.supplier(item.supplied)})` : '';
    const text = `${item.label} ${item.points ?? '?'}/${item.most}${by}`;
    return [place ? ' · ' : null, item.points === null ? el('b', {}, text) : text];
  });
}

function prior(score, lesion, said) {
  const earlier = lesion.prior?.scores.find((each) => each.instrument === score.instrument);
  if (!earlier) return null;
  const was = earlier.amount ?? earlier.meaning ?? said.open;
  return el('span', { class: 'before' }, `${said.prior} ${said.day(lesion.prior.study.study_date)}${said.colon}${was}`);
}
