// The patient's lesions on a drawn skeleton, over time; a mark leads to the examination that it was read on.

import '/workbench/components/osteon-skeleton.js';
import { readingPage } from '/workbench/js/addresses.js';
import { get } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { language, words } from '/workbench/js/i18n.js';
import { sentence } from '/workbench/js/states.js';
import skeletonWords from '/workbench/words/skeleton.js';

const t = words(skeletonWords);

/** Fill `place`; what is drawn already stays until there is something newer. */
export async function drawSkeleton(place, pseudonym) {
  const path = `/patients/${encodeURIComponent(pseudonym)}/sheet?language=${language()}`;
  try {
    const { body } = await get(path);
    show(place, pseudonym, body.lesions);
  } catch (error) {
    fill(place, el('p', { class: 'fine' }, sentence(error)));
  }
}

function show(place, pseudonym, lesions) {
  const drawn = place.querySelector('osteon-skeleton') ?? el('osteon-skeleton', { small: true });
  const heading = place.querySelector('h2') ?? el('h2', {});
  heading.textContent = t('title');
  // Names are the drawing's own, so that another language needs nothing new.
  drawn.lesions = lesions.map(({ name, ...lesion }) => ({ ...lesion, id: lesion.lesion_id }));
  drawn.onpick = ({ detail }) => follow(pseudonym, lesions.find((each) => each.lesion_id === detail.lesions[0]));
  if (!drawn.isConnected || drawn.parentElement !== place) {
    drawn.addEventListener('osteon-pick', (event) => drawn.onpick(event));
    fill(place, heading, drawn);
  }
}

function follow(pseudonym, lesion) {
  if (lesion) location.assign(readingPage(pseudonym, lesion.study.study_instance_uid));
}
