export default {
  en: {
    title: 'To complete', all: 'All', patient: 'Patient', show: 'Show', everybody: 'All patients', again: 'Look again', more: 'Show more', keys: 'Keys', showAll: 'Show all', forScripts: 'For scripts:',
    head_kind: 'What is missing', head_patient: 'Patient', head_detail: 'Of which', head_since: 'Since', head_open: 'Mend',
    kind_presentation_missing: 'No presentation', kind_images_not_received: 'Images not received', kind_images_incomplete: 'Images in part', kind_study_unread: 'Study not read',
    kind_reading_unsigned: 'Reading not signed', kind_score_undecided: 'Score not decided', kind_presentation_incomplete: 'Presentation incomplete', kind_facts_differ: 'Contradictions', kind_follow_up_overdue: 'Follow-up overdue',
    act_enter: 'Enter', act_complete: 'Complete', act_read: 'Read', act_look: 'Look', reason_objects_lost: 'objects were lost',
    nothing: 'Nothing is missing', nothingDetail: 'Every patient has a complete presentation, and every study is read and signed.', nothingOf: 'Nothing of this is missing', nothingOfDetail: 'Choose another kind, or all patients.',
    notForYou: 'This list is for those who enter, read or study', notForYouDetail: 'Your role does not open it.',
    key_j: 'Next line', key_k: 'Line before', key_enter: 'Goes to where it is mended', key_p: 'The patient of the line', key_slash: 'Patient', key_r: 'Look again',
  },
  fr: {
    title: 'À compléter', all: 'Tout', patient: 'Patient', show: 'Afficher', everybody: 'Tous les patients', again: 'Actualiser', more: 'Afficher la suite', keys: 'Touches', showAll: 'Tout afficher', forScripts: 'Pour les scripts :',
    head_kind: 'Ce qui manque', head_patient: 'Patient', head_detail: 'En particulier', head_since: 'Depuis', head_open: 'Corriger',
    kind_presentation_missing: 'Aucune présentation', kind_images_not_received: 'Images non reçues', kind_images_incomplete: 'Images en partie', kind_study_unread: 'Examen non lu',
    kind_reading_unsigned: 'Lecture non signée', kind_score_undecided: 'Score indécis', kind_presentation_incomplete: 'Présentation incomplète', kind_facts_differ: 'Contradictions', kind_follow_up_overdue: 'Suivi en retard',
    act_enter: 'Saisir', act_complete: 'Compléter', act_read: 'Lire', act_look: 'Voir', reason_objects_lost: 'objets perdus',
    nothing: 'Rien ne manque', nothingDetail: 'Chaque patient a une présentation complète, chaque examen est lu et signé.', nothingOf: 'Rien de cela ne manque', nothingOfDetail: 'Choisissez un autre genre, ou tous les patients.',
    notForYou: 'Cette liste est à ceux qui saisissent, lisent ou étudient', notForYouDetail: 'Votre rôle ne l’ouvre pas.',
    key_j: 'Ligne suivante', key_k: 'Ligne précédente', key_enter: 'Va là où cela se corrige', key_p: 'Le patient de la ligne', key_slash: 'Patient', key_r: 'Actualiser',
  },
};
