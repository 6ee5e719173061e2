import { hash } from 'node:crypto';

/** One thing that apps take for a challenge: its name, and its bytes. */
export type Form = readonly [name: string, bytes: Buffer];

/** The form of apps that take the challenge for base64. */
export const DECODED = 'the decoded bytes of the challenge';

/** Text that base64 decoders of platforms take, in either alphabet, padded or not. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * What apps use by mistake instead of a challenge, at most ten forms. The names complete a sentence such as "the app
 * hashed …".
 *
 * @param challenge the right bytes: UTF-8 of the text that the server returned
 */
export function* challengeForms(challenge: Uint8Array): Generator<Form> {
  const right = Buffer.from(challenge);
  const text = right.toString('latin1');
  if (BASE64.test(text)) {
    yield [DECODED, Buffer.from(text, 'base64')];
    const plain = text.replace(/=+$/, '');
    const padding = '='.repeat((4 - (plain.length % 4)) % 4);
    const standard = plain.replaceAll('-', '+').replaceAll('_', '/');
    const urlSafe = plain.replaceAll('+', '-').replaceAll('/', '_');
    yield* [
      ['the challenge with padding (=)', plain + padding],
      ['the challenge in the standard alphabet (+ and /)', standard],
      ['the challenge in the standard alphabet (+ and /) with padding (=)', standard + padding],
      ['the challenge in the URL alphabet (- and _) without padding', urlSafe],
    ].map(([name = '', form = '']) => [name, Buffer.from(form, 'latin1')] as const);
  }
  yield ['the base64 of the challenge', Buffer.from(right.toString('base64'))];
  yield ['the base64url of the challenge', Buffer.from(right.toString('base64url'))];
  yield ['the challenge in quotation marks', Buffer.concat([QUOTE, right, QUOTE])];
  yield ['the challenge and a line feed', Buffer.concat([right, Buffer.from('\n')])];
  yield ['an empty challenge', Buffer.alloc(0)];
}

const QUOTE = Buffer.from('"');

/** What apps use by mistake instead of the bytes of a digest, four forms: its texts. */
export function* digestTexts(digest: Uint8Array): Generator<Form> {
  const bytes = Buffer.from(digest);
  yield ['the text of the hexadecimal digest', Buffer.from(bytes.toString('hex'))];
  yield ['the text of the hexadecimal digest in capitals', Buffer.from(bytes.toString('hex').toUpperCase())];
  yield ['the text of the base64 digest', Buffer.from(bytes.toString('base64'))];
  yield ['the text of the base64url digest', Buffer.from(bytes.toString('base64url'))];
}

export function sha256(bytes: Uint8Array | string): Buffer {
  return hash('sha256', bytes, 'buffer');
}
