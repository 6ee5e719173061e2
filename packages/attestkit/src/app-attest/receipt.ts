import { createPublicKey, type KeyObject } from 'node:crypto';
import { equalBytes } from '../kernel/bytes.js';
import { p256Point } from '../kernel/cose.js';
import { ConfigurationError } from '../kernel/errors.js';
import { assertOneOf, assertOptions, type OptionTypes } from '../kernel/options.js';
import { enforcing, inspecting, mustRead } from '../kernel/sinks.js';
import type { Checks, Inspection } from '../ports/checks.js';
import type { ReceiptEnvironment } from '../ports/receipts.js';
import type { AppAttestCache } from './cache.js';
import { verifySigner } from './receipt-chain.js';
import { RECEIPT_CHECKS as CHECKS } from './receipt-checks.js';
import { readSignedData } from './receipt-cms.js';
import { readPayload, type ReceiptPayload } from './receipt-payload.js';
import { receiptAnchors } from './receipt-roots.js';

/** Bytes of a receipt; real ones have about 4 KiB. */
export const MAX_RECEIPT = 16_384;

/** Milliseconds by which Apple's clock may be ahead. */
const AHEAD = 60_000;

const SHA256 = '2.16.840.1.101.3.4.2.1';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/** A genuine receipt: what Apple says of an attested key. */
export interface AppAttestReceipt extends ReceiptPayload {
  readonly kind: 'app-attest-receipt';
  /** Chains to a root that testing made, not to Apple's. */
  readonly virtual: boolean;
}

/** What a receipt is held to. */
export interface ReceiptExpectations {
  /** The apps that are accepted: `TEAMID1234.com.example.app`. */
  readonly appIds: readonly string[];
  /** The attested key: PEM, SubjectPublicKeyInfo in DER, or KeyObject. */
  readonly publicKey: string | Uint8Array | KeyObject;
  /** Not checked unless given. */
  readonly environment?: ReceiptEnvironment | undefined;
  /** Seconds since it was made. Apple: 300 when it comes with an attestation. Not checked unless given. */
  readonly maxAgeSeconds?: number | undefined;
  /** The first certificate of the attestation that it came with, DER. Not checked unless given. */
  readonly leafCertificate?: Uint8Array | undefined;
  /**
   * What was given to the device as client data hash. Not checked unless given. Only for type `ATTEST`: in the
   * receipts of an exchange Apple repeats it as text, with most of its bytes lost.
   */
  readonly clientDataHash?: Uint8Array | undefined;
  /** Roots in place of Apple's, for tests: PEM or DER. The result says `virtual` under them. */
  readonly roots?: readonly (string | Uint8Array)[] | undefined;
  /** Remembers which certificates were verified; their dates are looked at in every call. */
  readonly cache?: AppAttestCache | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
}

const EXPECTATIONS: OptionTypes = {
  appIds: 'list',
  publicKey: 'any',
  environment: 'any',
  maxAgeSeconds: 'number',
  leafCertificate: 'any',
  clientDataHash: 'any',
  roots: 'list',
  cache: 'object',
  now: 'number',
};

/**
 * Verifies a receipt of App Attest (Apple, Assessing fraud risk): a CMS SignedData, signed by a certificate that is
 * marked for it and chained to Apple Root CA - G3 when the receipt was made, not expired, of the app and the key. Pure
 * and synchronous.
 *
 * What is signed is the payload. The encoding of the lengths around it, and certificates that are not on the way to
 * the root, are not.
 *
 * @throws AttestationError with one of the codes of the catalogue, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 */
export function verifyAppAttestReceipt(receipt: Uint8Array, expected: ReceiptExpectations): AppAttestReceipt {
  return appraiseReceipt(receipt, expected, enforcing);
}

/**
 * Runs the same checks as `verifyAppAttestReceipt`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 */
export function inspectAppAttestReceipt(
  receipt: Uint8Array,
  expected: ReceiptExpectations,
): Inspection<AppAttestReceipt> {
  return inspecting((checks, read) => appraiseReceipt(receipt, expected, checks, read));
}

/** The straight line, for either sink. */
function appraiseReceipt(
  receipt: Uint8Array,
  expected: ReceiptExpectations,
  checks: Checks,
  read?: (partial: AppAttestReceipt) => void,
): AppAttestReceipt {
  const publicKey = assertExpectations(expected);
  const anchors = receiptAnchors(expected.roots);
  const { appIds, environment, maxAgeSeconds, leafCertificate, clientDataHash, cache } = expected;
  const { now = Date.now() } = expected;

  // What has to be readable. Nothing of it is trusted yet.
  mustRead(checks, CHECKS.size, receipt.length <= MAX_RECEIPT || undefined);
  const signed = mustRead(checks, CHECKS.structure, readSignedData(receipt));
  const [info, second] = signed.signers;
  const signer = mustRead(checks, CHECKS.oneSigner, second === undefined ? info : undefined);
  const payload = readPayload(signed.content, checks);
  const result: AppAttestReceipt = { kind: 'app-attest-receipt', ...payload, virtual: false };
  read?.(result);

  // Steps 1 and 2: the signature, and the chain to the root.
  checks.holds(CHECKS.noAttributes, !signer.attributes);
  const digests = [signer.digest, ...signed.digests].every((digest) => digest === SHA256);
  checks.holds(CHECKS.algorithms, digests && signer.algorithm === ECDSA_SHA256);
  const at = payload.createdAt;
  const anchor = verifySigner(signed, signer, { anchors, at, cache }, checks);

  // Step 4: the app. Step 6: the key. Then what ties it to the attestation that it came with.
  checks.holds(CHECKS.appId, appIds.includes(payload.appId), payload.appId, appIds);
  checks.holds(CHECKS.publicKey, equalBytes(payload.publicKey, publicKey));
  if (leafCertificate !== undefined)
    checks.holds(CHECKS.leaf, equalBytes(payload.certificate, leafCertificate));
  if (clientDataHash !== undefined)
    checks.holds(CHECKS.clientHash, equalBytes(payload.clientHash, clientDataHash));
  if (environment !== undefined)
    checks.holds(CHECKS.environment, payload.environment === environment, payload.environment, environment);

  // Step 5: when it was made.
  const [made, ends, today] = [at, payload.expiresAt, now].map(iso);
  checks.holds(CHECKS.notFuture, at <= now + AHEAD, made, today);
  if (maxAgeSeconds !== undefined) checks.holds(CHECKS.age, now - at <= maxAgeSeconds * 1000, made, today);
  checks.holds(CHECKS.expired, now < payload.expiresAt, ends, today);
  return { ...result, virtual: anchor?.virtual === true };
}

/** @returns the SubjectPublicKeyInfo of the key that is expected */
function assertExpectations(expected: ReceiptExpectations): Uint8Array {
  assertOptions(expected, EXPECTATIONS, 'verifyAppAttestReceipt');
  const { appIds, environment, maxAgeSeconds = 0, leafCertificate, clientDataHash } = expected;
  if (
    !Array.isArray(appIds) ||
    appIds.length === 0 ||
    appIds.some((id) => typeof id !== 'string' || id === '')
  )
    refuse('appIds', 'names no app', 'Give a list of app ids: TEAMID1234.com.example.app.');
  if (environment !== undefined) assertOneOf('environment', environment, ['production', 'development']);
  if (!(maxAgeSeconds >= 0)) refuse('maxAgeSeconds', 'is not a number of seconds', 'Apple recommends 300.');
  for (const [name, bytes] of Object.entries({ leafCertificate, clientDataHash })) {
    if (bytes !== undefined && !(bytes instanceof Uint8Array))
      refuse(name, 'is no bytes', 'Give a Uint8Array.');
  }
  const spki = readKey(expected.publicKey);
  if (spki !== undefined && p256Point(spki) !== undefined) return spki;
  return refuse('publicKey', 'is not a key on P-256', 'Give the key that the attestation vouched for.');
}

function readKey(source: unknown): Uint8Array | undefined {
  if (source instanceof Uint8Array) return source;
  try {
    // A PEM, or a KeyObject that may be private; anything else throws.
    const key = typeof source === 'string' ? createPublicKey(source) : (source as KeyObject);
    return key.export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}

function iso(time: number): string | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function refuse(variable: string, problem: string, remedy: string): never {
  throw new ConfigurationError(variable, problem, remedy);
}
