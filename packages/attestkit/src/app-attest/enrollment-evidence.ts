import { hash } from 'node:crypto';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/bytes/json.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { enforcing, mustRead } from '../kernel/sinks.js';
import type { Enrolled, EnrollmentEvidence } from '../ports/enrollment.js';
import type { ReceiptExchanger } from '../ports/receipts.js';
import { attestationAnchors } from './attestation/additional-roots.js';
import { verifyAppAttestAssertion } from './assertion/assertion.js';
import { ASSERTION_CHECKS } from './assertion/assertion-checks.js';
import { ATTESTATION_CHECKS, FIELD_CHECKS } from './attestation/attestation-checks.js';
import { appraiseAttestation, type AppAttestAttestation } from './attestation/attestation.js';
import { createAppAttestCache } from './cache.js';
import { decodeAtMost, MAX_ASSERTION, MAX_ATTESTATION } from './encoding.js';
import { hashAppIds } from './expectations.js';
import { appraiseLaunch } from './launch.js';
import { POLICY_CHECKS } from './attestation/policy-checks.js';
import {
  appraiseAge,
  appraisePolicy,
  assertSeconds,
  POLICY_OPTIONS,
  readPolicy,
  type AppAttestPolicyOptions,
} from './attestation/policy.js';
import { appraiseOwnReceipt, isRenewalDue, receiptTerms, renewReceipt } from './receipt/renewal.js';
import type { AppAttestReceipt } from './receipt/payload.js';
import { receiptAnchors } from './receipt/roots.js';
import type { TrustAnchor } from './attestation/roots.js';

/** How App Attest attestations are verified, and which keys are accepted. */
export interface AppAttestOptions extends AppAttestPolicyOptions {
  /** App IDs: `TEAMID1234.com.example.app`, prefix and bundle identifier (on macOS the signing identifier). */
  readonly appIds: readonly string[];
  /** How old the attestation may be when the device enrolls. Default: any age; the challenge makes it recent. */
  readonly maxAgeAtEnrollmentSeconds?: number | undefined;
  /** How old it may be when the device refreshes; after that the app attests a new key. Default: any age. */
  readonly maxAgeAtRefreshSeconds?: number | undefined;
  /**
   * The highest risk metric: how many keys were attested on the device in about 30 days. Renewed receipts say it, so it
   * needs `receipts`; a device without a renewed receipt is accepted. Default: any.
   */
  readonly maxRiskMetric?: number | undefined;
  /**
   * Exchanges receipts for newer ones, which say the risk metric: `appleReceipts`. At a refresh or `assert`, if one is due.
   * Default: the receipt of the attestation is verified, and not kept.
   */
  readonly receipts?: ReceiptExchanger | undefined;
  /**
   * Further roots of production that attestations may chain to, PEM or DER, beside Apple's: one that Apple published after this
   * version, for example. What enrolls under them is not marked `virtual`; the record is refused once the root is taken out.
   * Receipts chain to Apple Root CA - G3 all the same. Default: none.
   */
  readonly additionalRoots?: readonly (string | Uint8Array)[] | undefined;
  /**
   * Roots for testing, PEM or DER, instead of those of Apple: those of attestations and of receipts. What enrolls under them
   * says `virtual: true`.
   */
  readonly roots?: readonly (string | Uint8Array)[] | undefined;
  /** How many public keys are kept imported, for assertions. Default 1000. */
  readonly cache?: number | undefined;
}

/** What App Attest says beyond what all kinds of evidence say; a member that is not known is absent. */
export interface AppAttestFacts extends JsonObject {
  /** `app-store`; from iOS 27 and macOS 27 on. */
  readonly category?: string;
  /** CFBundleVersion; from iOS 27 on, and never of Macs. */
  readonly bundleVersion?: string;
  /** SHA-256 of the app's code directory when it enrolled, in hexadecimal; if the app asks for it. */
  readonly codeDirectoryHash?: string;
  readonly osVersion?: string;
  readonly osBuild?: string;
  /** From the last receipt that says one. */
  readonly riskMetric?: number;
  /** When to exchange the receipt again after an exchange without a new receipt, milliseconds since the epoch. */
  readonly receiptRetryAt?: number;
}

const OPTIONS: OptionTypes = {
  ...POLICY_OPTIONS,
  appIds: 'list',
  maxAgeAtEnrollmentSeconds: 'number',
  maxAgeAtRefreshSeconds: 'number',
  maxRiskMetric: 'number',
  receipts: 'object',
  additionalRoots: 'list',
  roots: 'list',
  cache: 'number',
};

/**
 * App Attest as evidence for enrollment: fields `key_id` and `attestation` of the body, base64 or base64url, made with
 * `clientDataHash` = SHA-256 of the challenge in UTF-8. Production alone unless `environments` says otherwise. The
 * receipt inside is verified too, and has to be at most five minutes old (Apple, Assessing fraud risk).
 *
 * @throws ConfigurationError naming the option that cannot be right
 * @example
 * const evidence = [appAttest({ appIds: ['TEAMID1234.com.example.app'] })]; // of devices({ evidence })
 */
export function appAttest(options: AppAttestOptions): EnrollmentEvidence<'appAttest'> {
  assertOptions(options, OPTIONS, 'appAttest');
  const { maxAgeAtEnrollmentSeconds, maxAgeAtRefreshSeconds, maxRiskMetric, cache: keys = 1000 } = options;
  const apps = hashAppIds(options.appIds);
  const policy = readPolicy(options);
  const anchors = attestationAnchors(options.roots, options.additionalRoots);
  assertSeconds('maxAgeAtEnrollmentSeconds', maxAgeAtEnrollmentSeconds);
  assertSeconds('maxAgeAtRefreshSeconds', maxAgeAtRefreshSeconds);
  assertCount('maxRiskMetric', maxRiskMetric);
  assertCount('cache', keys);
  const cache = createAppAttestCache(keys);
  const trust = { anchors: receiptAnchors(options.roots), cache };
  const { receipts } = options;
  if (receipts !== undefined && typeof receipts.exchange !== 'function')
    throw new ConfigurationError(
      'receipts',
      'does not have the method exchange',
      'Give what appleReceipts returned.',
    );
  if (maxRiskMetric !== undefined && receipts === undefined) {
    const remedy =
      'Give appleReceipts({ … }) of attestkit/apple-receipts: only renewed receipts say a metric.';
    throw new ConfigurationError('receipts', 'is not set beside maxRiskMetric', remedy);
  }

  return {
    kind: 'appAttest',
    fields: ['key_id', 'attestation'],
    watch: (listener) => receipts?.watch?.(listener),
    // A phone attests a key of its own Secure Enclave, and Apple signs it.
    provesKey: true,

    verify({ key_id: keyId, attestation }, { challenge, now }) {
      if (keyId === undefined || keyId === '') throw new AttestationError(FIELD_CHECKS.keyId);
      if (attestation === undefined || attestation === '')
        throw new AttestationError(FIELD_CHECKS.attestation);
      const bytes = decodeAtMost(attestation, MAX_ATTESTATION);
      const clientDataHash = hash('sha256', challenge, 'buffer');
      const maxAgeSeconds = maxAgeAtEnrollmentSeconds;
      const rules = { apps, keyId, clientDataHash, challenge, anchors, policy, maxAgeSeconds, now, cache };
      const sent = mustRead(enforcing, FIELD_CHECKS.encoding, bytes);
      const attested = appraiseAttestation(sent, rules, enforcing);
      const receipt = appraiseOwnReceipt(attested, clientDataHash, trust, now);
      return enrolled(attested, receipt, anchors, now);
    },

    appraise({ appId, environment, attestedAt, virtual, facts, withheld }, now) {
      const allowed = apps.some((app) => app.appId === appId);
      const { category, bundleVersion, codeDirectoryHash, osVersion, riskMetric } = facts;
      const launch = {
        category: text(category),
        bundleVersion: text(bundleVersion),
        codeDirectoryHash: text(codeDirectoryHash),
      };
      appraiseLaunch(launch, policy, ATTESTATION_CHECKS, enforcing);
      appraisePolicy({ environment, osVersion: text(osVersion) }, policy, enforcing);
      appraiseAge(attestedAt, maxAgeAtRefreshSeconds, now, enforcing);
      enforcing.holds(POLICY_CHECKS.appId, allowed);
      enforcing.holds(POLICY_CHECKS.virtual, virtual !== true || anchors.some((anchor) => anchor.virtual));
      const root = text(withheld?.['root']);
      enforcing.holds(POLICY_CHECKS.root, root === undefined || anchors.some(({ keyId }) => keyId === root));
      enforcing.holds(POLICY_CHECKS.risk, isTolerable(riskMetric, maxRiskMetric));
    },

    ...(receipts === undefined
      ? {}
      : {
          renewal: {
            isDue: isRenewalDue,
            renew: (known: Enrolled, now: number) => renewReceipt(known, receipts, trust, now),
          },
        }),

    proof: {
      parameter: 'assertion',
      counted: true,
      verify({ kind, appId, key }, clientData, proof) {
        const ours = kind === 'appAttest' ? key : undefined;
        const { publicKey } = mustRead(enforcing, ASSERTION_CHECKS.key, ours);
        const bytes = decodeAtMost(proof, MAX_ASSERTION);
        const assertion = mustRead(enforcing, ASSERTION_CHECKS.encoding, bytes);
        return verifyAppAttestAssertion(assertion, {
          appId,
          publicKey: Buffer.from(publicKey, 'base64url'),
          clientData,
          // The store compares the counter with the last one, atomically; here it only has to be above 0.
          previousCounter: 0,
          category: options.category,
          bundleVersion: options.bundleVersion,
          codeDirectoryHash: options.codeDirectoryHash,
          cache,
        }).counter;
      },
    },
  };
}

/** What the device's record keeps. */
function enrolled(
  attestation: AppAttestAttestation,
  receipt: AppAttestReceipt,
  anchors: readonly TrustAnchor[],
  now: number,
): Enrolled<AppAttestFacts> {
  const { key, category, bundleVersion, codeDirectoryHash, osVersion, osBuild } = attestation;
  const facts = { category, bundleVersion, codeDirectoryHash, osVersion, osBuild };
  const isAdditional = anchors.some(({ additional, keyId }) => additional && keyId === attestation.rootKeyId);
  const withheld = {
    ...(isAdditional && { root: attestation.rootKeyId as string }),
    ...receiptTerms(receipt),
  };
  return {
    kind: attestation.kind,
    platform: attestation.platform,
    appId: attestation.appId,
    environment: attestation.environment,
    integrity: 'hardware',
    key: {
      id: key.id,
      thumbprint: key.thumbprint,
      publicKey: Buffer.from(key.publicKey).toString('base64url'),
    },
    // It is deduced from the certificate: never later than now.
    attestedAt: Math.min(attestation.issuedAt, now),
    ...(attestation.virtual || receipt.virtual ? { virtual: true } : {}),
    facts: Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)),
    ...(Object.keys(withheld).length > 0 && { withheld }),
    receipt: Buffer.from(attestation.receipt).toString('base64'),
  };
}

/** A device whose receipt does not say a metric is accepted: its risk is unknown. */
function isTolerable(riskMetric: unknown, highest: number | undefined): boolean {
  return (
    highest === undefined ||
    riskMetric === undefined ||
    (typeof riskMetric === 'number' && riskMetric <= highest)
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function assertCount(option: string, count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count >= 0)) return;
  throw new ConfigurationError(option, 'is not a whole number', 'Give 0 or more, or leave it out.');
}
