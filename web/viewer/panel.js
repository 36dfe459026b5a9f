// The lesion panel in OHIF's right side. One element for as long as the page lives: closing the side or looking at
// another tab must not lose what is being typed.

import { study } from '/ext/study.js';
import { t } from '/ext/words.js';

let panel = null;

export function lesionPanel() {
  if (panel === null) {
    panel = document.createElement('osteon-lesion-panel');
    panel.setAttribute('patient', study.pseudonym ?? '');
    panel.setAttribute('study', study.uid ?? '');
    // Images are shown whatever becomes of the panel.
    import('/workbench/components/osteon-lesion-panel.js').catch(() => panel.append(t('noPanel')));
  }
  return panel;
}

class PanelHost extends HTMLElement {
  connectedCallback() {
    this.append(lesionPanel());
  }
}

customElements.define('osteon-panel-host', PanelHost);

/** OHIF renders panels with React 18, which it does not give to extensions; this is what `createElement` would make. */
export function panelElement() {
  return { $$typeof: Symbol.for('react.element'), type: 'osteon-panel-host', key: null, ref: null, props: {}, _owner: null };
}
