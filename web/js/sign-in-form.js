// The form that signs in, on its own page and in the dialog on top of another.

import { ApiError } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { signIn } from '/workbench/js/session.js';
import { sentence } from '/workbench/js/states.js';
import signInWords from '/workbench/words/sign-in.js';

const t = words(signInWords);

/** `userName`: the one who must come back, or null for anybody. `done` is called with who it is. */
export function signInForm(done, userName = null) {
  const said = el('p', { class: 'said', role: 'alert' });
  const name = el('input', {
    id: 'user-name', name: 'user_name', autocomplete: 'username', required: true, spellcheck: 'false',
    autocapitalize: 'none', maxlength: 100, value: userName || '', readonly: userName !== null,
  });
  const password = el('input', {
    id: 'password', name: 'password', type: 'password', autocomplete: 'current-password', required: true,
  });
  const button = el('button', { class: 'primary wide', type: 'submit' }, t('signIn'));
  const send = async (event) => {
    event.preventDefault();
    fill(said);
    button.disabled = true;
    try {
      done(await signIn(name.value.trim(), password.value));
    } catch (error) {
      fill(said, error instanceof ApiError && error.status === 401 ? t('wrong') : sentence(error));
      password.value = '';
      password.focus();
    } finally {
      button.disabled = false;
    }
  };
  return el(
    'form',
    { class: 'sign-in', onsubmit: send },
    el('label', { for: 'user-name' }, t('userName')), name,
    el('label', { for: 'password' }, t('password')), password,
    said, button,
  );
}
