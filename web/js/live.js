// Learning of changes as they are made. Only while somebody looks: a browser has few connections to one host.

import { get } from '/workbench/js/api.js';

const GATHER_MS = 400;
const REST_MS = 3000;
const COME_BACK_MS = 5000;
const LONGEST_WAIT_MS = 1500;

/**
 * `onChanges` is called with the changes of a moment, and with [] when one comes back to a page that may be out of
 * date. `onState` is told 'live', 'waiting' or 'paused'. `ready` is kept once changes are told, or cannot be for now:
 * what is asked for after it is not overtaken. `end` ends it.
 */
export function follow(onChanges, onState = () => {}) {
  let begun = null;
  const ready = new Promise((resolve) => {
    begun = resolve;
  });
  const tellState = (state) => {
    document.documentElement.dataset.live = state;
    if (state !== 'paused') begun();
    onState(state);
  };
  let stream = null;
  let gathered = [];
  let timer = null;
  let told = 0;
  let isEnded = false;

  const tell = () => {
    timer = null;
    told = Date.now();
    const changes = gathered;
    gathered = [];
    onChanges(changes);
  };
  const open = () => {
    if (stream || document.hidden || isEnded) return;
    stream = new EventSource('/api/v1/events');
    stream.addEventListener('open', () => tellState('live'));
    stream.addEventListener('change', (event) => {
      gathered.push(JSON.parse(event.data));
      // While a study of a thousand images arrives, a page asks anew now and then, not all the time.
      timer ??= setTimeout(tell, Math.max(GATHER_MS, told + REST_MS - Date.now()));
    });
    stream.addEventListener('error', () => {
      tellState('waiting');
      if (stream?.readyState === EventSource.CLOSED) comeBack();
    });
  };
  const close = () => {
    stream?.close();
    stream = null;
  };
  // The server refused the stream: it was restarted, is full, or wants somebody signed in. Asking who we are finds out.
  const comeBack = () => {
    close();
    setTimeout(async () => {
      if (isEnded || document.hidden) return;
      await get('/me').catch(() => null);
      open();
      onChanges([]);
    }, COME_BACK_MS);
  };
  const look = () => {
    if (document.hidden) {
      close();
      tellState('paused');
    } else if (!stream) {
      open();
      onChanges([]);
    }
  };
  document.addEventListener('visibilitychange', look);
  open();
  setTimeout(begun, LONGEST_WAIT_MS);
  const end = () => {
    isEnded = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
    close();
  };
  return { ready, end };
}
