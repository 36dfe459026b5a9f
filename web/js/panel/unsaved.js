// What is not on the server yet, kept in this browser so that neither a crash nor a lost network takes it.

const PREFIX = 'osteon-unsaved/';
const ANSWER_WITHIN_MS = 250;
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('osteon-unsaved') : null;
const mine = new Set();

channel?.addEventListener('message', ({ data }) => {
  if (data.asks && mine.has(data.asks)) channel.postMessage({ has: data.asks });
});

/** A name for what this window keeps about one lesion on one study, of one reader. */
export function unsavedName(reader, lesionId, study, revises) {
  const name = `${PREFIX}${[reader, lesionId, study, revises || '', crypto.getRandomValues(new Uint32Array(2)).join('')]
    .map(encodeURIComponent)
    .join('/')}`;
  return name;
}

/** False when the browser has no room or forbids it. */
export function keepUnsaved(name, record) {
  mine.add(name);
  try {
    localStorage.setItem(name, JSON.stringify(record));
    return true;
  } catch {
    return false;
  }
}

export function dropUnsaved(name) {
  mine.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    // It was forbidden to keep it, too.
  }
}

/** What windows that are gone have left for this reader: [{name, lesionId, study, revises, record}], the oldest first. */
export async function leftBehind(reader) {
  const left = [];
  for (const name of names()) {
    const [of, lesionId, study, revises] = name.slice(PREFIX.length).split('/').map(decodeURIComponent);
    if (of !== reader || mine.has(name) || (await isHeld(name))) continue;
    const record = read(name);
    if (record) left.push({ name, lesionId, study, revises, record });
  }
  return left.sort((one, other) => one.record.at.localeCompare(other.record.at));
}

function names() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Whether another window that is open keeps it. */
function isHeld(name) {
  if (!channel) return Promise.resolve(false);
  return new Promise((resolve) => {
    const listen = ({ data }) => data.has === name && done(true);
    const done = (answer) => {
      clearTimeout(timer);
      channel.removeEventListener('message', listen);
      resolve(answer);
    };
    const timer = setTimeout(done, ANSWER_WITHIN_MS, false);
    channel.addEventListener('message', listen);
    channel.postMessage({ asks: name });
  });
}
