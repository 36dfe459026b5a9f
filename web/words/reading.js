export default {
  en: { title: 'Reading', of: 'Reading of {patient}', patient: 'Patient', images: 'Open the images', choose: 'Which study is read?', noStudies: 'No study of this patient has arrived.', undated: 'undated' },
  fr: { title: 'Lecture', of: 'Lecture de {patient}', patient: 'Patient', images: 'Ouvrir les images', choose: 'Quel examen est lu ?', noStudies: 'Aucun examen de ce patient n’est arrivé.', undated: 'sans date' },
};
