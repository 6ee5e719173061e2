/** Reads the text format of Prometheus as strictly as a scraper does: each series with its value. */
export function seriesOf(text: string): Readonly<Record<string, number>> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# (?:HELP|TYPE) [a-z_]+ \S/.test(line)) continue;
    const [, series, value] =
      /^([a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})?) (\S+)$/.exec(
        line,
      ) ?? [];
    if (series === undefined || value === undefined || found.has(series))
      throw new Error(`not a series, or one that was there before: ${line}`);
    found.set(series, Number(value));
  }
  return Object.fromEntries(found);
}
