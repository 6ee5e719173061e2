/** Text whose control and bidirectional characters cannot steer a terminal: they are written as `\u{…}`. Ends of lines stay. */
export function printable(text: string): string {
  return text.replace(
    /[^\P{C}\n]|[\u2028\u2029]/gu,
    (each) => `\\u{${(each.codePointAt(0) as number).toString(16)}}`,
  );
}
