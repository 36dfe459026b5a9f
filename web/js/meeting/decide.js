// The decision on one patient, and when they are presented again; on the page of a meeting and on the projector.

import { field, troubleBox } from '/workbench/js/meeting/asking.js';
import { dayForm } from '/workbench/js/meeting/day-form.js';
import { dictionary, said, variablesOf } from '/workbench/js/record/dictionary.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, moment, words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);
const FORM = 'decision';

/** `on.kept(text)` is called once it was recorded, `on.stale()` when somebody else had recorded something meanwhile. */
export async function decisionForm({ meeting, dossier, drafts, on }) {
  const known = await dictionary();
  const choices = variablesOf(known.forms.get('presentation')).find((each) => each.name === FORM).choices;
  const { pseudonym } = dossier.place;
  const draft = drafts.of(pseudonym, FORM);
  // What was typed answers the version that was read then: one that came later is shown before it is replaced.
  let read = draft?.read ?? dossier;
  let theirs = draft?.theirs ?? null;
  const trouble = troubleBox();
  const status = el('p', { class: 'fine', role: 'status' });
  const reasons = el('textarea', { id: 'rationale', rows: 4, maxlength: 4000 });
  const boxes = choices.map((each) => [each.code, el('input', { type: 'checkbox', value: each.code }), said(each)]);
  const discard = el('button', { type: 'button', class: 'quiet' }, t('discard'));

  const show = ({ codes, rationale }) => {
    for (const [code, input] of boxes) input.checked = codes.includes(code);
    reasons.value = rationale ?? '';
  };
  const typed = () => ({ codes: boxes.filter(([, input]) => input.checked).map(([code]) => code), rationale: reasons.value });
  const tell = () => {
    discard.hidden = !drafts.of(pseudonym, FORM);
    fill(status, discard.hidden ? taken(read.decision) : t('notRecorded'));
  };
  const remember = () => {
    drafts.keep(pseudonym, FORM, { read, theirs, ...typed() });
    tell();
  };
  const takeTheirs = () => {
    drafts.drop(pseudonym, FORM);
    theirs = null;
    fill(trouble.element);
    show(read.decision);
    tell();
  };
  const stale = async () => {
    read = await meeting.dossier(pseudonym);
    const { decision } = read;
    const what = [decision.labels.join(' + '), decision.rationale].filter(Boolean).join(' · ');
    theirs = t('staleNow', { what: what ? `${what} (${taken(decision)})` : t('notDecided') });
    remember();
    on.stale();
    return theirs;
  };
  const send = async (event) => {
    event.preventDefault();
    const sent = typed();
    const body = { decision: sent.codes, rationale: sent.rationale.trim() || null, text_checked: trouble.checked };
    remember();
    if (!(await trouble.tried(() => meeting.decide(read, body), stale))) return;
    if (JSON.stringify(typed()) === JSON.stringify(sent)) drafts.drop(pseudonym, FORM);
    else {
      // More was typed while it was sent: it answers what is recorded now.
      read = await meeting.dossier(pseudonym);
      theirs = null;
      remember();
    }
    await on.kept(t('decisionKept'));
  };
  discard.addEventListener('click', takeTheirs);
  show(draft ?? dossier.decision);
  // A form that is opened again says what it would replace.
  if (theirs) fill(trouble.element, el('p', {}, theirs));
  tell();
  return el(
    'form',
    { class: 'decision', onsubmit: send, oninput: (event) => event.target.closest('.trouble') || remember() },
    el('fieldset', {}, el('legend', {}, t('decision')), boxes.map(([, input, text]) => el('label', { class: 'check' }, input, text))),
    field('rationale', t('rationale'), reasons),
    trouble.element,
    el('div', { class: 'actions' }, status, discard, el('button', { class: 'primary' }, t('decide'))),
  );
}

const taken = (decision) => (decision.entered_by ? t('decidedBy', { by: decision.entered_by, at: moment(decision.entered_at) }) : t('notDecided'));

export function nextForm(of) {
  const proposed = of.dossier.proposed_next;
  return dayForm(of, { name: 'next_on', label: t('nextOn'), help: t('nextHelp', { day: day(proposed) }), proposed });
}
