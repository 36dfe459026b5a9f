// A page-wide message in the place of images: what is wrong, and where one can go from here.

import { t } from '/ext/words.js';

/** `title` and `what`: keys of words.js. `links`: [address, key]; without any, the way back and another try. */
export function showMessage(title, what, params = {}, links = []) {
  const main = document.createElement('main');
  main.className = 'osteon-message';
  main.setAttribute('role', 'alert');
  main.append(text('h1', t(title)), text('p', t(what, params)));
  for (const [address, key] of [...links, ['/', 'back']]) {
    const link = text('a', t(key));
    link.href = address;
    main.append(link);
  }
  const again = text('button', t('again'));
  again.addEventListener('click', () => location.reload());
  main.append(again);
  document.body.replaceChildren(main);
  document.title = `Osteon: ${t(title)}`;
}

function text(tag, content) {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}
