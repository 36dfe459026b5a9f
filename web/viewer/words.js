// What the viewer says itself, in French and English.

const WORDS = {
  en: {
    panel: 'Lesions',
    noPanel: 'The lesion panel did not arrive. Reload the page; what you typed is kept.',
    notice: 'Research use, not a medical device',
    back: 'Back to the list',
    again: 'Try again',
    loading: 'Loading the study…',
    noWebgl: 'This browser cannot draw the images',
    noWebglWhat:
      'The viewer needs WebGL 2, which is switched off or not supported here. Allow graphics acceleration in the '
      + 'settings of the browser, update its graphics driver, or use another browser or machine.',
    withoutImages: 'Read without images',
    noStudy: 'There is no such study',
    noStudyWhat: 'It is not stored here, or you may not see it.',
    noImages: 'This study has no images',
    noImagesWhat: 'What is stored of it ({modalities}) cannot be shown as images. More may still be on its way.',
    notNamed: 'No study was named',
    notNamedWhat: 'Open one from the list.',
    unreachable: 'The images cannot be fetched',
    unreachableWhat: 'The server does not answer as it should ({status}). Nothing that you typed is lost.',
    notStarted: 'The viewer could not be started',
    notStartedWhat: 'One of its files did not arrive. Try again; if that does not help, tell whoever runs Osteon here.',
    cannotShow: 'An image cannot be shown',
    cannotShowWhat: 'It is compressed in a way that cannot be read here, or it is damaged. The others are shown; in reformatted planes its place is filled from its neighbours.',
    signedOut: 'You are signed out',
    signedOutWhat: 'Sign in again: what you typed is kept, and images that did not arrive are fetched then.',
    manyImages: '{count} images: opening takes longer, up to a minute on a busy machine.',
    slicesOnly: 'Shown in slices',
    slicesOnlyWhat: 'A series of {count} images. Planes are reformatted up to {most}; open a thicker series of the study for them.',
    bone: 'Bone window',
    softTissue: 'Soft-tissue window',
    asStored: 'Window as stored',
    link: 'Prior and current scroll together',
    linked: 'Prior and current scroll together',
    unlinked: 'Prior and current scroll separately',
    linkKey: 'The key L changes it.',
  },
  fr: {
    panel: 'Lésions',
    noPanel: 'Le panneau des lésions n’est pas arrivé. Rechargez la page ; votre saisie est conservée.',
    notice: 'Recherche, n’est pas un dispositif médical',
    back: 'Retour à la liste',
    again: 'Réessayer',
    loading: 'Chargement de l’examen…',
    noWebgl: 'Ce navigateur ne peut pas afficher les images',
    noWebglWhat:
      'La visionneuse a besoin de WebGL 2, désactivé ou absent ici. Autorisez l’accélération graphique dans les '
      + 'réglages du navigateur, mettez à jour le pilote graphique, ou utilisez un autre navigateur ou un autre poste.',
    withoutImages: 'Lire sans les images',
    noStudy: 'Cet examen n’existe pas',
    noStudyWhat: 'Il n’est pas enregistré ici, ou vous n’y avez pas accès.',
    noImages: 'Cet examen n’a pas d’images',
    noImagesWhat: 'Ce qui en est enregistré ({modalities}) ne s’affiche pas en images. D’autres objets sont peut-être en route.',
    notNamed: 'Aucun examen n’est indiqué',
    notNamedWhat: 'Ouvrez-en un depuis la liste.',
    unreachable: 'Les images ne peuvent pas être chargées',
    unreachableWhat: 'Le serveur ne répond pas comme attendu ({status}). Rien de ce que vous avez saisi n’est perdu.',
    notStarted: 'La visionneuse n’a pas pu démarrer',
    notStartedWhat: 'Un de ses fichiers n’est pas arrivé. Réessayez ; sinon, prévenez la personne qui gère Osteon ici.',
    cannotShow: 'Une image ne peut pas être affichée',
    cannotShowWhat: 'Sa compression n’est pas lisible ici, ou elle est endommagée. Les autres sont affichées ; dans les plans reformatés, ses voisines la remplacent.',
    signedOut: 'Vous êtes déconnecté',
    signedOutWhat: 'Reconnectez-vous : votre saisie est conservée, et les images manquantes sont alors chargées.',
    manyImages: '{count} images : l’ouverture est plus longue, jusqu’à une minute sur une machine occupée.',
    slicesOnly: 'Affichage en coupes',
    slicesOnlyWhat: 'Une série de {count} images. Les plans sont reformatés jusqu’à {most} ; pour en avoir, ouvrez une série plus épaisse.',
    bone: 'Fenêtre osseuse',
    softTissue: 'Fenêtre tissus mous',
    asStored: 'Fenêtre d’origine',
    link: 'Défilement lié, antérieur et actuel',
    linked: 'Défilement lié, antérieur et actuel',
    unlinked: 'Défilement séparé, antérieur et actuel',
    linkKey: 'La touche L le change.',
  },
};

export function language() {
  return document.documentElement.lang === 'fr' ? 'fr' : 'en';
}

export function t(key, params = {}) {
  return WORDS[language()][key].replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
}
