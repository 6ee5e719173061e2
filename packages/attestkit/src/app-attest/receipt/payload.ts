import { isUtf8 } from 'node:buffer';
import { p256Point } from '../../kernel/asn1/cose.js';
import { readDer, readSequence, readSet } from '../../kernel/asn1/der.js';
import { readInteger, readOctets } from '../../kernel/asn1/der-values.js';
import { mustRead } from '../../kernel/sinks.js';
import { readCertificate } from '../../kernel/asn1/x509.js';
import type { Checks } from '../../ports/checks.js';
import type { ReceiptEnvironment } from '../../ports/receipts.js';
import { RECEIPT_CHECKS as CHECKS } from './checks.js';

/** A field of the payload; of unknown ones nothing but the type is looked at. */
interface Field {
  readonly type: bigint;
  readonly value: Uint8Array;
}

/** A genuine receipt: what Apple says of an attested key. */
export interface AppAttestReceipt {
  readonly kind: 'appAttestReceipt';
  /** Chains to a root that testing made, not to Apple's. */
  readonly virtual: boolean;
  /** Field 6: from an attestation, or from an exchange. */
  readonly type: 'ATTEST' | 'RECEIPT';
  /** Field 2. */
  readonly appId: string;
  /** Field 3: the certificate of the attested key, DER. */
  readonly certificate: Uint8Array;
  /** SubjectPublicKeyInfo of that key, DER. */
  readonly publicKey: Uint8Array;
  /** Field 4: the client data hash, as it was given to the device. */
  readonly clientHash: Uint8Array;
  /** Field 5: opaque, the same in every receipt of a key. */
  readonly token: string;
  /** Field 7: `production`, or `sandbox` for development. */
  readonly environment: ReceiptEnvironment;
  /** Field 12, milliseconds since the epoch. */
  readonly createdAt: number;
  /** Field 17: attested keys of the device in the last 30 days, roughly. Only in a RECEIPT. */
  readonly riskMetric: number | undefined;
  /** Field 19, milliseconds since the epoch: exchanging it earlier is in vain. Only in a RECEIPT. */
  readonly notBefore: number | undefined;
  /** Field 21, milliseconds since the epoch: exchange it earlier. */
  readonly expiresAt: number;
}

/** What the payload says, in the types that it means. */
export type ReceiptPayload = Omit<AppAttestReceipt, 'kind' | 'virtual'>;

/** A genuine receipt has at most ten. */
const MAX_FIELDS = 64;

const ENVIRONMENTS: Readonly<Record<string, ReceiptEnvironment>> = {
  production: 'production',
  sandbox: 'development',
};

/**
 * Reads the payload: SET OF SEQUENCE { type INTEGER, version INTEGER, value OCTET STRING }, in DER. Fields of other
 * types are let through.
 *
 * @throws AttestationError if it cannot be read on
 */
export function readPayload(content: Uint8Array, checks: Checks): ReceiptPayload {
  const fields = mustRead(checks, CHECKS.payload, readFields(content));
  const types = new Set(fields.map(({ type }) => type));
  checks.holds(CHECKS.fieldsOnce, types.size === fields.length);
  const bytes = (type: bigint): Uint8Array | undefined => fields.find((field) => field.type === type)?.value;
  const text = (type: bigint): string | undefined => readText(bytes(type));
  /** Of a field that may be absent: whether it can be read if it is there. */
  const readable = (type: bigint, value: unknown): true | undefined =>
    value !== undefined || !types.has(type) || undefined;

  const appId = mustRead(checks, CHECKS.appIdField, text(2n));
  const key = mustRead(checks, CHECKS.keyField, readKey(bytes(3n)));
  const clientHash = mustRead(checks, CHECKS.clientHashField, notEmpty(bytes(4n)));
  const token = mustRead(checks, CHECKS.tokenField, text(5n));
  const type = mustRead(checks, CHECKS.typeField, readType(text(6n)));
  const environment = mustRead(checks, CHECKS.environmentField, readEnvironment(text(7n)));
  const createdAt = mustRead(checks, CHECKS.createdField, readInstant(text(12n)));
  const riskMetric = readCount(text(17n));
  mustRead(checks, CHECKS.riskMetricField, readable(17n, riskMetric));
  const notBefore = readInstant(text(19n));
  mustRead(checks, CHECKS.notBeforeField, readable(19n, notBefore));
  const expiresAt = mustRead(checks, CHECKS.expiresField, readInstant(text(21n)));
  return { type, appId, ...key, clientHash, token, environment, createdAt, riskMetric, notBefore, expiresAt };
}

function readFields(content: Uint8Array): readonly Field[] | undefined {
  const elements = readSet(readDer(content));
  if (elements === undefined || elements.length > MAX_FIELDS) return undefined;
  const fields: Field[] = [];
  for (const element of elements) {
    const [type, version, octets, more] = readSequence(element) ?? [];
    const number = readInteger(type);
    const value = readOctets(octets);
    if (
      number === undefined ||
      readInteger(version) === undefined ||
      value === undefined ||
      more !== undefined
    )
      return undefined;
    fields.push({ type: number, value });
  }
  return fields;
}

/** A copy: what was read may be changed by its owner. */
function notEmpty(value: Uint8Array | undefined): Uint8Array | undefined {
  return value === undefined || value.length === 0 ? undefined : new Uint8Array(value);
}

function readText(value: Uint8Array | undefined): string | undefined {
  const octets = value === undefined ? undefined : Buffer.from(value);
  return octets !== undefined && isUtf8(octets) ? octets.toString('utf8') || undefined : undefined;
}

/** Apple speaks of the key; the field has the whole certificate. */
function readKey(
  value: Uint8Array | undefined,
): Pick<ReceiptPayload, 'certificate' | 'publicKey'> | undefined {
  const certificate = value === undefined ? undefined : readCertificate(value);
  if (certificate === undefined || p256Point(certificate.spki) === undefined) return undefined;
  return { certificate: new Uint8Array(certificate.der), publicKey: new Uint8Array(certificate.spki) };
}

function readType(text: string | undefined): ReceiptPayload['type'] | undefined {
  return text === 'ATTEST' || text === 'RECEIPT' ? text : undefined;
}

function readEnvironment(text: string | undefined): ReceiptEnvironment | undefined {
  return text !== undefined && Object.hasOwn(ENVIRONMENTS, text) ? ENVIRONMENTS[text] : undefined;
}

/** ISO 8601 in UTC; of the fraction, at most three digits, Apple leaves trailing zeros out: `…T18:13:12.76Z`. */
function readInstant(text: string | undefined): number | undefined {
  const [, seconds, fraction = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?Z$/.exec(text ?? '') ?? [];
  if (seconds === undefined) return undefined;
  const full = `${seconds}.${fraction.padEnd(3, '0')}Z`;
  const time = new Date(full);
  // A 30th of February is read as another day.
  return !Number.isNaN(time.getTime()) && time.toISOString() === full ? time.getTime() : undefined;
}

function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined;
}
