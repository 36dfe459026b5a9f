// What can be asked, and what its fields and values are called.

import { get } from '/workbench/js/api.js';
import { descriptions } from '/workbench/js/descriptions.js';
import { language, words } from '/workbench/js/i18n.js';
import researchWords from '/workbench/words/research.js';

const t = words(researchWords);
export const SCOPES = ['patient', 'study', 'series', 'lesion', 'reading', 'score', 'assignment'];

export async function loadCatalogue() {
  const [fields, told, sites] = await Promise.all([
    get('/cohorts/fields').then(({ body }) => body.items),
    descriptions(),
    get('/sites').then(({ body }) => body),
  ]);
  return new Catalogue(fields, told, sites);
}

class Catalogue {
  constructor(fields, { instruments, findings }, sites) {
    this.fields = new Map(fields.map((each) => [each.name, each]));
    this.instruments = instruments;
    this.names = new Map();
    const put = (value, label, item = '') => {
      if (item) this.names.set(`${item} ${value}`, label);
      if (!this.names.has(String(value))) this.names.set(String(value), label);
    };
    for (const bone of sites.bones) {
      put(bone.bone.value, names(bone.bone), 'bone');
      for (const each of [...bone.levels, ...bone.regions]) put(each.value, names(each));
    }
    for (const each of [...sites.sides, ...sites.transitional]) put(each.value, names(each));
    for (const each of instruments.values()) {
      for (const item of each.items ?? []) for (const value of item.values ?? []) put(value.value, value.label, item.name);
      for (const outcome of each.outcomes ?? []) put(outcome.name, outcome.label, each.name);
    }
    for (const question of findings) for (const value of question.values ?? []) put(value.value, value.label, question.name);
  }

  field(name) {
    return this.fields.get(name);
  }

  /** Those of a kind of thing, by what they are called. */
  of(scope) {
    return [...this.fields.values()].filter((each) => each.scope === scope);
  }

  label(field) {
    return language() === 'fr' ? field.label_fr : field.label;
  }

  unit(field) {
    const key = `unit_${field.unit}`;
    return t(key) === key ? field.unit : t(key);
  }

  /** What a value is called; `item`: of which field, or of which instrument. */
  value(item, value) {
    if (value === null) return t('notKnown');
    const own = `value_${item}_${value}`;
    if (t(own) !== own) return t(own);
    if (item === 'instrument') return this.instrument(value);
    const found = this.names.get(`${item} ${value}`) ?? this.names.get(String(value));
    return found?.[language()] ?? String(value).replaceAll('_', ' ');
  }

  instrument(name) {
    const own = `instrument_${name}`;
    return t(own) === own ? name.replaceAll('_', ' ') : t(own);
  }
}

function names(term) {
  return { en: term.name_en, fr: term.name_fr };
}
