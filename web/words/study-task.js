export default {
  en: {
    sign: 'Sign the study', blind: 'blind', signedAt: 'study signed, {when}', toWorklist: 'To the worklist', notYet: 'Not yet', signTitle: 'Is the study read?',
    signDetail: 'Every lesion is recorded, or there is none. This cannot be undone.', signBlind: 'Your reading then stays as it is: it is neither added to nor revised. Once both readers have signed, it is compared.',
    draftsFirst: 'Not signed: a draft of yours on this study is open. Sign or discard it first.',
  },
  fr: {
    sign: 'Signer l’examen', blind: 'aveugle', signedAt: 'examen signé, {when}', toWorklist: 'Vers la liste de travail', notYet: 'Pas encore', signTitle: 'L’examen est-il lu ?',
    signDetail: 'Chaque lésion est enregistrée, ou il n’y en a pas. C’est définitif.', signBlind: 'Votre lecture reste alors telle quelle : ni ajout ni révision. Quand les deux lecteurs ont signé, elle est comparée.',
    draftsFirst: 'Non signé : un de vos brouillons sur cet examen est ouvert. Signez-le ou abandonnez-le d’abord.',
  },
};
