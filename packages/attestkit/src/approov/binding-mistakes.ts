import { equalBytes } from '../kernel/bytes/equal-bytes.js';
import { challengeForms, DECODED, digestTexts, sha256 } from '../kernel/challenge-forms.js';
import { firstThatFits, type Mistake } from '../kernel/mistakes.js';

/** Bytes of a bound value beyond which no mistake is looked for. */
const MAX_VALUE = 4096;

/**
 * Names the mistake behind a claim `pay` that is not the base64 of a digest: the right digest as another text. One digest.
 */
export function formMistake(pay: unknown, data: Uint8Array | undefined): string | undefined {
  if (typeof pay !== 'string' || data === undefined || data.length > MAX_VALUE) return undefined;
  const digest = sha256(data);
  if (pay.toLowerCase() === digest.toString('hex')) return `the claim is the hexadecimal digest: ${RIGHT}`;
  const isBase64url = pay.replace(/=+$/, '') === digest.toString('base64url');
  if (isBase64url) return `the claim is in the URL alphabet (- and _), or without padding (=): ${RIGHT}`;
  return pay.replace(/=+$/, '') === digest.toString('base64').replace(/=+$/, '')
    ? `the claim has other padding (=): ${RIGHT}`
    : undefined;
}

const RIGHT = 'write the base64 of the SHA-256 digest with padding';

/**
 * Names the usual mistake behind a token that is bound to another value. Called only for a genuine token that is refused
 * anyway: at most 19 digests of at most 4 KiB.
 *
 * @param bound the digest that the token is bound to
 * @param data what it should be bound to
 */
export function valueMistake(bound: Uint8Array, data: Uint8Array | undefined): string | undefined {
  if (data === undefined || data.length > MAX_VALUE) return undefined;
  return firstThatFits(digestsOf(Buffer.from(data)), (digest) => equalBytes(bound, digest));
}

const WHOLE =
  'bind the value as it is sent, scheme included, or set binding.part to credential if apps bind the rest alone';
const SAME = 'bind exactly the value that is sent';

function* digestsOf(data: Buffer): Generator<Mistake> {
  const value = data.toString('latin1');
  const credential = /^[A-Za-z]+ +/.exec(value)?.[0];
  if (credential !== undefined)
    yield [
      `the app bound what follows ${credential.trim() === 'Bearer' ? '"Bearer "' : 'the scheme'}: ${WHOLE}`,
      digestOf(value.slice(credential.length)),
    ];
  yield [
    'the app bound the value with "Bearer " before it: send it so, or bind the value alone',
    digestOf(`Bearer ${value}`),
  ];
  if (/^bearer /i.test(value))
    yield [
      `the app bound the value with "bearer" in small letters: ${SAME}`,
      digestOf(`bearer${value.slice(6)}`),
    ];
  yield [`the app bound the name of the header field too: ${SAME}`, digestOf(`Authorization: ${value}`)];
  const digest = sha256(data);
  const once = 'the SDK hashes what it is given: give it the value itself';
  yield [`the app bound the SHA-256 of the value: ${once}`, sha256(digest)];
  for (const [name, form] of digestTexts(digest)) yield [`the app bound ${name}: ${once}`, sha256(form)];
  for (const [name, form] of challengeForms(data))
    if (name !== DECODED)
      yield [`the app bound ${name.replace('challenge', 'value')}: ${SAME}`, sha256(form)];
}

function digestOf(latin1: string): Uint8Array {
  return sha256(Buffer.from(latin1, 'latin1'));
}
