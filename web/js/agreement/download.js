// The figures as files: JSON as the server answers it, CSV as a line for each statistic.

const COLUMNS = ['item', 'statistic', 'weights', 'cases', 'left_out', 'value', 'low', 'high', 'observed', 'expected', 'reason'];

export function asCsv(agreement) {
  const lines = agreement.items.flatMap((item) => [
    ...item.kappas.map((each) => ({ ...each, statistic: `kappa (${each.method})`, reason: each.reason?.code })),
    ...item.icc.map((each) => ({ ...each, statistic: each.form, reason: each.reason?.code })),
    ...limits(item.bland_altman),
  ].map((each) => ({ ...each, item: item.item, cases: item.cases, left_out: item.left_out })));
  return [COLUMNS, ...lines.map((line) => COLUMNS.map((name) => line[name]))].map((row) => row.map(cell).join(',')).join('\r\n');
}

function limits(plot) {
  if (!plot) return [];
  const { bias, bias_error: ofBias, lower_limit: lower, upper_limit: upper, limit_error: ofLimit } = plot;
  const row = (statistic, value, error) => ({
    statistic, value, low: value === null || error === null ? null : value - error, high: value === null || error === null ? null : value + error, reason: plot.reason?.code,
  });
  return [row('bias', bias, ofBias), row('lower limit of agreement', lower, ofLimit), row('upper limit of agreement', upper, ofLimit)];
}

function cell(value) {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Give a text to the browser as a file. */
export function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
