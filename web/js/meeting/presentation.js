// The presentation of one patient while it is prepared: the record's own editor, without what the meeting itself says. It is
// kept in the browser with every change, and two versions of it are compared as on the page of the record.

import { Editor } from '/workbench/js/record/editor.js';
import { entryView } from '/workbench/js/record/entry-view.js';
import { EntryKeeper, formOfLeft, isOfRecord } from '/workbench/js/record/keeper.js';
import { variablesOf } from '/workbench/js/record/dictionary.js';
import { lastingFacts, loadEntry, loadRecord, personOf } from '/workbench/js/record/load.js';
import { leftBehind } from '/workbench/js/panel/unsaved.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);
const FORM = 'presentation';
const OF_THE_MEETING = new Set(['meeting_date', 'decision', 'decision_rationale']);

/** The presentations that are being filled in on this page, by patient. `reader`: the label of who is signed in. */
export class Presentations {
  #keepers = new Map();
  #editor = null;
  #asked = 0;

  constructor(reader) {
    this.reader = reader;
    // A browser that could not keep it has it in this window only.
    addEventListener('beforeunload', (event) => [...this.#keepers.values()].some((each) => each.isUnsaved && !each.isKept) && event.preventDefault());
  }

  isUnsaved(pseudonym) {
    return this.#keepers.get(pseudonym)?.isUnsaved ?? false;
  }

  /** `kept(text)` is called once it is in the record, `left()` when what was entered is given up. Null when it was asked again. */
  async form(dossier, isClosed, { kept, left }) {
    const mine = ++this.#asked;
    const { place, presentation } = dossier;
    const record = await loadRecord(place.pseudonym);
    const form = record.known.forms.get(FORM);
    const entry = presentation ? await loadEntry(presentation.entry_id, record.entries) : null;
    await this.#takeUp(place, form);
    if (mine !== this.#asked) return null;
    // What is typed already is not shut away.
    if (isClosed && !this.isUnsaved(place.pseudonym)) return el('section', { class: 'presentation card' }, el('p', {}, t('closed')), entry ? entryView(form, entry, record.known) : null);
    // What an earlier presentation said and does not change is proposed, and said to be.
    const lasting = entry ? null : lastingFacts(form, record.entries);
    if (!this.isUnsaved(place.pseudonym)) {
      const values = entry ? entry.values : { ...lasting?.values, meeting_date: place.presented_on };
      this.#keepers.get(place.pseudonym)?.rest();
      this.#keepers.set(place.pseudonym, new EntryKeeper({ pseudonym: place.pseudonym, form, reader: this.reader, entry, values }));
    }
    this.#editor?.end();
    this.#editor = new Editor({
      keeper: this.#keepers.get(place.pseudonym),
      known: record.known,
      person: personOf(record.entries),
      proposed: lasting,
      only: variablesOf(form).map((each) => each.name).filter((name) => !OF_THE_MEETING.has(name)),
      on: { saved: () => kept(t('kept')), changed: () => {}, left },
    });
    return el('section', { class: 'presentation' }, presentation?.state === 'draft' ? el('p', { class: 'chip warning' }, t('draftState')) : null, this.#editor.element);
  }

  /** What a window that is gone left of this presentation. */
  async #takeUp({ pseudonym, presented_on }, form) {
    if (this.#keepers.has(pseudonym)) return;
    const isThis = (each) => isOfRecord(each, pseudonym) && formOfLeft(each) === FORM && each.record.values.meeting_date === presented_on;
    const left = (await leftBehind(this.reader)).find(isThis);
    if (left) this.#keepers.set(pseudonym, new EntryKeeper({ pseudonym, form, reader: this.reader, left }));
  }
}
