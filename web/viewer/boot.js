// Starts OHIF when all that it needs is there: graphics, a session, a study with images. Says what is missing otherwise.

import { sayItTakesTime } from '/ext/large-studies.js';
import { showMessage } from '/ext/message.js';
import { lookUp, namedStudies, study } from '/ext/study.js';
import { language, t } from '/ext/words.js';

const main = document.querySelector('script[data-main]').dataset.main;

// Images are read in the dark, whatever the other pages look like.
document.documentElement.dataset.theme = 'dark';
start();

async function start() {
  document.title = `Osteon: ${t('loading')}`;
  const [uid] = namedStudies();
  if (!uid) return showMessage('notNamed', 'notNamedWhat');
  let found;
  try {
    found = await lookUp(uid);
  } catch {
    return showMessage('unreachable', 'unreachableWhat', { status: '–' });
  }
  if (found?.status === 401) return signIn();
  if (found?.status) return showMessage('unreachable', 'unreachableWhat', { status: found.status });
  if (found === null) return showMessage('noStudy', 'noStudyWhat');
  Object.assign(study, found);
  if (!found.images) return showMessage('noImages', 'noImagesWhat', { modalities: found.modalities.join(', ') }, reading());
  if (!canDraw()) return showMessage('noWebgl', 'noWebglWhat', {}, reading());
  return startViewer();
}

function startViewer() {
  chooseLanguage();
  document.title = `Osteon · ${study.pseudonym ?? ''}`;
  sayItTakesTime(study.count);
  // Asked for by OHIF's page, which is replaced by ours.
  window.PUBLIC_URL = '/';
  console.time('scriptToView');
  window.browserImportFunction = (name) => import(name);
  const script = document.createElement('script');
  script.src = main;
  script.addEventListener('error', () => showMessage('notStarted', 'notStartedWhat'));
  document.head.append(script);
}

function chooseLanguage() {
  try {
    localStorage.setItem('i18nextLng', language() === 'fr' ? 'fr' : 'en-US');
  } catch {
    // Without storage OHIF speaks the browser's language.
  }
}

function canDraw() {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}

function signIn() {
  location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

function reading() {
  if (!study.pseudonym) return [];
  const address = `/patients/${encodeURIComponent(study.pseudonym)}/reading?study=${study.uid}`;
  return [[address, 'withoutImages']];
}
