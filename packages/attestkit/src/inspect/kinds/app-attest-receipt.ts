import type { JsonWebKey } from 'node:crypto';
import { inspectAppAttestReceipt, type AppAttestReceipt } from '../../app-attest/index.js';
import { bytes, listOfBytes } from '../byte-members.js';
import {
  base64,
  evidenceKind,
  isoDate,
  withResult,
  type EvidenceKind,
  type Findings,
} from '../evidence-kind.js';
import { numberOf, oneOf, text } from '../member-types.js';
import { required, type MemberTable } from '../members.js';
import { pemOrSpki } from './public-key.js';

/** An evidence file with an App Attest receipt. Bytes are in base64 or base64url. */
export interface AppAttestReceiptEvidence {
  readonly kind: 'app-attest-receipt';
  /** CMS, as it came in the attestation or from Apple. */
  readonly receipt: string;
  /** The App ID: `TEAMID1234.com.example.app`. */
  readonly appId: string;
  /** The attested key: PEM, the base64 of `key.publicKey` of the attestation's report or of its point, or a JWK. */
  readonly publicKey: string | JsonWebKey;
  /** As field 7 names it; `sandbox` is development. Not checked unless given. */
  readonly environment?: 'production' | 'sandbox';
  /** How old it may be; Apple says 300 when it comes with an attestation. Not checked unless given. */
  readonly maxAgeSeconds?: number;
  /** The first certificate of the attestation, DER. Not checked unless given. */
  readonly leafCertificate?: string;
  /** Of the attestation. Not checked unless given; only for type ATTEST. */
  readonly clientDataHash?: string;
  /** Certificates in DER, instead of Apple’s root: for the virtual iPhone. The result says `virtual: true` then. */
  readonly roots?: readonly string[];
  /** The time as of which it is inspected, ISO 8601 with a zone: `2026-06-01T12:00:00Z`. Null: now. */
  readonly at?: string | null;
}

/** What a receipt says, in JSON. */
export interface InspectedReceipt extends Omit<
  AppAttestReceipt,
  'certificate' | 'publicKey' | 'clientHash' | 'createdAt' | 'notBefore' | 'expiresAt'
> {
  /** Base64. */
  readonly certificate: string;
  /** Base64. */
  readonly publicKey: string;
  /** Base64. */
  readonly clientHash: string;
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  /** ISO 8601. */
  readonly notBefore: string | undefined;
  /** ISO 8601. */
  readonly expiresAt: string | undefined;
}

const MEMBERS = {
  receipt: required(bytes, 'Give the receipt in base64.'),
  appId: required(text, 'Give the App ID: TEAMID1234.com.example.app.'),
  publicKey: required(pemOrSpki, 'Give the key of the attestation.'),
  environment: oneOf<'production' | 'sandbox'>(['production', 'sandbox']),
  maxAgeSeconds: numberOf(' of seconds'),
  leafCertificate: bytes,
  clientDataHash: bytes,
  roots: listOfBytes,
} as const satisfies MemberTable & Record<keyof Omit<AppAttestReceiptEvidence, 'kind' | 'at'>, unknown>;

/** Every check of a receipt. */
export const APP_ATTEST_RECEIPT: EvidenceKind<
  'app-attest-receipt',
  Findings<InspectedReceipt>
> = evidenceKind('app-attest-receipt', MEMBERS, ({ receipt, appId, environment, ...expected }, now) => {
  const named = environment === 'sandbox' ? 'development' : environment;
  const inspection = inspectAppAttestReceipt(receipt, {
    ...expected,
    appIds: [appId],
    environment: named,
    now,
  });
  return { ...withResult(inspection, written), notChecked: [] };
});

function written(receipt: AppAttestReceipt): InspectedReceipt {
  const { certificate, publicKey, clientHash, createdAt, notBefore, expiresAt, ...facts } = receipt;
  return {
    ...facts,
    createdAt: isoDate(createdAt),
    notBefore: isoDate(notBefore),
    expiresAt: isoDate(expiresAt),
    clientHash: base64(clientHash),
    publicKey: base64(publicKey),
    certificate: base64(certificate),
  };
}
