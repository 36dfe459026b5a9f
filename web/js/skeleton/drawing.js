// The drawing: loaded once, and given to each place that shows it as a copy of its own.

const FILES = '/workbench/images/skeleton';
let loaded = null;

/** {svg, sites, type, risk}: a new SVG element, the sites by key, and what marks look like. */
export async function drawing() {
  loaded ??= load();
  const { svg, facts } = await loaded;
  return { svg: document.importNode(svg, true), ...facts };
}

/** The name of a site's shape; how vertebrae are counted does not part sites. */
export function keyOf(site) {
  return [site.bone, site.level, site.number, site.region, site.side].filter((part) => part !== null && part !== undefined).join(':');
}

async function load() {
  const [drawn, facts] = await Promise.all([
    fetch(`${FILES}.svg`).then((answer) => answer.text()),
    fetch(`${FILES}.json`).then((answer) => answer.json()),
  ]);
  return { svg: new DOMParser().parseFromString(drawn, 'image/svg+xml').documentElement, facts };
}
