// @ts-check
// Why this exists: the two header fields with an assertion can be written in several ways. This reads them a second time
// (RFC 9110 §5.6, §11.4) and says whether a value carries the very key, assertion and challenge of a genuine one.
import { whatChanged } from './readings.js';

/** @typedef {{ key: Buffer, assertion: Buffer, challenge: string | undefined }} Proof */

/**
 * @param {string} text @param {',' | ';'} separator of the field's parameters @param {readonly string[]} genuine values of the same field
 * @returns {string | undefined} why it may be accepted
 */
export function readProofText(text, separator, genuine) {
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

/** @param {string} text @param {',' | ';'} separator @returns {Proof | undefined} */
function readProof(text, separator) {
  const scheme = separator === ',' ? /^attest /i : /^/;
  if (!scheme.test(text)) return undefined;
  /** @type {Map<string, string>} */
  const parameters = new Map();
  // No value that is let through has a separator in it.
  for (const each of text.replace(scheme, '').split(separator)) {
    const at = each.indexOf('=');
    const name = trimmed(each.slice(0, at)).toLowerCase();
    const value = unquoted(trimmed(each.slice(at + 1)));
    if (at < 0 || value === undefined || parameters.has(name)) return undefined;
    parameters.set(name, value);
  }
  const wanted = ['v', 'key_id', 'assertion', ...(parameters.has('challenge') ? ['challenge'] : [])];
  if (parameters.size !== wanted.length || !wanted.every((name) => parameters.has(name))) return undefined;
  const [key, assertion] = ['key_id', 'assertion'].map((name) => decoded(parameters.get(name) ?? ''));
  if (parameters.get('v') !== '1' || key === undefined || assertion === undefined) return undefined;
  return { key, assertion, challenge: parameters.get('challenge') };
}

/** @param {string} text */
function trimmed(text) {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** @param {string} text */
function unquoted(text) {
  if (!text.includes('"')) return /[\s\\]/.test(text) ? undefined : text;
  const inside = text.slice(1, -1);
  return text === `"${inside}"` && !/["\\]/.test(inside) ? inside : undefined;
}

/** Base64 with padding or base64url without, and no other way to write either. @param {string} text */
function decoded(text) {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && [bytes.toString('base64'), bytes.toString('base64url')].includes(text)
    ? bytes
    : undefined;
}
