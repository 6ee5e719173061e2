// Why this exists: the two header fields with an assertion can be written in several ways. This reads them a second time
// (RFC 9110 §5.6, §11.4) and says whether a value carries exactly the key, assertion and challenge of a genuine one.
import { whatChanged } from '../kinds/app-attest/unsigned.js';
import { readBase64 } from './base64.js';

/** What such a field carries. */
export interface Proof {
  readonly key: Buffer;
  readonly assertion: Buffer;
  readonly challenge: string | undefined;
}

/** Between the parameters: `Authorization: Attest` has commas, `X-App-Attest` has semicolons. */
export type Separator = ',' | ';';

/** Why the text may be accepted, given genuine values of the same field; undefined if it must be refused. */
export function readProofText(
  text: string,
  separator: Separator,
  genuine: readonly string[],
): string | undefined {
  if (genuine.includes(text)) return 'it came out as a genuine one';
  const seen = readProof(text, separator);
  if (seen === undefined) return undefined;
  for (const each of genuine) {
    const { key, assertion, challenge } = readProof(each, separator) ?? seen;
    if (!key.equals(seen.key) || challenge !== seen.challenge) continue;
    if (assertion.equals(seen.assertion)) return 'the same parameters, written otherwise';
    const changes = whatChanged('assertion', seen.assertion, [assertion]);
    if (changes !== undefined) return changes;
  }
  return undefined;
}

/** What a field carries; undefined if it cannot be read. */
export function readProof(text: string, separator: Separator): Proof | undefined {
  const scheme = separator === ',' ? /^attest /i : /^/;
  if (!scheme.test(text)) return undefined;
  const parameters = new Map<string, string>();
  // No value that may be accepted contains a separator.
  for (const each of text.replace(scheme, '').split(separator)) {
    const at = each.indexOf('=');
    const name = trimmed(each.slice(0, at)).toLowerCase();
    const value = unquoted(trimmed(each.slice(at + 1)));
    if (at < 0 || value === undefined || parameters.has(name)) return undefined;
    parameters.set(name, value);
  }
  const wanted = ['v', 'key_id', 'assertion', ...(parameters.has('challenge') ? ['challenge'] : [])];
  if (parameters.size !== wanted.length || !wanted.every((name) => parameters.has(name))) return undefined;
  const [key, assertion] = ['key_id', 'assertion'].map((name) => readBase64(parameters.get(name) ?? ''));
  if (parameters.get('v') !== '1' || key === undefined || assertion === undefined) return undefined;
  return { key, assertion, challenge: parameters.get('challenge') };
}

function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** The value without its quotes; undefined if it is not a token, and not a string without escapes. */
function unquoted(text: string): string | undefined {
  if (!text.includes('"')) return /[\s\\]/.test(text) ? undefined : text;
  const inside = text.slice(1, -1);
  return text === `"${inside}"` && !/["\\]/.test(inside) ? inside : undefined;
}
