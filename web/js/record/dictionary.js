// The data dictionary of the clinical record: asked for once a page, with its words by name.

import { get } from '/workbench/js/api.js';
import { language } from '/workbench/js/i18n.js';

let asked = null;

/** {version, forms: Map by name, computed: [described], variables: Map by name}; asked for again if it failed. */
export function dictionary() {
  asked ??= get('/record/dictionary').then(
    ({ body }) => described(body),
    (error) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}

export function described(body) {
  const forms = new Map(body.forms.map((form) => [form.name, form]));
  const variables = new Map(body.forms.flatMap(variablesOf).map((each) => [each.name, each]));
  return { version: body.version, forms, computed: body.computed, variables };
}

export const variablesOf = (form) => form.groups.flatMap((group) => group.variables);

/** The words of a form, a group, a variable or a choice in the language on screen. */
export const said = (thing) => thing.label[language()];
