export default {
  en: {
    title: 'Protocols', keys: 'Keys', more: 'Load more', agreement: 'Agreement', tasks: 'Tasks', anyModality: 'any', nothingGiven: 'no study yet',
    head_name: 'Protocol', head_kind: 'Reading', head_modalities: 'Modalities', head_progress: 'Tasks', head_made: 'Made', head_open: 'Open',
    kind_single: 'one reader', kind_double_blind: 'two blind readers',
    state_signed: 'signed', state_adjudicated: 'adjudicated', state_draft: 'in progress', state_unread: 'unread', state_to_adjudicate: 'to adjudicate',
    none: 'No protocol yet', noneDetail: 'Radiologists and administrators make protocols and give studies through the API.',
    notForYou: 'Nothing to see here for your role', notForYouDetail: 'Protocols are for those who read, who study agreement, or who give the studies.',
    key_j: 'Next protocol', key_k: 'Protocol before', key_enter: 'Its agreement',
  },
  fr: {
    title: 'Protocoles', keys: 'Touches', more: 'En afficher plus', agreement: 'Concordance', tasks: 'Tâches', anyModality: 'toutes', nothingGiven: 'aucun examen',
    head_name: 'Protocole', head_kind: 'Lecture', head_modalities: 'Modalités', head_progress: 'Tâches', head_made: 'Créé', head_open: 'Ouvrir',
    kind_single: 'un lecteur', kind_double_blind: 'deux lecteurs en aveugle',
    state_signed: 'signées', state_adjudicated: 'arbitrées', state_draft: 'en cours', state_unread: 'à lire', state_to_adjudicate: 'à arbitrer',
    none: 'Pas encore de protocole', noneDetail: 'Radiologues et administrateurs créent les protocoles et attribuent les examens par l’API.',
    notForYou: 'Rien à voir ici pour votre rôle', notForYouDetail: 'Les protocoles concernent ceux qui lisent, étudient la concordance ou attribuent les examens.',
    key_j: 'Protocole suivant', key_k: 'Protocole précédent', key_enter: 'Sa concordance',
  },
};
