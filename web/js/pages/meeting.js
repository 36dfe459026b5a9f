// One meeting: its patients in their order, and for the chosen one: prepare, present, decide.

import { meetingsPage, patientPage, projectorPage, recordPage, sheetPage } from '/workbench/js/addresses.js';
import { ApiError } from '/workbench/js/api.js';
import { ask, field } from '/workbench/js/meeting/asking.js';
import { isStale, Meeting } from '/workbench/js/meeting/calls.js';
import { decisionForm, nextForm } from '/workbench/js/meeting/decide.js';
import { Drafts } from '/workbench/js/meeting/drafts.js';
import { patientList } from '/workbench/js/meeting/patients.js';
import { preparing } from '/workbench/js/meeting/prepare.js';
import { presented } from '/workbench/js/meeting/present.js';
import { Presentations } from '/workbench/js/meeting/presentation.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, language, words } from '/workbench/js/i18n.js';
import { keys } from '/workbench/js/keys.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure, sentence, waiting } from '/workbench/js/states.js';
import { tabs } from '/workbench/js/tabs.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);
const main = document.getElementById('main');
const STEPS = ['prepare', 'present', 'decide'];
const meeting = new Meeting(decodeURIComponent(location.pathname.split('/')[2]));
const drafts = new Drafts();
const asked = new URLSearchParams(location.search);
const said = el('p', { class: 'page-said', role: 'status' });
const tools = el('div', { class: 'tools' });
const list = el('div', { class: 'list-side' });
const dossierSide = el('section', { class: 'dossier' });
let chosen = asked.get('patient');
let step = STEPS.includes(asked.get('step')) ? asked.get('step') : 'present';
let drawing = 0;
let shown = null;
let presentations = null;

keys([
  { key: 'j', says: () => t('key_j'), does: () => go(1) },
  { key: 'k', says: () => t('key_k'), does: () => go(-1) },
  ...STEPS.map((name, place) => ({ key: String(place + 1), says: () => t(`key_${place + 1}`), does: () => show(name) })),
  { key: 'p', says: () => t('key_p'), does: () => location.assign(projectorPage(meeting.it.meeting_id, chosen)) },
]);

await shell({ title: () => (meeting.it ? t('meeting', { day: day(meeting.it.held_on) }) : t('meetings')), draw: begin });

async function begin(me) {
  presentations ??= new Presentations(me.label);
  if (!meeting.it) fill(main, waiting());
  try {
    await meeting.load();
  } catch (error) {
    const isUnknown = error instanceof ApiError && (error.status === 404 || error.status === 422);
    fill(main, isUnknown ? empty(t('unknown')) : failure(error, () => begin(me)));
    return;
  }
  if (!meeting.order.includes(chosen)) chosen = meeting.order[0] ?? null;
  document.title = `${t('meeting', { day: day(meeting.it.held_on) })} · Osteon`;
  fill(main, tools, said, el('div', { class: 'meeting' }, list, dossierSide));
  drawAnew();
}

/** All of it; what is being typed stays as it stands while the same is shown. */
function draw() {
  drawAround();
  if (shown !== whatIsShown() || !isTyped()) drawDossier();
}

function drawAnew() {
  drawAround();
  drawDossier();
}

function drawAround() {
  drawTools();
  drawList();
}

const whatIsShown = () => [chosen, shownStep(), meeting.isClosed].join();

function isTyped() {
  if (shownStep() === 'prepare') return presentations.isUnsaved(chosen) || drafts.of(chosen, 'presented_on') !== null;
  return shownStep() === 'decide' && ['decision', 'next_on'].some((form) => drafts.of(chosen, form));
}

function drawTools() {
  const { it } = meeting;
  const id = encodeURIComponent(it.meeting_id);
  fill(
    tools,
    el('a', { class: 'button quiet', href: meetingsPage, 'aria-label': t('back'), title: t('back') }, '←'),
    el('h1', {}, t('meeting', { day: day(it.held_on) })),
    el('span', { class: 'fine' }, [it.title, it.place].filter(Boolean).join(' · ')),
    el('span', { class: `chip ${{ held: 'accent', closed: 'ok' }[it.state] ?? ''}` }, t(`state_${it.state}`)),
    el('span', { class: 'spring' }),
    has('clinician') ? stateButtons() : null,
    el('a', { class: 'button', href: `/api/v1/meetings/${id}/sheet.pdf?language=${language()}`, target: '_blank', rel: 'noopener' }, t('print')),
    el('a', { class: 'button primary', href: projectorPage(it.meeting_id, chosen) }, t('projector')),
  );
}

function stateButtons() {
  const { state } = meeting.it;
  const to = (next, key) => el('button', { onclick: () => change(() => meeting.revise({ state: next })) }, t(key));
  return { planned: to('held', 'hold'), held: to('closed', 'close'), closed: to('held', 'reopen') }[state];
}

function drawList() {
  const focused = list.querySelector('li:focus-within')?.dataset.patient;
  const acts = {
    choose,
    add: (pseudonym) => change(() => meeting.add(pseudonym), () => choose(pseudonym)),
    move: (pseudonym, by) => change(() => meeting.arrange(moved(pseudonym, by))),
    remove,
  };
  const typed = list.querySelector('#add-pseudonym')?.value.trim();
  fill(list, patientList(meeting, chosen, has('clinician'), acts));
  const adding = list.querySelector('#add-pseudonym');
  if (adding && typed && !meeting.place(typed.toUpperCase())) adding.value = typed;
  if (focused) list.querySelector(`[data-patient="${focused}"] .patient`)?.focus();
}

function moved(pseudonym, by) {
  const order = [...meeting.order];
  const at = order.indexOf(pseudonym);
  const to = Math.max(0, Math.min(order.length - 1, at + by));
  order.splice(to, 0, ...order.splice(at, 1));
  return order;
}

function remove(pseudonym) {
  const reason = el('input', { id: 'reason', required: true, maxlength: 500 });
  ask({
    title: t('removeTitle', { pseudonym }),
    fields: field('reason', t('reason'), reason),
    action: t('removeIt'),
    send: async (checked) => {
      await meeting.remove(pseudonym, { reason: reason.value.trim(), text_checked: checked });
      if (chosen === pseudonym) chosen = meeting.order[0] ?? null;
      draw();
    },
    stale: async () => {
      await meeting.load();
      drawAround();
      return t('stale');
    },
  });
}

/** A change of the meeting; who comes too late sees what it is now. */
async function change(act, then = draw) {
  fill(said);
  try {
    await act();
  } catch (error) {
    if (isStale(error)) await meeting.load();
    fill(said, isStale(error) ? t('stale') : sentence(error));
    draw();
    return;
  }
  then();
}

function choose(pseudonym) {
  chosen = pseudonym;
  remember();
  draw();
}

function go(by) {
  const at = meeting.order.indexOf(chosen) + by;
  if (meeting.order[at]) choose(meeting.order[at]);
}

function show(name) {
  step = name;
  remember();
  drawDossier();
}

function remember() {
  const search = new URLSearchParams({ ...(chosen ? { patient: chosen } : {}), step });
  history.replaceState(null, '', `${location.pathname}?${search}`);
}

async function drawDossier() {
  const mine = ++drawing;
  shown = null;
  if (!chosen) {
    isDrawing(false);
    fill(dossierSide, empty(t('noPatients'), has('clinician') ? t('noPatientsDetail') : null));
    return;
  }
  isDrawing(true);
  const wanted = whatIsShown();
  let inside;
  try {
    const dossier = await meeting.dossier(chosen);
    inside = [heading(dossier), await stepOf(dossier)];
  } catch (error) {
    inside = [failure(error, drawDossier)];
  }
  if (mine !== drawing) return;
  shown = wanted;
  fill(dossierSide, inside);
  isDrawing(false);
}

/** What is about to be replaced takes no more input: an answer to it would be shown nowhere. */
function isDrawing(is) {
  dossierSide.ariaBusy = is ? 'true' : null;
  dossierSide.inert = is;
}

function heading({ place, presentation }) {
  const steps = has('clinician') ? STEPS : ['present'];
  const link = (href, text) => el('a', { class: 'button quiet', href }, text);
  return el(
    'div',
    { class: 'heading' },
    el('h2', { class: 'code' }, place.pseudonym),
    el('span', { class: 'fine' }, [presentation?.primary, presentation?.question].filter(Boolean).join(' · ')),
    el('span', { class: 'spring' }),
    tabs(t('steps'), steps.map((name) => ({ name, label: t(`step_${name}`), isShown: name === shownStep(), show: () => show(name) }))),
    link(sheetPage(place.pseudonym), t('openSheet')),
    link(recordPage(place.pseudonym), t('record')),
    link(patientPage(place.pseudonym), t('patient')),
  );
}

const shownStep = () => (has('clinician') ? step : 'present');

async function stepOf(dossier) {
  const kept = async (text) => {
    await meeting.load();
    drawAnew();
    fill(said, text);
  };
  const stale = () => drawAround();
  const of = { meeting, dossier, drafts, on: { kept, stale, left: drawDossier } };
  if (shownStep() === 'prepare') return preparing(of, presentations);
  if (shownStep() === 'present') return presented(dossier);
  if (!dossier.place.presented_on) return el('p', {}, t('dayFirst'));
  if (meeting.isClosed) return closed(dossier.decision, drafts.of(chosen, 'decision'));
  // The next day changes nothing in the decision beside it, which may be half typed.
  const keptNext = (text) => {
    drawAround();
    fill(said, text);
  };
  const next = nextForm({ ...of, on: { kept: keptNext, stale } });
  return el('div', { class: 'decide' }, el('div', { class: 'card' }, await decisionForm(of)), el('div', { class: 'card' }, next));
}

/** What was typed and came too late is still to be read. */
function closed({ labels, rationale }, draft) {
  const late = draft ? [el('p', { class: 'chip warning' }, t('notRecorded')), el('p', {}, draft.rationale)] : null;
  return el('div', { class: 'card' }, el('p', {}, t('closed')), el('p', {}, labels.join(', ') || t('notDecided')), el('p', {}, rationale), late);
}
