import { AttestationError } from '../../kernel/errors.js';
import { enforcing } from '../../kernel/sinks.js';
import { hasAttestScheme, readAttestCredentials, readProofField } from '../../sessions/internal.js';
import { refusedBy } from '../evidence-error.js';
import type { Reading } from './reading.js';

/** A parameter of a proof, wherever it stands among others. */
const PARAMETER = /(?:^|[;,\s])(assertion|signature)[ \t]*=/i;

/** A parameter at the begin. */
const FIRST = /^[ \t]*[a-z_]{1,16}[ \t]*=/i;

/** Characters in which they are looked for: more than a server takes. */
const HEAD = 9000;

/**
 * The value of `X-App-Attest`, or of `Authorization` with the scheme `Attest`, read as a server reads it; undefined for
 * other text.
 *
 * @param field the name of the field, in small letters, if it was there
 * @throws EvidenceError if a server refuses it
 */
export function readProof(value: string, field: string | undefined): Reading | undefined {
  const head = value.slice(0, HEAD);
  const hasScheme = hasAttestScheme(value);
  const found = PARAMETER.exec(head)?.[1]?.toLowerCase();
  const isProof = hasScheme ? head.includes('=') : found !== undefined && FIRST.test(head);
  if (!isProof && field !== 'x-app-attest') return undefined;
  // In Authorization a server looks for the scheme, and finds nothing without it.
  const isCredentials = field === 'authorization' || (hasScheme && field !== 'x-app-attest');
  const what = found === 'signature' ? 'a signature of an Android key' : 'an App Attest assertion';
  const why = hasScheme ? 'it has the scheme Attest' : `it has ${found ?? 'the name of that field'}`;
  const reading = { what: `${what} in its header field`, why };
  try {
    const read = isCredentials ? readAttestCredentials : readProofField;
    const { proof, proofParameter, keyId } = read(value, enforcing);
    const notes = [`The field names the key ${keyId}.`];
    if (proofParameter === 'signature')
      return { kind: 'key-attestation-signature', file: { signature: proof }, notes, ...reading };
    return { kind: 'app-attest-assertion', file: { assertion: proof }, notes, ...reading };
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    throw refusedBy(error.check, `is read as ${reading.what}, because ${why}`, PROOF_REMEDY);
  }
}

const PROOF_REMEDY =
  'Correct what the app sends: X-App-Attest: v=1; key_id=…; assertion=…, or Authorization: Attest v=1, key_id="…", assertion="…".';
