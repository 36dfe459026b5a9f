// The meeting sheet's tools. What stands on the sheet itself comes with its content.

export default {
  en: {
    title: 'Meeting sheet',
    back: 'Back to the patient',
    print: 'Print',
    pdf: 'PDF',
    unknown: 'There is no patient {pseudonym}.',
    unknownDetail: 'The pseudonym may be mistyped, or nothing of this patient has arrived.',
  },
  fr: {
    title: 'Fiche RCP',
    back: 'Retour au patient',
    print: 'Imprimer',
    pdf: 'PDF',
    unknown: 'Il n’y a pas de patient {pseudonym}.',
    unknownDetail: 'Le pseudonyme est peut-être mal saisi, ou rien de ce patient n’est arrivé.',
  },
};
