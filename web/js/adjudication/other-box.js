// Something else than either reader said: the same questions as in the form of a reading.

import { el } from '/workbench/js/dom.js';
import { isOpen, patchOf } from '/workbench/js/panel/form.js';
import { buttonsOf, questionView } from '/workbench/js/panel/question-view.js';

/** `answer(value, {typing})` is called with the whole finding. `earlierStudy`: what a change is measured against. */
export function otherBox(finding, questions, { panelWords, t, answer, earlierStudy }) {
  let now = null;
  let at = questions[0];
  const answered = (question, value, { typing = false } = {}) => {
    const patch = patchOf(question, value, { [finding]: now }, { earlierStudy });
    answer(patch[finding] ?? null, { typing });
  };
  const nothing = () => undefined;
  const views = questions.map((question) => questionView(question, panelWords, { answer: answered, confirm: nothing, copy: nothing, focus: (each) => (at = each) }));
  const element = el('div', { class: 'other-box', hidden: true }, views.map((view) => view.element),
    el('button', { type: 'button', class: 'small unknown', onclick: () => answer(null) }, t('notKnown')));
  return {
    element,
    update(value) {
      now = value ?? null;
      for (const view of views) {
        view.element.hidden = !isOpen(view.question, { [finding]: now });
        view.update({ findings: { [finding]: now }, carried: [], prior: null, readOnly: false, problem: null });
      }
    },
    focus() {
      element.querySelector('.question:not([hidden]) button, .question:not([hidden]) input')?.focus();
    },
    digit(digit) {
      const button = at && buttonsOf(at, { [finding]: now }, panelWords).find((each) => each.digit === digit);
      if (button) answered(at, button.value);
    },
  };
}
