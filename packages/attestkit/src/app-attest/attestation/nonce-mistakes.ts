import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { challengeForms, DECODED, digestTexts, sha256 } from '../../kernel/challenge-forms.js';
import { firstThatFits, type Mistake } from '../../kernel/mistakes.js';

/** What an attestation should have been made with. */
export interface BoundTo {
  /** What the app should have hashed; undefined if only the hash is known. Text in UTF-8. */
  readonly challenge?: Uint8Array | string | undefined;
  readonly clientDataHash: Uint8Array;
}

/**
 * Names the usual mistake behind a nonce that does not match: what the app gave to `attestKey` instead of SHA-256 of the
 * challenge. Called only for an attestation that is refused anyway, under a chain that holds: at most 21 digests of the
 * authenticator data, and 16 of the challenge.
 */
export function nonceMistake(
  nonce: Uint8Array | undefined,
  authData: Uint8Array,
  { challenge, clientDataHash }: BoundTo,
): string | undefined {
  if (nonce === undefined) return undefined;
  const mistakes = challenge === undefined ? ofHash(clientDataHash) : ofChallenge(challenge);
  return firstThatFits(mistakes, (given) => equalBytes(nonce, sha256(Buffer.concat([authData, given]))));
}

const RIGHT = 'give it the SHA-256 of the UTF-8 of the challenge as the server returned it';

/** What apps give to Apple's API as the client data hash. */
function* ofChallenge(challenge: Uint8Array | string): Generator<Mistake> {
  const bytes = Buffer.from(challenge as Uint8Array);
  const digest = sha256(bytes);
  yield [`the app gave the challenge itself to attestKey: ${RIGHT}`, bytes];
  yield [`the app hashed the challenge twice for attestKey: ${RIGHT}`, sha256(digest)];
  for (const [name, form] of digestTexts(digest)) {
    yield [`the app gave ${name} to attestKey: ${RIGHT}`, form];
    yield [`the app hashed ${name} for attestKey: ${RIGHT}`, sha256(form)];
  }
  for (const [name, form] of challengeForms(bytes)) {
    yield [`the app hashed ${name} for attestKey: ${RIGHT}`, sha256(form)];
    if (name === DECODED) yield [`the app gave ${name} to attestKey: ${RIGHT}`, form];
  }
}

const HASHED_AGAIN =
  'the app hashed the given clientDataHash once more; if it is the challenge itself, give it as the challenge';

/** The same where only the hash is known. */
function* ofHash(clientDataHash: Uint8Array): Generator<Mistake> {
  yield [HASHED_AGAIN, sha256(clientDataHash)];
  for (const [name, form] of digestTexts(clientDataHash))
    yield [`the app gave ${name} to attestKey: ${RIGHT}`, form];
}
