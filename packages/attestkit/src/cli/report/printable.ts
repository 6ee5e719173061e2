/**
 * Escapes what could steer a terminal or hide text in it, as JSON does: control and format characters, lone
 * surrogates, separators of lines. Line feeds stay.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n') return character;
    return Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('');
  });
}
