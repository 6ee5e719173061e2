/** The values of a field, one for each line, in the raw list of names and values. @param wanted in lower case */
export function linesOf(raw: readonly string[], wanted: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    if (name.length === wanted.length && name.toLowerCase() === wanted) found.push(raw[at + 1] as string);
  }
  return found;
}
