import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import {
  base64Length,
  decodeFilled,
  isRequestSignature,
  isSignatureAlgorithm,
  keyIdOf,
  MAX_SIGNATURE,
  readPublicKey,
  SIGNATURE_CHECKS as CHECKS,
  signatureMistake,
  type SignatureAlgorithm,
} from '../../key-attestation/internal.js';
import type { Form } from '../../kernel/challenge-forms.js';
import { BoundedCache } from '../../kernel/bounded-cache.js';
import { inspecting, mustRead } from '../../kernel/sinks.js';
import { importSpki } from '../../kernel/asn1/spki.js';
import type { Checks } from '../../ports/checks.js';
import { clientDataMistakes } from '../../sessions/internal.js';
import { bytes, textAsBytes } from '../byte-members.js';
import { unusable } from '../evidence-error.js';
import { evidenceKind, explain, type EvidenceKind, type Findings } from '../evidence-kind.js';
import { text } from '../member-types.js';
import { onlyOne, required, type Member, type MemberTable } from '../members.js';
import { pemOrSpki } from './public-key.js';

/** An evidence file with a request that an attested Android key signed. Bytes are in base64 or base64url. */
export interface KeyAttestationSignatureEvidence {
  readonly kind: 'key-attestation-signature';
  /** Of the header field, as it was sent: in base64 or base64url; of ECDSA in DER. */
  readonly signature: string;
  /** The attested key: PEM, the base64 of `key.publicKey` of the attestation's report or of its point, or a JWK. */
  readonly publicKey: string | JsonWebKey;
  /** `key.algorithm` of the attestation's report, which the server keeps: `ecdsa-sha256`. */
  readonly algorithm: SignatureAlgorithm;
  /** What was signed, as text: the six lines, with line feeds between. */
  readonly clientDataText?: string;
  /** Instead of `clientDataText`: its bytes. */
  readonly clientData?: string;
  /** The body of the request as the server received it: used only to name what the app signed instead. */
  readonly bodyText?: string;
  /** For the report alone: a signature says no time. */
  readonly at?: string | null;
}

/** What a signed request says of its key. */
export interface InspectedSignature {
  readonly kind: 'key-attestation-signature';
  /** SHA-256 of the key, base64url: the `key_id` of the header field. */
  readonly keyId: string;
  /** JWK SHA-256 thumbprint (RFC 7638), base64url. */
  readonly thumbprint: string | undefined;
  readonly algorithm: SignatureAlgorithm;
}

export type SignatureNotChecked = 'request lines' | 'challenge use';

const algorithm: Member<SignatureAlgorithm> = {
  is: 'an algorithm of attested keys, such as ecdsa-sha256, rsa-pkcs1-sha256, rsa-pss-sha256, ed25519',
  read: (value) => (isSignatureAlgorithm(value) ? value : undefined),
};

const MEMBERS = {
  signature: required(text, 'Give the parameter signature of the header field.'),
  publicKey: required(pemOrSpki, 'Give the key of the attestation.'),
  algorithm: required(algorithm, 'Give the algorithm of the attestation’s key.'),
  clientDataText: textAsBytes,
  clientData: bytes,
  bodyText: textAsBytes,
} as const satisfies MemberTable &
  Record<keyof Omit<KeyAttestationSignatureEvidence, 'kind' | 'at'>, unknown>;

const ONE_TEXT =
  'Give one of clientDataText, the lines that were signed, and clientData, the same in base64.';

/** Every check of a signature by an enrolled key. */
export const KEY_ATTESTATION_SIGNATURE: EvidenceKind<
  'key-attestation-signature',
  Findings<InspectedSignature, SignatureNotChecked>
> = evidenceKind(
  'key-attestation-signature',
  MEMBERS,
  ({ clientDataText, clientData, bodyText, ...members }) => {
    onlyOne(['clientDataText', 'clientData'], { clientDataText, clientData }, ONE_TEXT);
    const signed = clientDataText ?? clientData;
    if (signed === undefined) throw unusable('clientDataText', 'is missing', ONE_TEXT);
    const spki = spkiOf(members.publicKey);
    const evidence = { signed, spki, algorithm: members.algorithm, signature: members.signature };
    const inspection = inspecting<InspectedSignature>((checks, read) => appraise(evidence, checks, read));
    const explained = explain(inspection.checks, CHECKS.signature, () =>
      mistakeIn(evidence, clientDataMistakes(signed, bodyText)),
    );
    return { ...inspection, checks: explained, notChecked: ['request lines', 'challenge use'] };
  },
);

interface Signed {
  readonly signed: Uint8Array;
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: string;
}

/** The straight line of `keyAttestation` for signed requests, of a key that stands here and not in a device's record. */
function appraise(
  { signed, spki, algorithm: named, signature: sent }: Signed,
  checks: Checks,
  read: (partial: InspectedSignature) => void,
): InspectedSignature {
  const key = readPublicKey(spki);
  const [family = ''] = key?.type.split(':') ?? [];
  const result: InspectedSignature = {
    kind: 'key-attestation-signature',
    keyId: keyIdOf(key, spki),
    thumbprint: key?.thumbprint?.(),
    algorithm: named,
  };
  read(result);
  const fits = named === 'ed25519' ? family === named : named.startsWith(FAMILIES[family] ?? 'none');
  checks.holds(CHECKS.key, fits, key?.type, named);
  const isShort = sent.length <= base64Length(MAX_SIGNATURE);
  const signature = mustRead(checks, CHECKS.encoding, isShort ? decodeFilled(sent) : undefined);
  const terms = { publicKey: Buffer.from(spki).toString('base64url'), algorithm: named };
  const isKeys = isRequestSignature(signed, signature, terms, new BoundedCache<KeyObject>(1));
  checks.holds(CHECKS.signature, isKeys);
  return result;
}

/** The usual mistake; undefined if none fits, or signature or key cannot be read. */
function mistakeIn(
  { signed, spki, algorithm: named, signature: sent }: Signed,
  forms: Iterable<Form>,
): string | undefined {
  const signature = decodeFilled(sent);
  const key = importSpki(spki);
  if (signature === undefined || key === undefined) return undefined;
  return signatureMistake(signed, signature, { key, algorithm: named }, forms);
}

/** What algorithms of each type of key begin with. */
const FAMILIES: Readonly<Record<string, string>> = { ec: 'ecdsa-', rsa: 'rsa-' };

function spkiOf(key: string | Uint8Array): Uint8Array {
  const remedy = 'Give the public key of the attestation’s report, as PEM or in base64.';
  if (typeof key === 'string' && key.includes('PRIVATE KEY'))
    throw unusable('publicKey', 'is a private key', remedy);
  try {
    const imported = typeof key === 'string' ? createPublicKey(key) : importSpki(key);
    if (imported !== undefined) return imported.export({ type: 'spki', format: 'der' });
  } catch {
    // Said below.
  }
  throw unusable('publicKey', 'cannot be read', remedy);
}
