import type { KeyObject } from 'node:crypto';
import { atLeast, atMost } from '../../kernel/asked.js';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { p256Point } from '../../kernel/asn1/cose.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOneOf, assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import { enforcing, inspecting, mustRead } from '../../kernel/sinks.js';
import type { Checks, Inspection } from '../../ports/checks.js';
import type { ReceiptEnvironment } from '../../ports/receipts.js';
import type { AppAttestCache } from '../cache.js';
import { assertTime, hashAppIds } from '../expectations.js';
import { assertSeconds } from '../attestation/policy.js';
import { importPublicKey } from '../assertion/public-key.js';
import { verifySigner } from './signer.js';
import { RECEIPT_CHECKS as CHECKS } from './checks.js';
import { readSignedData } from './cms.js';
import { readPayload, type AppAttestReceipt } from './payload.js';
import { receiptAnchors } from './roots.js';
import type { TrustAnchor } from '../attestation/roots.js';

/** Bytes of a receipt; real ones have about 4 KiB. */
const MAX_RECEIPT = 16_384;

/** Milliseconds by which Apple's clock may be ahead. */
const AHEAD = 60_000;

const SHA256 = '2.16.840.1.101.3.4.2.1';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/** What a receipt must say. */
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
  /** Roots instead of Apple's root, for tests: PEM or DER. The result says `virtual` under them. */
  readonly roots?: readonly (string | Uint8Array)[] | undefined;
  /** Remembers which certificates were verified; their dates are looked at in every call. */
  readonly cache?: AppAttestCache | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
}

/** The expectations, read and ready. */
export interface ReceiptRules {
  readonly appIds: readonly string[];
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  readonly environment: ReceiptEnvironment | undefined;
  readonly maxAgeSeconds: number | undefined;
  readonly leafCertificate: Uint8Array | undefined;
  readonly clientDataHash: Uint8Array | undefined;
  readonly anchors: readonly TrustAnchor[];
  readonly cache: AppAttestCache | undefined;
  readonly now: number;
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
 * Verifies an App Attest receipt (Apple, Assessing fraud risk): a CMS SignedData, signed by a certificate that is
 * marked for it and chained to Apple Root CA - G3 when the receipt was made, not expired, of the app and the key. Pure
 * and synchronous.
 *
 * The payload is signed. The encoding of the lengths around it, and certificates that are not on the way to
 * the root, are not.
 *
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const { riskMetric, expiresAt } = verifyAppAttestReceipt(receipt, { appIds, publicKey });
 */
export function verifyAppAttestReceipt(receipt: Uint8Array, expected: ReceiptExpectations): AppAttestReceipt {
  return appraiseReceipt(receipt, readExpectations(expected), enforcing);
}

/**
 * Runs the same checks as `verifyAppAttestReceipt`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectAppAttestReceipt(receipt, { appIds, publicKey });
 */
export function inspectAppAttestReceipt(
  receipt: Uint8Array,
  expected: ReceiptExpectations,
): Inspection<AppAttestReceipt> {
  const rules = readExpectations(expected);
  return inspecting((checks, read) => appraiseReceipt(receipt, rules, checks, read));
}

/** The straight line, for either sink. */
export function appraiseReceipt(
  receipt: Uint8Array,
  rules: ReceiptRules,
  checks: Checks,
  read?: (partial: AppAttestReceipt) => void,
): AppAttestReceipt {
  const { appIds, publicKey, environment, maxAgeSeconds, leafCertificate, clientDataHash } = rules;
  const { anchors, cache, now } = rules;

  // What has to be readable. Nothing of it is trusted yet.
  mustRead(checks, CHECKS.size, receipt.length <= MAX_RECEIPT || undefined);
  const signed = mustRead(checks, CHECKS.structure, readSignedData(receipt));
  const [info, second] = signed.signers;
  const signer = mustRead(checks, CHECKS.oneSigner, second === undefined ? info : undefined);
  const payload = readPayload(signed.content, checks);
  const result: AppAttestReceipt = { kind: 'appAttestReceipt', ...payload, virtual: false };
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
  const [made, ends] = [new Date(at), new Date(payload.expiresAt)];
  checks.holds(CHECKS.notFuture, at <= now + AHEAD, made, atMost(new Date(now + AHEAD)));
  if (maxAgeSeconds !== undefined) {
    const limit = maxAgeSeconds * 1000;
    checks.holds(CHECKS.age, now - at <= limit, made, atLeast(new Date(now - limit)));
  }
  checks.holds(CHECKS.expired, now < payload.expiresAt, ends, atLeast(new Date(now + 1)));
  return { ...result, virtual: anchor?.virtual === true };
}

/** @throws ConfigurationError naming the option */
function readExpectations(expected: ReceiptExpectations): ReceiptRules {
  assertOptions(expected, EXPECTATIONS, 'verifyAppAttestReceipt');
  const { appIds, publicKey, environment, maxAgeSeconds, leafCertificate, clientDataHash } = expected;
  const { roots, cache, now = Date.now() } = expected;
  hashAppIds(appIds);
  if (environment !== undefined) assertOneOf('environment', environment, ['production', 'development']);
  assertSeconds('maxAgeSeconds', maxAgeSeconds);
  assertTime(now);
  for (const [name, bytes] of Object.entries({ leafCertificate, clientDataHash })) {
    if (bytes !== undefined && !(bytes instanceof Uint8Array))
      throw new ConfigurationError(name, 'is not a Uint8Array', 'Give the bytes, or leave it out.');
  }
  return {
    appIds,
    publicKey: spkiOf(publicKey, cache),
    environment,
    maxAgeSeconds,
    leafCertificate,
    clientDataHash,
    anchors: receiptAnchors(roots),
    cache,
    now,
  };
}

/** SubjectPublicKeyInfo in DER, without an import if it is that already: only its bytes are compared. */
function spkiOf(source: string | Uint8Array | KeyObject, cache: AppAttestCache | undefined): Uint8Array {
  if (source instanceof Uint8Array && p256Point(source) !== undefined) return source;
  return importPublicKey(source, cache).export({ type: 'spki', format: 'der' });
}
