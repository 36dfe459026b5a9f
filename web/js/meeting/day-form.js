// One day of a patient on a meeting: of the presentation, or of the next one. What is typed waits until it is kept.

import { field, troubleBox } from '/workbench/js/meeting/asking.js';
import { el } from '/workbench/js/dom.js';
import { day, words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);

/**
 * `name`: 'presented_on' or 'next_on'; `label`, `help`: its words; `proposed`: an ISO day that one press takes, or null.
 * `on.kept(text)` is called once it is kept, `on.stale()` when the meeting was changed by somebody else and is loaded anew.
 */
export function dayForm({ meeting, dossier, drafts, on }, { name, label, help, proposed = null, beside = null }) {
  const { pseudonym } = dossier.place;
  const trouble = troubleBox();
  const id = name.replace('_', '-');
  const remember = () => drafts.keep(pseudonym, name, { day: input.value });
  const input = el('input', { type: 'date', id, value: (drafts.of(pseudonym, name)?.day ?? dossier.place[name]) || '', disabled: meeting.isClosed, oninput: remember });
  const stale = async () => {
    await meeting.load();
    on.stale();
    const place = meeting.place(pseudonym);
    return place ? t('staleNow', { what: place[name] ? day(place[name]) : t('noDay') }) : t('takenOff');
  };
  const send = async (event) => {
    event?.preventDefault();
    const sent = input.value;
    if (!(await trouble.tried(() => meeting.setDays(pseudonym, { [name]: sent || null }), stale))) return;
    if (input.value === sent) drafts.drop(pseudonym, name);
    await on.kept(t('kept'));
  };
  const take = () => {
    input.value = proposed;
    remember();
    send();
  };
  const keep = el('button', { disabled: meeting.isClosed }, t('keepDay'));
  return el(
    'form',
    { class: 'day', onsubmit: send },
    field(id, label, proposed ? input : el('div', { class: 'row' }, input, keep), help),
    beside,
    trouble.element,
    proposed ? el('div', { class: 'actions' }, el('button', { type: 'button', onclick: take }, t('takeProposal', { day: day(proposed) })), keep) : null,
  );
}
