// Which studies the address names, and what the server knows of them. Asked once, before OHIF starts.

const NOT_IMAGES = new Set(['SR', 'SEG', 'RTSTRUCT', 'RTPLAN', 'RTDOSE', 'PR', 'KO', 'DOC', 'REG']);

/** UIDs in the order of the address: the first is the one that is read, the next its prior. */
export function namedStudies(search = location.search) {
  return [...new URLSearchParams(search)]
    .filter(([name]) => name.toLowerCase() === 'studyinstanceuids')
    .flatMap(([, value]) => value.split(','))
    .filter((uid) => /^[0-9.]{1,64}$/.test(uid));
}

/** What is known of the study that is read; `boot.js` fills it before anything else runs. */
export const study = { uid: null, pseudonym: null, modalities: [], count: 0 };

/** {status} when the server does not give it, else {uid, pseudonym, modalities, images}; null when there is none. */
export async function lookUp(uid) {
  const address = `/dicom-web/studies?StudyInstanceUID=${uid}&limit=1`;
  const answer = await fetch(address, { headers: { Accept: 'application/dicom+json' } });
  if (answer.status === 204) return null;
  if (!answer.ok) return { status: answer.status };
  const [found] = await answer.json();
  if (!found) return null;
  const modalities = found['00080061']?.Value ?? [];
  const hasImages = modalities.length === 0 || modalities.some((each) => !NOT_IMAGES.has(each));
  const count = Number(found['00201208']?.Value?.[0] ?? 1);
  return { uid, pseudonym: found['00100020']?.Value?.[0] ?? null, modalities, count, images: hasImages && count > 0 };
}
