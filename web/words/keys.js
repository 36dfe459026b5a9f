export default {
  en: { title: 'Keys', close: 'Close', help: 'This list', key_Enter: 'Enter', key_ArrowLeft: '←', key_ArrowRight: '→', key_ArrowUp: '↑', key_ArrowDown: '↓' },
  fr: { title: 'Touches', close: 'Fermer', help: 'Cette liste', key_Enter: 'Entrée', key_ArrowLeft: '←', key_ArrowRight: '→', key_ArrowUp: '↑', key_ArrowDown: '↓' },
};
