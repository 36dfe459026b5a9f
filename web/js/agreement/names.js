// What is rated, in words: the item itself as the API names it, its categories as the instruments and the form of a reading do.

import { language } from '/workbench/js/i18n.js';
import { said } from '/workbench/js/panel/form.js';

const SCORES = new Set(['sins', 'mirels']);

/** As the API names it; of a score only what stands before the comma of its title. */
export function itemName(item) {
  const [title, ...parts] = item[`label_${language()}`].split(/(?<=\S) ?: /);
  const short = parts.length && SCORES.has(item.item.split('.')[0]) ? [title.split(',')[0], ...parts] : [title, ...parts];
  const text = short.join(language() === 'fr' ? ' : ' : ': ');
  return text[0].toUpperCase() + text.slice(1);
}

/** The group of an item: 'scores', 'grades', 'findings' or 'measurements'. */
export function groupOf(item, instruments) {
  const [name, part] = item.item.split('.');
  if (part && SCORES.has(name)) return 'scores';
  if (instruments.has(item.item)) return 'grades';
  return item.kappas.length ? 'findings' : 'measurements';
}

/** A category in words, and in short for a narrow column. `known`: {instruments, findings}. */
export function categoryName(item, category, known, t) {
  const [name, part] = item.item.split('.');
  const described = known.instruments.get(name);
  if (described && (!part || part === 'band')) return said(described.outcomes.find((each) => each.name === category)?.label) || category;
  if (described && part === 'total') return category;
  if (described) return pointsName(described, part, category, t);
  if (category === 'yes' || category === 'no') return t(category);
  const question = known.findings.find((each) => each.path.join('.') === item.item || each.finding === item.item);
  const option = question?.options.find((each) => each.value === category);
  return said(option?.label) || scored(known, item.item, category) || category;
}

/** Items of a score are told apart by their points: the values that give as many. */
function pointsName(described, part, points, t) {
  const values = described.items.find((each) => each.name === part)?.values.filter((each) => String(each.points) === points) ?? [];
  return t('points', { points, what: values.map((each) => said(each.label)).join(' / ') });
}

function scored(known, name, category) {
  const values = [...known.instruments.values()].flatMap((each) => each.items).filter((each) => each.name === name).flatMap((each) => each.values);
  return said(values.find((each) => each.value === category)?.label);
}

export function unitOf(item, t) {
  return { '{points}': t('unitPoints'), "[hnsf'U]": t('unitHu'), cm3: 'cm³' }[item.unit] ?? item.unit ?? '';
}
