// A study of thousands of images: said while its description arrives, and why it is shown in slices only.

import { MOST_SLICES, tooManySlices } from '/ext/layouts.js';
import { language, t } from '/ext/words.js';

const SAID_MS = 12_000;

/** Before OHIF starts: the description of so many images takes its time. `count`: of the study. */
export function sayItTakesTime(count) {
  if (!(count > MOST_SLICES)) return;
  const said = document.createElement('p');
  said.className = 'osteon-wait';
  said.setAttribute('role', 'status');
  said.textContent = t('manyImages', { count: written(count) });
  document.body.append(said);
}

/** Once there is a layout. Returns what undoes it. */
export function watchLargeStudies({ hangingProtocolService, displaySetService, uiNotificationService }, studies) {
  let isSaid = false;
  const { unsubscribe } = hangingProtocolService.subscribe(hangingProtocolService.EVENTS.PROTOCOL_CHANGED, () => {
    document.querySelector('.osteon-wait')?.remove();
    const slices = tooManySlices(displaySetService.getActiveDisplaySets(), studies);
    if (isSaid || !slices) return;
    isSaid = true;
    const message = t('slicesOnlyWhat', { count: written(slices), most: written(MOST_SLICES) });
    uiNotificationService.show({ title: t('slicesOnly'), message, type: 'info', duration: SAID_MS });
  });
  return () => {
    document.querySelector('.osteon-wait')?.remove();
    unsubscribe();
  };
}

function written(count) {
  return count.toLocaleString(language());
}
