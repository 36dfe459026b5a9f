// Images that cannot be shown, and a session that has ended, are said; neither is left to the console.

import { fetchMissing } from '/ext/missing-images.js';
import { t } from '/ext/words.js';

const QUIET_MS = 10_000;
const AGAIN_MS = 10_000;

/** No answer, or none at present. A 502 is about the one image: what cannot be decoded will not be the next time. */
const AWAY = new Set([0, 503, 504]);

export function watchImages({ uiNotificationService }) {
  const { eventTarget, Enums } = window.cornerstone;
  let lastTold = -QUIET_MS;
  let again = null;
  const askAgain = () => {
    again = null;
    fetchMissing();
  };

  const tell = (title, message) => {
    if (performance.now() - lastTold < QUIET_MS) return;
    lastTold = performance.now();
    uiNotificationService.show({ title: t(title), message, type: 'error', duration: QUIET_MS });
  };
  const failed = ({ detail }) => {
    const status = statusOf(detail?.error);
    if (status === 401) return signedOut(tell);
    if (AWAY.has(status)) {
      again ??= setTimeout(askAgain, AGAIN_MS);
      return tell('unreachable', t('unreachableWhat', { status: status || '–' }));
    }
    return tell('cannotShow', t('cannotShowWhat'));
  };
  window.osteonHttpError = (error) => {
    if (error?.status === 401) signedOut(tell);
    else if (error?.status >= 500) tell('unreachable', t('unreachableWhat', { status: error.status }));
  };
  const events = [Enums.Events.IMAGE_LOAD_FAILED, Enums.Events.IMAGE_LOAD_ERROR];
  events.forEach((name) => eventTarget.addEventListener(name, failed));
  return () => {
    clearTimeout(again);
    events.forEach((name) => eventTarget.removeEventListener(name, failed));
  };
}

function signedOut(tell) {
  document.dispatchEvent(new CustomEvent('osteon-signed-out', { cancelable: true }));
  tell('signedOut', t('signedOutWhat'));
}

/** Of the answer; 0 when there was none. OHIF gives the status of an image in the words of its error only. */
function statusOf(error) {
  const named = error?.status ?? error?.error?.status ?? error?.request?.status;
  if (named !== undefined) return named;
  const { message = '' } = error ?? {};
  if (error instanceof TypeError && /fetch|network/i.test(message)) return 0;
  const [, status] = /status (\d{3})\b/.exec(message) ?? [];
  return status && Number(status);
}
