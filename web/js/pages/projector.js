// A meeting on the projector: one dossier a screen, large, dark unless it is asked otherwise, walked through by arrow keys.

import '/workbench/components/osteon-skeleton.js';
import { meetingPage } from '/workbench/js/addresses.js';
import { decisionForm } from '/workbench/js/meeting/decide.js';
import { Drafts } from '/workbench/js/meeting/drafts.js';
import { Meeting } from '/workbench/js/meeting/calls.js';
import { screenOf } from '/workbench/js/meeting/screen.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, words } from '/workbench/js/i18n.js';
import { keep, recall } from '/workbench/js/kept.js';
import { keys } from '/workbench/js/keys.js';
import { follow } from '/workbench/js/live.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure, waiting } from '/workbench/js/states.js';
import meetingWords from '/workbench/words/meeting.js';

const THEME = 'osteon-projector-theme';
const t = words(meetingWords);
const main = document.getElementById('main');
const meeting = new Meeting(decodeURIComponent(location.pathname.split('/')[2]));
const drafts = new Drafts();
const stage = el('div', { class: 'stage' });
let chosen = new URLSearchParams(location.search).get('patient');
let drawing = 0;

setTheme(recall(THEME) === 'light' ? 'light' : 'dark');
// A theme that is chosen elsewhere is not the projector's.
document.addEventListener('osteon-theme', () => setTheme(recall(THEME) === 'light' ? 'light' : 'dark'));

const next = () => go(1);
const before = () => go(-1);
keys([
  { key: 'ArrowRight', says: () => t('key_next'), does: next },
  { key: 'PageDown', says: () => t('key_next'), does: next },
  { key: ' ', says: () => t('key_next'), does: next },
  { key: 'ArrowLeft', says: () => t('key_before'), does: before },
  { key: 'PageUp', says: () => t('key_before'), does: before },
  { key: 'd', says: () => t('key_decide'), does: () => decide() },
  { key: 't', says: () => t('key_theme'), does: otherTheme },
  { key: 'Escape', says: () => t('key_leave'), does: () => location.assign(meetingPage(meeting.it?.meeting_id ?? '', chosen)) },
]);

const me = await shell({ title: () => t('projector'), draw: begin });
// What is recorded at another desk is on the wall a moment later.
if (me) follow(async (changes) => ((await refreshed()) || !changes.length || changes.some((each) => each.pseudonym === chosen)) && meeting.it && draw());

async function begin() {
  if (!meeting.it) fill(main, waiting());
  try {
    await meeting.load();
  } catch (error) {
    fill(main, failure(error, begin));
    return;
  }
  if (!meeting.order.includes(chosen)) chosen = meeting.order[0] ?? null;
  fill(main, stage);
  await draw();
}

/** Have the meeting as it is now at every desk: whether it was changed. When it cannot be asked, what is known is shown. */
async function refreshed() {
  if (!meeting.it) return false;
  const { order: before, etag } = meeting;
  try {
    await meeting.load();
  } catch {
    return false;
  }
  // Who was taken off is no longer shown: who comes after them is.
  const { order } = meeting;
  if (!order.includes(chosen)) choose(before.slice(before.indexOf(chosen)).find((each) => order.includes(each)) ?? order.at(-1) ?? null);
  return meeting.etag !== etag;
}

async function go(by) {
  if (!meeting.it || document.querySelector('dialog[open]')) return;
  const from = chosen;
  await refreshed();
  // Somebody who was taken off has given way to the next one already.
  const isGone = by > 0 && !meeting.order.includes(from);
  const there = isGone ? chosen : meeting.order[meeting.order.indexOf(chosen) + by];
  if (there) choose(there);
  draw();
}

function choose(pseudonym) {
  chosen = pseudonym;
  history.replaceState(null, '', `${location.pathname}${chosen ? `?patient=${encodeURIComponent(chosen)}` : ''}`);
}

async function draw() {
  const mine = ++drawing;
  if (!chosen) {
    fill(stage, empty(t('end'), null, el('a', { class: 'button', href: meetingPage(meeting.it.meeting_id) }, t('leave'))));
    return;
  }
  let shown;
  try {
    const dossier = await meeting.dossier(chosen);
    const where = `${day(meeting.it.held_on)} · ${t('of', { number: dossier.position, count: meeting.order.length })}`;
    shown = screenOf(dossier, where, has('clinician') && !meeting.isClosed && dossier.place.presented_on ? decide : null);
  } catch (error) {
    shown = failure(error, draw);
  }
  if (mine === drawing) fill(stage, shown);
}

async function decide() {
  if (!has('clinician') || !chosen || document.querySelector('dialog[open]')) return;
  const about = chosen;
  await refreshed();
  if (meeting.isClosed || chosen !== about) return draw();
  const dossier = await meeting.dossier(about);
  if (!dossier.place.presented_on) return undefined;
  const kept = async () => {
    dialog.close();
    await draw();
  };
  const form = await decisionForm({ meeting, dossier, drafts, on: { kept, stale: draw } });
  // It was asked for twice while the first was on its way.
  if (document.querySelector('dialog[open]')) return undefined;
  const close = el('button', { type: 'button', class: 'quiet icon close', 'aria-label': t('cancel'), onclick: () => dialog.close() }, '×');
  const dialog = el('dialog', { class: 'asking', 'aria-label': t('decision'), onclose: () => dialog.remove() }, form, close);
  document.body.append(dialog);
  return dialog.showModal();
}

function otherTheme() {
  const other = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  keep(THEME, other);
  setTheme(other);
}

function setTheme(theme) {
  if (document.documentElement.dataset.theme !== theme) document.documentElement.dataset.theme = theme;
}
