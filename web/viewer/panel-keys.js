// Keys of the lesion panel that are pressed while the images have the focus, as after each click on them: digits answer findings
// wherever the focus is. Arrows, Backspace and the rest stay the viewer's until the panel has the focus.

const OURS = /^([0-9nmopNMOP])$/;
const ELSEWHERE = 'input, textarea, select, [contenteditable], [role=menu], [role=dialog], [role=listbox], dialog';

/** Returns what undoes it. */
export function forwardKeys(panel) {
  const press = (event) => {
    if (isForPanel(event, panel)) panel.press?.(event);
  };
  // Before OHIF's own keys, which listen on the document as well.
  document.addEventListener('keydown', press, true);
  return () => document.removeEventListener('keydown', press, true);
}

function isForPanel(event, panel) {
  const [target] = event.composedPath();
  if (!panel.isConnected || event.composedPath().includes(panel) || target.closest?.(ELSEWHERE)) return false;
  const isCommand = event.ctrlKey || event.metaKey;
  return isCommand ? event.key === 'Enter' : !event.altKey && OURS.test(event.key);
}
