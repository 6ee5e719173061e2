import {
  verifyAppAttestReceipt,
  inspectAppAttestReceipt,
  type ReceiptExpectations,
} from '../../../src/app-attest/receipt/verify.js';
import type { CheckReport } from '../../../src/ports/checks.js';
import { basicConstraints, name } from '../../../../testing/src/encode/certificate.js';
import { der, indefinite, octets, set } from '../../../../testing/src/encode/der.js';
import {
  makeReceipt,
  type ReceiptContents,
  type ReceiptEncoding,
  type ReceiptSteps,
} from '../../../../testing/src/apple/make-receipt.js';
import { authority, createAuthorities, newKeys } from '../../../../testing/src/apple/authorities.js';
import { refusal } from '../../approov/support/tokens.js';

/** A clock, a virtual Apple, an app and an attested key that every test of receipts shares. */
export const NOW = Date.parse('2026-06-01T12:00:00.120Z');
export const DAY = 86_400_000;
export const APP = 'TEAMID1234.com.example.app';
export const AUTHORITIES = createAuthorities(NOW);
export const KEYS = newKeys('P-256');
/** 32 bytes that are no UTF-8. */
export const CLIENT_HASH: Buffer = Buffer.alloc(32, 0xf1);

/** A certificate for a key, issued like one of an attestation. */
export function certificateFor(keys: ReturnType<typeof newKeys>): Uint8Array {
  const fields = {
    serial: 7n,
    issuer: AUTHORITIES.attestationCa.fields.subject,
    subject: name(['CN', 'key']),
    notBefore: NOW - DAY,
    notAfter: NOW + DAY,
    extensions: [basicConstraints(false)],
  };
  return authority(keys, fields, AUTHORITIES.attestationCa).certificate;
}

export const LEAF: Uint8Array = certificateFor(KEYS);

export function receipt(
  contents: Partial<ReceiptContents> = {},
  steps: ReceiptSteps = {},
  encoding: ReceiptEncoding = 'ber',
): Uint8Array {
  const wanted: ReceiptContents = {
    type: 'ATTEST',
    appId: APP,
    certificate: LEAF,
    publicKey: KEYS.publicKey,
    clientDataHash: CLIENT_HASH,
    token: 'dG9rZW4=',
    environment: 'production',
    now: NOW,
    riskMetric: 3,
    ...contents,
  };
  return makeReceipt(wanted, encoding, AUTHORITIES, steps);
}

/** Everything that a receipt can be held to. */
export const expected: ReceiptExpectations = {
  appIds: ['TEAMID1234.com.example.other', APP],
  publicKey: KEYS.publicKey,
  environment: 'production',
  maxAgeSeconds: 300,
  leafCertificate: LEAF,
  clientDataHash: CLIENT_HASH,
  roots: [AUTHORITIES.receiptRoot.certificate],
  now: NOW + 1000,
};

/** The code that the verifier throws, after making sure that the inspector reports the same one. */
export function codeOf(bytes: Uint8Array, more: Partial<ReceiptExpectations> = {}): string {
  const error = refusal(() => verifyAppAttestReceipt(bytes, { ...expected, ...more }));
  const inspection = inspectAppAttestReceipt(bytes, { ...expected, ...more });
  if (inspection.verdict !== 'fail' || inspection.code !== error.code)
    throw new Error(`the inspector says ${JSON.stringify(inspection)}, the verifier ${error.code}`);
  return error.code;
}

/** The codes of the checks that did not hold. */
export function failed(checks: readonly CheckReport[]): string[] {
  return checks.filter(({ ok }) => !ok).map(({ code }) => code);
}

/** A field of the payload. */
export function field(type: number, value: string | Uint8Array) {
  return { type, value: Buffer.from(value) };
}

/** The fields, one of them with another value. */
export function replaced(type: number, value: string | Uint8Array): NonNullable<ReceiptSteps['fields']> {
  return (fields) => fields.map((each) => (each.type === type ? field(type, value) : each));
}

/** The fields, one of them left out. */
export function without(type: number): NonNullable<ReceiptSteps['fields']> {
  return (fields) => fields.filter((each) => each.type !== type);
}

export function pieces(content: Uint8Array, size: number): Buffer[] {
  const count = Math.ceil(content.length / size);
  return Array.from({ length: count }, (_, at) => octets(content.subarray(at * size, (at + 1) * size)));
}

/** The DER form of the good receipt, its content encoded in another way. */
export function repacked(encode: (content: Uint8Array) => Uint8Array): Uint8Array {
  let content: Uint8Array = Buffer.alloc(0);
  let parts: Parameters<NonNullable<ReceiptSteps['signed']>>[0] | undefined;
  receipt({}, { payload: (payload) => (content = payload), signed: (signed) => (parts = signed) });
  if (parts === undefined) throw new Error('nothing was made');
  const { contentType, version, digests, innerType, certificates, signers } = parts;
  const inner = indefinite(0x30, innerType, der(0xa0, encode(content)));
  const signed = der(0x30, version, digests, inner, der(0xa0, ...certificates), set(...signers));
  return indefinite(0x30, contentType, indefinite(0xa0, signed));
}

export function later(days: number): Partial<ReceiptExpectations> {
  return { now: NOW + days * DAY };
}
