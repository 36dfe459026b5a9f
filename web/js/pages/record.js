// The clinical record of one patient: what was entered of each form, and the forms to fill in.

import { DATA_QUALITY, patientPage, recordPage } from '/workbench/js/addresses.js';
import { ApiError, get, put, Unreachable, withQuery } from '/workbench/js/api.js';
import { leftBehind } from '/workbench/js/panel/unsaved.js';
import { said } from '/workbench/js/record/dictionary.js';
import { askDialog } from '/workbench/js/record/dialogs.js';
import { Editor } from '/workbench/js/record/editor.js';
import { entryView } from '/workbench/js/record/entry-view.js';
import { EntryKeeper, formOfLeft, isOfRecord, leftHere } from '/workbench/js/record/keeper.js';
import { recordList } from '/workbench/js/record/list.js';
import { dateOf, lastingFacts, loadEntry, loadRecord, personOf } from '/workbench/js/record/load.js';
import { versionsView } from '/workbench/js/record/versions.js';
import { dateWords } from '/workbench/js/record/wording.js';
import { el, fill } from '/workbench/js/dom.js';
import { moment, words } from '/workbench/js/i18n.js';
import { keys } from '/workbench/js/keys.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure, sentence, waiting } from '/workbench/js/states.js';
import recordWords from '/workbench/words/record.js';

const READERS = ['radiologist', 'clinician', 'researcher'];
const FORM_KEYS = '123456';

const t = words(recordWords);
const main = document.getElementById('main');
const pseudonym = decodeURIComponent(location.pathname.split('/')[2]);
const told = el('p', { class: 'said', role: 'status' });
const side = el('div', { class: 'list-side' });
const detail = el('section', { class: 'detail card', tabindex: -1 });
let record = null;
let error = null;
let left = [];
/** What is open: {entry, versions} to be looked at, or {editor} to be filled in. */
let open = {};

const help = keys([
  ...[...FORM_KEYS].map((key, at) => ({ key, says: () => t('key_form', { form: formName(at) }), does: () => add([...record.known.forms.keys()][at]) })),
  { key: 'j', says: () => t('key_j'), does: () => move(1) },
  { key: 'k', says: () => t('key_k'), does: () => move(-1) },
  { key: 'e', says: () => t('key_e'), does: () => open.entry && has('clinician') && edit(open.entry) },
  { key: 'v', says: () => t('key_v'), does: () => open.entry && showVersions() },
  { key: 'p', says: () => t('key_p'), does: () => location.assign(patientPage(pseudonym)) },
]);

const me = await shell({ title: () => `${t('title')} · ${pseudonym}`, draw });
if (me && READERS.some(has)) {
  await load();
  if (record) await openAsked();
  addEventListener('popstate', openAsked);
}

async function load() {
  try {
    record = await loadRecord(pseudonym);
    const behind = has('clinician') ? await leftBehind(me.label) : [];
    left = [...left.filter((each) => each.keeper?.isUnsaved), ...behind.filter((each) => isOfRecord(each, pseudonym))];
    error = null;
  } catch (failed) {
    error = failed;
    if (record) fill(told, sentence(failed));
  }
  draw();
}

/** What the address asks for: an entry, an entry to fill in, or a new one; otherwise what waits here to be saved. */
async function openAsked() {
  const asked = new URLSearchParams(location.search);
  const [form, entryId, name] = ['new', 'entry', 'field'].map((each) => asked.get(each));
  try {
    const kept = left.find((each) => (entryId ? asked.has('edit') && each.record.base?.entry_id === entryId : form && !each.record.base && formOfLeft(each) === form));
    if (kept) takeUp(kept);
    else if (entryId) {
      const entry = await loadEntry(entryId, record.entries);
      if (asked.has('edit') && has('clinician')) edit(entry, { name, isAsked: true });
      else show(entry, { isAsked: true });
    } else if (form && record.known.forms.has(form) && has('clinician')) add(form, { name, isAsked: true });
    else if (left.length) takeUp(left[0]);
    else close();
  } catch (failed) {
    if (!(failed instanceof ApiError || failed instanceof Unreachable)) throw failed;
    close();
    fill(told, sentence(failed));
  }
}

function remember(query) {
  const address = recordPage(pseudonym, query);
  if (`${location.pathname}${location.search}` !== address) history.pushState(null, '', address);
}

function show(entry, { isAsked = false } = {}) {
  leaveEditor();
  open = { entry, versions: null };
  if (!isAsked) remember({ entry: entry.entry_id });
  draw();
}

function edit(entry, { name = null, isAsked = false } = {}) {
  if (!isAsked) remember({ entry: entry.entry_id, edit: 1 });
  begin(new EntryKeeper({ pseudonym, form: record.known.forms.get(entry.form), reader: me.label, entry, values: entry.values }), { name });
}

function add(formName, { name = null, isAsked = false } = {}) {
  const form = record?.known.forms.get(formName);
  if (!form || !has('clinician')) return;
  const only = form.key.length ? null : record.entries.find((each) => each.form === formName);
  if (only) {
    edit(only, { name });
    return;
  }
  if (!isAsked) remember({ new: formName });
  const lasting = lastingFacts(form, record.entries);
  begin(new EntryKeeper({ pseudonym, form, reader: me.label, values: lasting?.values ?? {} }), { name, proposed: lasting });
}

function takeUp(kept) {
  if (kept.keeper && kept.keeper === open.editor?.keeper) return;
  const form = record.known.forms.get(formOfLeft(kept));
  left = left.filter((each) => each !== kept);
  begin(kept.keeper ?? new EntryKeeper({ pseudonym, form, reader: me.label, left: kept }));
}

function begin(keeper, { name = null, proposed = null } = {}) {
  leaveEditor();
  const editor = new Editor({ keeper, known: record.known, person: personOf(record.entries), proposed, on: { saved, changed: drawList, left: () => (keeper.base ? reopen(keeper.base) : close({ isAsked: false })) } });
  open = { editor };
  draw();
  const first = name ?? (keeper.base ? null : keeper.form.groups[0].variables[0].name);
  if (first) editor.form.focusOn(first);
  else detail.focus();
}

/** What is being filled in goes on being kept, and sent, and stays in the list. */
function leaveEditor() {
  const { editor } = open;
  open = {};
  if (!editor) return;
  editor.end();
  const { keeper } = editor;
  if (!keeper.isUnsaved) return;
  left = [leftHere(keeper, pseudonym), ...left.filter((each) => each.keeper !== keeper)];
  keeper.addEventListener('change', () => keeper.state === 'saved' && open.editor?.keeper !== keeper && load());
}

async function saved(entry) {
  open.editor?.end();
  open = {};
  fill(told, t('savedNow', { form: said(record.known.forms.get(entry.form)), state: t(`state_${entry.state}`) }));
  await load();
  show(record.entries.find((each) => each.entry_id === entry.entry_id) ?? { computed: {}, ...entry });
  detail.focus();
}

function close({ isAsked = true } = {}) {
  leaveEditor();
  if (!isAsked) remember({});
  draw();
}

async function showVersions() {
  const { entry } = open;
  try {
    const { body } = await get(`/record-entries/${entry.entry_id}/revisions`);
    if (open.entry === entry) open.versions = open.versions ? null : body.items;
  } catch (failed) {
    fill(told, sentence(failed));
  }
  draw();
}

function withdraw(entry) {
  askDialog({
    title: t('withdrawTitle'),
    detail: t('withdrawDetail'),
    yes: t('withdraw'),
    act: async () => {
      try {
        const answer = await put(`/record-entries/${entry.entry_id}`, { state: 'withdrawn', values: {} }, { etag: entry.etag });
        await saved({ ...answer.body, etag: answer.etag });
      } catch (failed) {
        const isStale = failed instanceof ApiError && failed.status === 412;
        fill(told, isStale ? t('staleWithdraw') : sentence(failed));
        if (isStale) await reopen(entry);
      }
    },
  });
}

/** As it is now, which may be another version; as it was, when the server is away. */
async function reopen(entry) {
  leaveEditor();
  await load();
  show(record.entries.find((each) => each.entry_id === entry.entry_id) ?? (await loadEntry(entry.entry_id).catch(() => entry)));
}

function draw() {
  if (!READERS.some(has)) return fill(main, empty(t('notForYou'), t('notForYouDetail')));
  if (!record) return fill(main, error ? trouble() : waiting());
  drawList();
  drawDetail();
  if (!side.isConnected) return fill(main, head(), told, el('div', { class: 'record-grid' }, side, detail));
  main.firstElementChild.replaceWith(head());
  return undefined;
}

function drawList() {
  const focused = side.querySelector(':focus')?.dataset.entry;
  const keeper = open.editor?.keeper;
  const isUnsaved = Boolean(keeper?.isUnsaved);
  const kept = isUnsaved ? [leftHere(keeper, pseudonym), ...left] : left;
  const shown = { entryId: open.entry?.entry_id ?? keeper?.base?.entry_id, form: keeper?.form.name, left: isUnsaved ? keeper.name : null };
  fill(side, recordList({ record, left: kept, shown, mayWrite: has('clinician'), on: { open: (id) => openEntry(id), add, takeUp } }));
  if (focused) side.querySelector(`[data-entry="${focused}"]`)?.focus();
}

function openEntry(entryId) {
  fill(told);
  show(record.entries.find((each) => each.entry_id === entryId));
}

function drawDetail() {
  if (open.editor) {
    const { keeper } = open.editor;
    open.editor.draw();
    if (!detail.contains(open.editor.element)) fill(detail, el('div', { class: 'detail-head' }), open.editor.element);
    fill(detail.firstElementChild, el('h2', {}, heading(keeper.form, keeper.base)));
    return;
  }
  if (!open.entry) {
    fill(detail, record.entries.length ? el('p', { class: 'state' }, t('choose')) : empty(t('nothing'), t(has('clinician') ? 'nothingDetail' : 'nothingDetailReader')));
    return;
  }
  fill(detail, entryHead(open.entry), open.versions ? versionsView(formOf(open.entry), open.versions) : entryView(formOf(open.entry), open.entry, record.known));
}

function entryHead(entry) {
  const button = (text, act, key, isPressed) => el('button', { type: 'button', onclick: act, 'aria-pressed': isPressed === undefined ? null : String(isPressed) }, text, key ? el('kbd', {}, key) : null);
  const writes = has('clinician');
  return el('div', { class: 'detail-head' },
    el('h2', {}, heading(formOf(entry), entry)),
    el('span', { class: `chip ${entry.state === 'final' ? 'ok' : 'warning'}` }, t(`state_${entry.state}`)),
    el('span', { class: 'muted fine' }, `${t('version', { number: entry.version })} · ${entry.entered_by}${entry.entered_at ? ` · ${moment(entry.entered_at)}` : ''}`),
    el('span', { class: 'spring' }),
    el('div', { class: 'actions' },
      writes ? button(t(entry.state === 'withdrawn' ? 'enterAgain' : entry.state === 'draft' ? 'goOnDraft' : 'revise'), () => edit(entry), 'e') : null,
      button(t('versions'), showVersions, 'v', Boolean(open.versions)),
      writes && entry.state !== 'withdrawn' ? button(t('withdrawAsk'), () => withdraw(entry)) : null));
}

function formOf(entry) {
  return record.known.forms.get(entry.form);
}

function formName(at) {
  return record ? said([...record.known.forms.values()][at]) : String(at + 1);
}

function heading(form, entry) {
  const when = entry?.values[dateOf(form)];
  return entry ? `${said(form)}${when ? `, ${dateWords(when)}` : ''}` : t('newOf', { form: said(form) });
}

function head() {
  return el('div', { class: 'record-head' },
    el('a', { class: 'button quiet back', href: patientPage(pseudonym), 'aria-label': t('backToPatient') }, '←'),
    el('h1', {}, t('title'), ' ', el('span', { class: 'code' }, pseudonym)),
    el('span', { class: 'muted fine' }, t('shifted')),
    el('span', { class: 'spring' }),
    el('a', { class: 'button', href: withQuery(DATA_QUALITY, { patient: pseudonym }) }, t('whatIsMissing')),
    el('button', { class: 'quiet icon', onclick: () => help(), 'aria-label': t('keys') }, el('kbd', {}, '?')));
}

function trouble() {
  const isUnknown = error instanceof ApiError && (error.status === 404 || error.status === 422);
  if (!isUnknown) return failure(error, () => location.reload());
  return empty(t('unknown', { pseudonym }), t('unknownDetail'), el('a', { class: 'button', href: '/' }, t('backToList')));
}

function move(step) {
  const rows = [...side.querySelectorAll('button.entry')];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = at < 0 ? Math.max(0, rows.findIndex((row) => row.getAttribute('aria-current'))) : at + step;
  rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
}
