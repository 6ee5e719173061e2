// Why this exists: session tokens, challenges, refresh tokens and header fields are fuzzed alike.
import type { Inspected } from '../../rules/mutant.js';

/** Texts of one kind, and the code that reads them. */
export interface Carrier {
  readonly name: string;
  readonly genuine: readonly string[];
  readonly verify: (text: string) => unknown;
  readonly remembering: ((text: string) => unknown) | undefined;
  readonly inspect: ((text: string) => Inspected) | undefined;
  readonly mayBeAccepted: (text: string) => string | undefined;
  /** Offsets of the fields, if the text is octets in base64url. */
  readonly fields: readonly number[];
  /** Texts that must be refused: made with other secrets, or for something else. */
  readonly forged: readonly string[];
  /** Signs any header and claims with the right secret. */
  readonly sign: ((header: object, claims: unknown) => string) | undefined;
  readonly publicPem: string | undefined;
}

/** Accepts a genuine text, and nothing else. */
export const onlyAgain =
  (genuine: readonly string[]) =>
  (text: string): string | undefined =>
    genuine.includes(text) ? 'it came out as a genuine one' : undefined;
