// OHIF's own settings that ours replace: keys, presets, and no guided tour.

import { WINDOWS } from '/ext/windows.js';
import { t } from '/ext/words.js';

// Digits belong to the findings of the lesion panel; the others are of tools that are not shown.
const KEYS_TAKEN = new Set(['1', '2', '3', '4', 'b', 't', 'd', 'l', 'e', 'a', 'n', '[', ']']);

export function customizations() {
  return {
    'ohif.tours': { $set: [] },
    'ohif.hotkeyBindings': { $apply: (bindings) => [...bindings.filter(isFree), ...windowKeys(), linkKey()] },
    'cornerstone.windowLevelPresets': { $merge: { CT: presets() } },
  };
}

function isFree({ keys }) {
  return ![keys].flat().some((key) => KEYS_TAKEN.has(key));
}

function windowKeys() {
  return Object.entries(WINDOWS).map(([name, { key }]) => ({
    commandName: 'setOsteonWindow',
    commandOptions: { name },
    context: 'CORNERSTONE',
    label: t(name),
    keys: [key],
    isEditable: true,
  }));
}

function linkKey() {
  return { commandName: 'toggleOsteonLink', context: 'CORNERSTONE', label: t('link'), keys: ['l'], isEditable: true };
}

function presets() {
  return Object.entries(WINDOWS)
    .filter(([, { width }]) => width)
    .map(([name, { width, level }]) => ({ id: `osteon-${name}`, description: t(name), window: String(width), level: String(level) }));
}
