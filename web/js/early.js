// Before the first paint: theme and language as they were chosen, so that no page flashes. A classic script on purpose.
(() => {
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const root = document.documentElement;
  const theme = kept('osteon-theme');
  const isDark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = isDark ? 'dark' : 'light';
  const wanted = [kept('osteon-language'), ...(navigator.languages || [])].map((each) => (each || '').slice(0, 2));
  root.lang = wanted.find((each) => each === 'fr' || each === 'en') || 'en';
})();
