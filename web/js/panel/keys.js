// What keys do while the panel has the focus; in a text field only those with Ctrl.

/** The action of a key, or null: {do: name, digit}. */
export function actionOf(event) {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key === 'Enter') return { do: 'sign' };
  if (isTyping(event)) return isCommand || event.key !== 'Enter' || event.target.tagName === 'TEXTAREA' ? null : { do: 'next' };
  if (isCommand) return commands(event);
  if (event.altKey) return null;
  if (/^[0-9]$/.test(event.key)) return { do: 'digit', digit: Number(event.key) };
  return NAMES[event.shiftKey && event.key.length === 1 ? `Shift+${event.key.toUpperCase()}` : event.key] || null;
}

const NAMES = {
  n: { do: 'add' }, p: { do: 'copy' }, o: { do: 'confirm' }, 'Shift+P': { do: 'copyAll' }, 'Shift+O': { do: 'confirmAll' },
  m: { do: 'measure' }, u: { do: 'undo' }, ArrowDown: { do: 'next' }, ArrowUp: { do: 'previous' }, Backspace: { do: 'clear' }, Delete: { do: 'clear' },
};

function commands(event) {
  const key = event.key.toLowerCase();
  if (key === 'z') return { do: event.shiftKey ? 'redo' : 'undo' };
  return key === 'y' ? { do: 'redo' } : null;
}

/** Events come out of shadow roots with another target. */
function isTyping(event) {
  const target = event.composedPath()[0];
  return ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) && !['radio', 'checkbox'].includes(target.type);
}
