// What scores, grades and findings are called: asked for once a page.

import { get } from '/workbench/js/api.js';

let asked = null;

/** {instruments: Map by name, flags: Map by name, findings: [question]}. */
export function descriptions() {
  asked ??= get('/instruments').then(
    ({ body }) => described(body),
    (error) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}

export function described(body) {
  const named = (list) => new Map(list.map((each) => [each.name, each]));
  return { instruments: named(body.instruments), flags: named(body.flags), findings: body.findings };
}
