// The sign-in page: a password, or the hospital's own sign-in where there is one.

import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { shell } from '/workbench/js/shell.js';
import { singleSignOn, wantedPage } from '/workbench/js/session.js';
import { signInForm } from '/workbench/js/sign-in-form.js';
import { failure } from '/workbench/js/states.js';
import signInWords from '/workbench/words/sign-in.js';

const t = words(signInWords);
const main = document.getElementById('main');
let elsewhere = null;
let trouble = null;
let isKnown = false;

shell({ title: () => t('title'), draw, needsSignIn: false });
try {
  elsewhere = await singleSignOn();
} catch (error) {
  trouble = error;
}
isKnown = true;
draw();

/** Once it is known how one can sign in: what is typed stays as it is then, whatever else is drawn. */
function draw() {
  if (!isKnown) return;
  const typed = Object.fromEntries([...main.querySelectorAll('input')].map(({ id, value }) => [id, value]));
  const focused = document.activeElement?.closest('main input')?.id;
  fill(
    main,
    el(
      'section',
      { class: 'sign-in card' },
      el('img', { src: '/workbench/icon.svg', alt: '', width: 56, height: 56 }),
      el('h1', {}, t('title')),
      el('p', { class: 'muted' }, t('what')),
      trouble ? failure(trouble, () => location.reload()) : null,
      elsewhere ? singleSignOnLink() : null,
      signInForm(() => location.replace(wantedPage())),
      el('p', { class: 'fine' }, t('help')),
    ),
  );
  // Whoever types already goes on where they are.
  for (const [id, value] of Object.entries(typed)) main.querySelector(`#${id}`).value = value;
  const isTyping = Object.values(typed).some(Boolean);
  main.querySelector(isTyping && focused ? `#${focused}` : elsewhere ? 'a.button' : 'input').focus();
}

function singleSignOnLink() {
  return [
    el('a', { class: 'button primary wide', href: elsewhere }, t('singleSignOn')),
    el('p', { class: 'or' }, el('span', {}, t('or'))),
  ];
}
