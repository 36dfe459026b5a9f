// What the keys of the lesion panel do, on the lesion that is open.

/**
 * `desk`: {mayWrite, reading, editor, signing, drawings, skeleton, add()}. False when there is nothing that the key could do.
 */
export function did({ do: name, digit }, desk) {
  if (name === 'add') return desk.mayWrite && (desk.add(), true);
  const { editor, reading } = desk;
  if (!editor || !reading) return false;
  if (name === 'next') return editor.step(1), true;
  if (name === 'previous') return editor.step(-1), true;
  if (!reading.isOpen) return false;
  if (desk.signing.isBusy) return true;
  const { question } = editor.current;
  const acts = {
    digit: () => editor.digit(digit),
    clear: () => reading.answer(question, null),
    copy: () => reading.copy([question.finding]),
    confirm: () => confirmed(reading, editor, question),
    copyAll: () => reading.copyAll(),
    confirmAll: () => reading.confirm(reading.shown.carried),
    undo: () => reading.keeper.undo(),
    redo: () => reading.keeper.redo(),
    sign: () => desk.signing.sign(),
    measure: () => desk.drawings.start(reading, desk.skeleton),
  };
  acts[name]?.();
  return name in acts;
}

function confirmed(reading, editor, question) {
  reading.confirm([question.finding]);
  editor.focus();
}
