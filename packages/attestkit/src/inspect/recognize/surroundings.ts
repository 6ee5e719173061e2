/** Bare evidence, without text that was copied along with it. */
export interface BareText {
  readonly token: string;
  /** The name of the header field, in small letters. */
  readonly field: string | undefined;
  /** What was left out, for the report. */
  readonly notes: readonly string[];
}

/** What surrounds a token in the place it was copied from, and what to tell the reader. */
const AROUND = {
  quotes: [
    /^(["'`])(.*)\1$/s,
    'Quotation marks around the token were left out. A server that receives them refuses the token.',
  ],
  field: [
    /^([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(?!\/\/)(\S.*)$/s,
    'The name of the header field was left out. In the field the value stands alone.',
  ],
  bearer: [
    /^(bearer)[ \t]+(\S.*)$/is,
    '"Bearer " before the token was left out. A server refuses it in Approov-Token, unless its option prefix is set to "Bearer ".',
  ],
} as const satisfies Record<string, readonly [pattern: RegExp, note: string]>;

/** Takes off quotation marks, the name of a header field and `Bearer `, once each at most. */
export function readBareText(text: string): BareText {
  let token = text.trim();
  let field: string | undefined;
  const notes: string[] = [];
  for (let turn = 0; turn < Object.keys(AROUND).length; turn += 1) {
    for (const [name, [pattern, note]] of Object.entries(AROUND)) {
      const [, mark, inner] = notes.includes(note) ? [] : (pattern.exec(token) ?? []);
      if (inner === undefined) continue;
      if (name === 'field') field = mark?.toLowerCase();
      token = inner.trim();
      notes.push(note);
    }
  }
  return { token, field, notes };
}
