import { constants, verify, type KeyObject } from 'node:crypto';
import { digestTexts, sha256, type Form } from '../kernel/challenge-forms.js';
import { verifySideBySide } from '../kernel/jose/ecdsa.js';
import { firstThatFits } from '../kernel/mistakes.js';
import { verifyPss } from '../kernel/jose/rsa-pss.js';

/**
 * Names the usual mistake behind a signature of an Android key that does not verify. It tries signatures: for an
 * inspector alone, never for a server that answers requests. At most ten signature checks, and one for each of `forms`.
 *
 * @param signed what should have been signed
 * @param algorithm as enrolled: `ecdsa-sha256`
 * @param forms what apps sign by mistake instead, with a sentence for each: `clientDataMistakes`
 * @returns a sentence; undefined if no mistake fits
 */
export function signatureMistake(
  signed: Uint8Array,
  signature: Uint8Array,
  { key, algorithm }: { readonly key: KeyObject; readonly algorithm: string },
  forms: Iterable<Form>,
): string | undefined {
  const [family = '', digest = null] = algorithm === 'ed25519' ? [algorithm] : splitLast(algorithm);
  const isOver =
    (how: How) =>
    (bytes: Uint8Array): boolean =>
      isSigned(bytes, signature, key, { family, digest, ...how });
  if (family === 'ecdsa' && isOver({ sideBySide: true })(signed)) return SIDE_BY_SIDE;
  if (family === 'rsa-pss' && isOver({ saltLength: constants.RSA_PSS_SALTLEN_AUTO })(signed)) return SALT;
  const others = digest === null ? [] : DIGESTS.filter((each) => each !== digest);
  const hashed = others.find((each) => isOver({ digest: each })(signed));
  if (hashed !== undefined) return `the app signed with ${hashed.toUpperCase()}: sign with ${algorithm}`;
  const padded = PADDINGS[family];
  if (padded !== undefined && isOver({ family: padded })(signed))
    return `the app signed with the padding of ${padded}: sign with ${algorithm}`;
  return firstThatFits(inputsOf(signed, forms), isOver({}));
}

const DIGESTS = ['sha256', 'sha384', 'sha512'] as const;

const PADDINGS: Readonly<Record<string, string>> = { 'rsa-pkcs1': 'rsa-pss', 'rsa-pss': 'rsa-pkcs1' };

const SIDE_BY_SIDE =
  'the signature is r and s side by side (IEEE P1363): send it in DER, as java.security.Signature gives it';
const SALT = 'the salt of the signature is not as long as its hash: sign with a salt of that length';

const RIGHT = 'sign the lines themselves, which the algorithm hashes';

/** What apps sign. */
function* inputsOf(signed: Uint8Array, forms: Iterable<Form>): Generator<Form> {
  const digest = sha256(signed);
  yield [`the app signed the SHA-256 of the lines, which hashes them twice: ${RIGHT}`, digest];
  for (const [name, form] of digestTexts(digest))
    yield [`the app signed ${name} of the lines: ${RIGHT}`, form];
  yield [`the app signed the base64 of the lines: ${RIGHT}`, Buffer.from(base64(signed))];
  yield* forms;
}

/** What differs from the algorithm. */
interface How {
  readonly family?: string;
  readonly digest?: string | null;
  readonly sideBySide?: true;
  readonly saltLength?: number;
}

function isSigned(bytes: Uint8Array, signature: Uint8Array, key: KeyObject, how: How): boolean {
  const { family, digest = null, sideBySide = false, saltLength } = how;
  try {
    if (digest !== null && family === 'rsa-pss') return verifyPss(digest, bytes, key, signature, saltLength);
    if (digest === null || !sideBySide) return verify(digest, bytes, key, signature);
    return verifySideBySide(digest, bytes, key, signature);
  } catch {
    return false; // A key that OpenSSL refuses to use so.
  }
}

/** `rsa-pkcs1` and `sha256` of `rsa-pkcs1-sha256`. */
function splitLast(algorithm: string): readonly [family: string, digest: string] {
  const at = algorithm.lastIndexOf('-');
  return [algorithm.slice(0, at), algorithm.slice(at + 1)];
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
