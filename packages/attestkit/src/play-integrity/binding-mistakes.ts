import { challengeForms, DECODED, digestTexts, sha256 } from '../kernel/challenge-forms.js';
import { unpadded } from './facts.js';

/** What `enrollmentHash` was made of. Used only to name mistakes. */
export interface BindingSource {
  readonly challenge: string;
  readonly deviceId: string;
}

/**
 * Names the usual mistake behind a `requestHash` or `nonce` that does not match. Called only for a verdict that is
 * refused anyway, and that Google or a response key vouches for: at most 10 digests and 31 comparisons of texts.
 *
 * @param bound as the verdict has it
 * @param value as it should be: base64url of a digest
 */
export function bindingMistake(
  bound: string | undefined,
  {
    kind,
    value,
    of,
  }: { readonly kind: string; readonly value: string; readonly of?: BindingSource | undefined },
): string | undefined {
  if (bound === undefined) return undefined;
  for (const [did, text] of [...textsOf(value), ...(of === undefined ? [] : madeOtherwise(of))])
    if (isSame(bound, text)) return `the app gave ${did} as ${kind}: ${RIGHT}`;
  return undefined;
}

/** If a nonce is compared, neither padding nor alphabet matters: what differs so never gets here. */
function isSame(bound: string, text: string): boolean {
  return bound === text || unpadded(bound) === unpadded(text);
}

const RIGHT = 'give base64url, without padding, of the SHA-256 of the right text (enrollmentHash), as it is';

type Text = readonly [did: string, text: string];

/** Other texts of the same digest. */
function* textsOf(value: string): Generator<Text> {
  const digest = Buffer.from(value, 'base64url');
  if (digest.length !== 32) return;
  yield ['the hash in the standard alphabet (+ and /) or with padding (=)', digest.toString('base64')];
  for (const [name, form] of digestTexts(digest)) {
    yield [name, form.toString('utf8')];
    yield [`the base64 of ${name}`, form.toString('base64url')];
  }
  yield ['the hash hashed once more', sha256(digest).toString('base64url')];
  yield ['the hash hashed once more, as text', sha256(value).toString('base64url')];
}

/** What apps make of challenge and device id. */
function* madeOtherwise({ challenge, deviceId }: BindingSource): Generator<Text> {
  const label = 'attestkit-enrol-v1';
  const text = [label, challenge, deviceId].join('\n');
  yield ['the challenge itself', challenge];
  yield ['the SHA-256 of the challenge alone', hashed(challenge)];
  yield ['the hexadecimal SHA-256 of the challenge alone', sha256(challenge).toString('hex')];
  yield ['the text itself, not hashed,', text];
  yield ['the base64 of the text, not hashed,', Buffer.from(text).toString('base64url')];
  yield ['the hash of lines that end with CR LF', hashed(text.replaceAll('\n', '\r\n'))];
  yield ['the hash of the lines and a line feed at the end', hashed(`${text}\n`)];
  yield ['the hash of the lines in another order', hashed([label, deviceId, challenge].join('\n'))];
  yield ['the hash without the first line', hashed([challenge, deviceId].join('\n'))];
  yield ['the hash without the device id', hashed([label, challenge].join('\n'))];
  yield ['the hash of all lines in one', hashed([label, challenge, deviceId].join(''))];
  for (const [name, form] of challengeForms(Buffer.from(challenge)))
    if (name !== DECODED) yield [name, form.toString('utf8')];
}

function hashed(text: string): string {
  return sha256(text).toString('base64url');
}
