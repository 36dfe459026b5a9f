// Elements without mark-up in strings: nothing that is shown can become a script.

const SVG = 'http://www.w3.org/2000/svg';

/** el('button', {class: 'quiet', onclick: f, disabled: true}, 'text', child, [children], null). */
export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** Replace what is in `parent`. A field that stays in it keeps the focus: whoever types in it goes on typing. */
export function fill(parent, ...children) {
  const root = parent.getRootNode();
  const focused = root.activeElement;
  parent.replaceChildren(...children.flat(Infinity).filter(isShown));
  if (focused && focused !== root.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
  return parent;
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else if (name === 'value' || name === 'checked') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(isShown));
  return element;
}

function isShown(child) {
  return child !== null && child !== undefined && child !== false;
}

const sheets = new Map();

/** Have a shadow root use stylesheets of the workbench: adopt(root, 'base.css', 'panel.css'). */
export async function adopt(root, ...names) {
  root.adoptedStyleSheets = await Promise.all(names.map(sheet));
}

function sheet(name) {
  if (!sheets.has(name)) {
    sheets.set(
      name,
      fetch(`/workbench/css/${name}`)
        .then((answer) => answer.text())
        .then((text) => new CSSStyleSheet().replace(text)),
    );
  }
  return sheets.get(name);
}
