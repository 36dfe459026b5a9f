// The entries of the header, in order. A page that has a place in the header is a line here; `roles`: any of them.
// `key`: of web/words/shell.js, or what gives one for who is signed in.

export const NAVIGATION = [
  { href: '/', key: (me) => (me.roles.includes('radiologist') ? 'worklist' : 'studies'), roles: ['radiologist', 'clinician', 'researcher', 'custodian', 'administrator'] },
  { href: '/meetings', key: 'meetings', roles: ['radiologist', 'clinician'] },
  { href: '/data-quality', key: 'toComplete', roles: ['radiologist', 'clinician', 'researcher'] },
  { href: '/protocols', key: 'protocols', roles: ['radiologist', 'researcher', 'administrator'] },
  { href: '/research', key: 'research', roles: ['radiologist', 'clinician', 'researcher'] },
  { href: '/custody', key: 'custody', roles: ['custodian', 'administrator'] },
];
