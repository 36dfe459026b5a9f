// Where the workbench's pages are: the one place that makes their addresses.

const part = encodeURIComponent;

export const patientPage = (pseudonym) => `/patients/${part(pseudonym)}`;
export const readingPage = (pseudonym, study) => `${patientPage(pseudonym)}/reading?study=${part(study)}`;
export const sheetPage = (pseudonym) => `${patientPage(pseudonym)}/sheet`;
export const recordPage = (pseudonym, query = {}) => {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return `${patientPage(pseudonym)}/record${asked ? `?${asked}` : ''}`;
};
export const viewer = (...studies) => `/viewer?StudyInstanceUIDs=${studies.map(part).join(',')}`;
export const adjudicationPage = (assignment) => `/adjudication/${part(assignment)}`;
export const agreementPage = (protocol) => `/protocols/${part(protocol)}/agreement`;
export const meetingsPage = '/meetings';
export const meetingPage = (meeting, patient = null) => `${meetingsPage}/${part(meeting)}${patient ? `?patient=${part(patient)}` : ''}`;
export const projectorPage = (meeting, patient = null) => `${meetingsPage}/${part(meeting)}/projector${patient ? `?patient=${part(patient)}` : ''}`;
export const PROTOCOLS = '/protocols';
export const researchPage = '/research';
export const custodyPage = '/custody';
export const DATA_QUALITY = '/data-quality';
