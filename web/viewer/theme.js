// The workbench's colours for what is ours on OHIF's page. Both name theirs `--accent` and `--muted` on the root, so that ours are
// set on our own elements only; always the dark ones: images are read in the dark.

const OURS = ':is(osteon-panel-host, body > dialog)';

export async function useTheme() {
  const answer = await fetch('/workbench/css/theme.css');
  if (!answer.ok) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync((await answer.text()).replace(/:root(\[data-theme=["']?dark["']?\])?(?=[\s,{])/g, OURS));
  document.adoptedStyleSheets.push(sheet);
}
