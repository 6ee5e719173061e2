import type { KeyObject } from 'node:crypto';
import { isTextMap, readCbor } from '../../kernel/bytes/cbor.js';
import { digestTexts, sha256, type Form } from '../../kernel/challenge-forms.js';
import { verifySideBySide } from '../../kernel/jose/ecdsa.js';
import { firstThatFits, type Mistake } from '../../kernel/mistakes.js';
import { isSignature, membersOf } from './assertion.js';

/**
 * Names the usual mistake behind an assertion whose signature does not verify. It tries signatures: for an inspector
 * alone, never for a server that answers requests. Nine signature checks, and one for each of `forms`.
 *
 * @param clientData what the app should have hashed with SHA-256
 * @param forms what apps hash by mistake instead, with a sentence for each: `clientDataMistakes`
 * @returns a sentence; undefined if no mistake fits, or the assertion cannot be read
 */
export function assertionMistake(
  assertion: Uint8Array,
  key: KeyObject,
  given: { readonly clientData?: Uint8Array | undefined; readonly clientDataHash?: Uint8Array | undefined },
  forms: Iterable<Form>,
): string | undefined {
  const item = readCbor(assertion);
  const members = isTextMap(item) ? membersOf(item) : undefined;
  const clientDataHash = given.clientDataHash ?? (given.clientData && sha256(given.clientData));
  if (members === undefined || clientDataHash === undefined) return undefined;
  const { signature, authenticatorData } = members;
  const signed = (hash: Uint8Array): Buffer => Buffer.concat([authenticatorData, hash]);

  // Not made by Apple's API.
  const nonce = sha256(signed(clientDataHash));
  if (isSignature(signature, signed(clientDataHash), key)) return NOT_HASHED;
  if (isSignature(signature, sha256(nonce), key)) return HASHED_AGAIN;
  if (isSideBySide(signature, nonce, key)) return SIDE_BY_SIDE;
  return firstThatFits(hashesOf(given.clientData, clientDataHash, forms), (hash) =>
    isSignature(signature, sha256(signed(hash)), key),
  );
}

const NOT_HASHED =
  'the nonce was signed as a digest: ECDSA with SHA-256 has to hash it once more, as generateAssertion does';
const HASHED_AGAIN = 'the nonce was hashed once too often before it was signed';
const SIDE_BY_SIDE =
  'the signature is r and s side by side (IEEE P1363): generateAssertion gives an ECDSA signature in DER';

const RIGHT = 'give it the SHA-256 of the client data';

/** What apps give to Apple's API as the client data hash. */
function* hashesOf(
  clientData: Uint8Array | undefined,
  clientDataHash: Uint8Array,
  forms: Iterable<Form>,
): Generator<Mistake> {
  if (clientData !== undefined)
    yield [`the app gave the client data itself to generateAssertion: ${RIGHT}`, clientData];
  yield [`the app hashed the client data twice for generateAssertion: ${RIGHT}`, sha256(clientDataHash)];
  for (const [name, form] of digestTexts(clientDataHash))
    yield [`the app gave ${name} to generateAssertion: ${RIGHT}`, form];
  for (const [says, form] of forms) yield [says, sha256(form)];
}

function isSideBySide(signature: Uint8Array, signed: Uint8Array, key: KeyObject): boolean {
  return signature.length === 64 && verifySideBySide('sha256', signed, key, signature);
}
