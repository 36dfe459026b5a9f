// The session has ended while somebody was at work: sign in again on top, and the page goes on as it was.

import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { known, singleSignOn, who } from '/workbench/js/session.js';
import { signInForm } from '/workbench/js/sign-in-form.js';
import signInWords from '/workbench/words/sign-in.js';

const t = words(signInWords);

/** `back` is called once whoever was signed in is signed in again, here or in another window. */
export function signInDialog(back) {
  const before = known();
  const dialog = el('dialog', { class: 'sign-in', 'aria-labelledby': 'sign-in-again' });
  const finish = (me) => {
    if (before && me.label !== before.label) {
      location.assign('/');
      return;
    }
    removeEventListener('focus', look);
    dialog.close();
    dialog.remove();
    back();
  };
  const look = async () => {
    const me = await who().catch(() => null);
    if (me && dialog.isConnected) finish(me);
  };
  dialog.append(
    el('h2', { id: 'sign-in-again' }, t('againTitle')),
    el('p', {}, t('againDetail')),
    signInForm(finish, before?.user_name ?? null),
  );
  dialog.addEventListener('cancel', (event) => event.preventDefault());
  addEventListener('focus', look);
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('input[type=password]').focus();
  offerSingleSignOn(dialog);
}

async function offerSingleSignOn(dialog) {
  const address = await singleSignOn().catch(() => null);
  if (address) dialog.append(el('a', { class: 'button wide', href: address, target: '_blank', rel: 'noopener' }, t('singleSignOnElsewhere')));
}
