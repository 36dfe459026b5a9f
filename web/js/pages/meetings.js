// The meetings by their days: those to come, with the next one first, and those that were.

import { meetingPage } from '/workbench/js/addresses.js';
import { all, post } from '/workbench/js/api.js';
import { ask, field } from '/workbench/js/meeting/asking.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, words } from '/workbench/js/i18n.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure, waiting } from '/workbench/js/states.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);
const main = document.getElementById('main');
const WEEK_DAYS = 7;

await shell({ title: () => t('meetings'), draw: load });

async function load() {
  fill(main, heading(), waiting());
  try {
    draw(await all('/meetings?limit=200'));
  } catch (error) {
    fill(main, heading(), failure(error, load));
  }
}

function heading(newest = null) {
  return el('div', { class: 'tools' }, el('h1', {}, t('meetings')), el('span', { class: 'spring' }), has('clinician') ? el('button', { class: 'primary', onclick: () => plan(newest) }, t('plan')) : null);
}

function draw(found) {
  const today = isoDay(new Date());
  const isToCome = (each) => each.held_on >= today && each.state !== 'closed';
  const toCome = found.filter(isToCome).reverse();
  const past = found.filter((each) => !isToCome(each));
  const newest = found[0]?.held_on ?? null;
  if (!found.length) fill(main, heading(), empty(t('none'), has('clinician') ? t('noneDetail') : t('noneMayPlan')));
  else fill(main, heading(newest), part(t('upcoming'), toCome, true), part(t('past'), past, false));
}

function part(title, found, hasNext) {
  if (!found.length) return null;
  return el('section', { class: 'sessions' }, el('h2', {}, title), el('ul', {}, found.map((each, place) => session(each, hasNext && place === 0))));
}

function session(each, isNext) {
  return el(
    'li',
    { class: isNext ? 'card next' : 'card' },
    el('a', { class: 'day', href: meetingPage(each.meeting_id) }, day(each.held_on)),
    el('span', {}, [each.title, each.place].filter(Boolean).join(' · ')),
    el('span', { class: 'spring' }),
    el('span', { class: 'number' }, t('patients', { count: each.patients })),
    isNext ? el('span', { class: 'chip info' }, t('next')) : null,
    el('span', { class: `chip ${{ held: 'accent', closed: 'ok' }[each.state] ?? ''}` }, t(`state_${each.state}`)),
  );
}

/** Proposed a week after the last one, or today. */
function plan(newest) {
  const held = el('input', { type: 'date', id: 'held-on', required: true, value: proposed(newest) });
  const title = el('input', { id: 'title', maxlength: 100 });
  const place = el('input', { id: 'place', maxlength: 100 });
  ask({
    title: t('plan'),
    fields: [field('held-on', t('day'), held), field('title', t('name'), title, t('optional')), field('place', t('place'), place)],
    action: t('planIt'),
    send: async (checked) => {
      const body = { held_on: held.value, title: title.value.trim() || null, place: place.value.trim() || null, text_checked: checked };
      const planned = await post('/meetings', body);
      location.assign(meetingPage(planned.body.meeting_id));
    },
  });
}

function proposed(newest) {
  const today = isoDay(new Date());
  if (!newest) return today;
  const after = new Date(`${newest}T12:00:00Z`);
  after.setUTCDate(after.getUTCDate() + WEEK_DAYS);
  const next = after.toISOString().slice(0, 10);
  return next > today ? next : today;
}

function isoDay(date) {
  const two = (number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
