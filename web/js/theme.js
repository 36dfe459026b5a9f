// Light, dark, or as the system has it. `early.js` has set the theme before the first paint.

import { keep, recall } from '/workbench/js/kept.js';

const KEY = 'osteon-theme';
export const THEMES = ['system', 'light', 'dark'];
const dark = matchMedia('(prefers-color-scheme: dark)');

/** What was chosen. */
export function theme() {
  const kept = recall(KEY);
  return THEMES.includes(kept) ? kept : 'system';
}

export function setTheme(chosen) {
  keep(KEY, chosen === 'system' ? null : chosen);
  apply();
}

/** What is shown: 'light' or 'dark'. */
export function shownTheme() {
  return theme() === 'system' ? (dark.matches ? 'dark' : 'light') : theme();
}

function apply() {
  document.documentElement.dataset.theme = shownTheme();
  document.dispatchEvent(new CustomEvent('osteon-theme', { detail: { theme: shownTheme() } }));
}

dark.addEventListener('change', apply);
addEventListener('storage', (event) => {
  if (event.key === KEY) apply();
});
