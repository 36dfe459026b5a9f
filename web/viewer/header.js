// Our name in OHIF's header: the way back to the list, and what this is not. OHIF's own notice, a bar over the images at
// every sign-in, is replaced by this one, which stays.

import { t } from '/ext/words.js';

/** `app-config.js`, which is read first and cannot import, asks for it by this name. */
export function nameInHeader() {
  window.osteonName = (React) =>
    React.createElement(
      'a',
      { href: '/', className: 'osteon-name', title: t('back') },
      React.createElement('strong', null, 'Osteon'),
      React.createElement('span', null, t('notice')),
    );
}
