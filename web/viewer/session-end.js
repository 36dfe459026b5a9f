// The session has ended while images are looked at: the workbench's own dialog, on top, and the page goes on.

import { signInDialog } from '/workbench/js/sign-in-dialog.js';
import { known, who } from '/workbench/js/session.js';

/** `back` is called when somebody is signed in again. Returns what undoes it. */
export function watchSession(back) {
  // So that the dialog knows whose session it was.
  who().catch(() => null);
  const waiting = [];
  let isAsking = false;
  const goOn = () => {
    isAsking = false;
    waiting.splice(0).forEach((go) => go());
    back();
  };
  const ended = async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.push(event.detail?.signedIn ?? (() => {}));
    if (isAsking) return;
    isAsking = true;
    // What was asked for before somebody signed in again may be refused afterwards.
    const before = known();
    const me = await who().catch(() => null);
    if (!me) signInDialog(goOn);
    else if (before && me.label !== before.label) location.assign('/');
    else goOn();
  };
  document.addEventListener('osteon-signed-out', ended);
  return () => document.removeEventListener('osteon-signed-out', ended);
}
