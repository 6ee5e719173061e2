import type { KeyObject } from 'node:crypto';
import { BoundedCache } from '../kernel/bounded-cache.js';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/json.js';
import { assertOptions, type OptionTypes } from '../kernel/options.js';
import { enforcing, mustRead } from '../kernel/sinks.js';
import type { Enrolled, EnrolmentContext, EnrolmentEvidence } from '../ports/enrolment.js';
import type { RevocationList, RevocationSource } from '../ports/revocations.js';
import { readApps, type AndroidApp } from './apps.js';
import { createKeyAttestationCache } from './cache.js';
import { CHAIN_CHECKS, FIELD_CHECKS } from './chain-checks.js';
import { MAX_CERTIFICATE, MAX_CERTIFICATES } from './chain.js';
import { base64Length, decodeFilled } from './encoding.js';
import type { KeyAttestationRules } from './expectations.js';
import { KEY_OPTIONS, readKeyPolicy, type KeyPolicyOptions } from './key-policy.js';
import { POLICY_CHECKS, SIGNATURE_CHECKS } from './policy-checks.js';
import {
  appraiseDevice,
  DEVICE_OPTIONS,
  deviceFacts,
  readDevicePolicy,
  type DeviceFacts,
  type DevicePolicyOptions,
} from './policy.js';
import { trustAnchors } from './roots.js';
import { isRequestSignature, isSignatureAlgorithm, MAX_SIGNATURE } from './signature.js';
import { appraiseKeyAttestation, type KeyAttestation } from './verify.js';

/** How certificate chains of Android are verified, and which keys are let in. */
export interface KeyAttestationOptions extends DevicePolicyOptions, KeyPolicyOptions {
  /** The apps that may enrol, with the digests of their signing certificates. */
  readonly apps: readonly AndroidApp[];
  /**
   * Google's revocation list: `remoteRevocations()`, or one that was stored. Without it keys that leaked from devices are
   * let in; `not-checked` says that this is meant.
   */
  readonly revocations: RevocationSource | 'not-checked';
  /** Lets chains through that end below the root. Default false. */
  readonly allowOmittedRoot?: boolean | undefined;
  /** Lets keys through that an attestation key of the same app and device attested. Default false. */
  readonly allowAttestKeys?: boolean | undefined;
  /** Roots for testing, PEM or DER, in place of Google's; what enrols under them says `virtual: true`. */
  readonly roots?: readonly (string | Uint8Array)[] | undefined;
  /** How many issuers, and how many public keys for signed requests, are remembered. Default 1000. */
  readonly cache?: number | undefined;
}

const OPTIONS: OptionTypes = {
  ...DEVICE_OPTIONS,
  ...KEY_OPTIONS,
  apps: 'list',
  revocations: 'any',
  allowOmittedRoot: 'boolean',
  allowAttestKeys: 'boolean',
  roots: 'list',
  cache: 'number',
};

/**
 * Android Key Attestation as evidence for enrolment: the field `certificate_chain` of the body, a list of certificates in
 * base64 or base64url of DER, the leaf first, of a key for signatures whose attestation challenge is the challenge in
 * UTF-8. Strict unless an option says otherwise: a key that hardware generated, a locked bootloader, a verified system,
 * the app signed with exactly the configured certificates.
 *
 * @throws ConfigurationError naming the option that cannot be right
 */
export function keyAttestation(
  options: KeyAttestationOptions,
): EnrolmentEvidence<'key-attestation', string | readonly string[]> {
  assertOptions(options, OPTIONS, 'keyAttestation');
  const { allowOmittedRoot = false, allowAttestKeys = false, cache: size = 1000 } = options;
  const apps = readApps(options.apps);
  const device = readDevicePolicy(options);
  const key = readKeyPolicy({ ...options, purposes: ['sign', ...(options.purposes ?? [])] });
  const anchors = trustAnchors(options.roots);
  const source = readSource(options.revocations);
  if (!Number.isInteger(size) || size < 0)
    throw new ConfigurationError('cache', 'is not a whole number', 'Give 0 or more, or leave it out.');
  const cache = createKeyAttestationCache(size);
  const keys = new BoundedCache<KeyObject>(size);

  const enrol = (
    chain: readonly Uint8Array[],
    revocations: RevocationList | undefined,
    { challenge, now }: EnrolmentContext,
  ): Enrolled => {
    const terms = { anchors, allowOmittedRoot, allowAttestKeys, revocations, apps, device, key, cache };
    const rules: KeyAttestationRules = { ...terms, challenge: Buffer.from(challenge), now };
    return enrolled(appraiseKeyAttestation(chain, rules, enforcing), now);
  };

  return {
    kind: 'key-attestation',
    fields: ['certificate_chain'],
    lists: ['certificate_chain'],

    verify({ certificate_chain: sent }, context) {
      const chain = decodeChain(sent);
      const revocations = source?.current();
      if (revocations !== undefined && 'then' in revocations)
        return revocations.then((list) => enrol(chain, list, context));
      return enrol(chain, revocations, context);
    },

    async ready() {
      try {
        await source?.current();
      } catch {
        // The appraisal says so itself.
      }
    },

    appraise({ appId, virtual, facts }, now) {
      enforcing.holds(
        POLICY_CHECKS.appId,
        apps.some(({ packageName }) => packageName === appId),
      );
      enforcing.holds(POLICY_CHECKS.virtual, virtual !== true || anchors.some((anchor) => anchor.virtual));
      appraiseDevice(facts as unknown as DeviceFacts, device, now, enforcing);
      if (source === undefined) return;
      const list = source.latest();
      if (list === undefined) throw new AttestationError(POLICY_CHECKS.revocationsKnown, { retryAfter: 1 });
      const serials = facts['certificateSerials'];
      const isGood = Array.isArray(serials) && !serials.some((serial) => list.isRevoked(String(serial)));
      enforcing.holds(POLICY_CHECKS.stillTrusted, isGood);
    },

    proof: {
      parameter: 'signature',
      counted: false,
      verify({ kind, key: attested, facts }, clientData, proof) {
        const ours = kind === 'key-attestation' ? attested : undefined;
        const { publicKey } = mustRead(enforcing, SIGNATURE_CHECKS.key, ours);
        const named = facts['signatureAlgorithm'];
        const algorithm = isSignatureAlgorithm(named) ? named : undefined;
        const terms = { publicKey, algorithm: mustRead(enforcing, SIGNATURE_CHECKS.key, algorithm) };
        const fits = proof.length <= base64Length(MAX_SIGNATURE);
        const signature = mustRead(
          enforcing,
          SIGNATURE_CHECKS.encoding,
          fits ? decodeFilled(proof) : undefined,
        );
        enforcing.holds(SIGNATURE_CHECKS.signature, isRequestSignature(clientData, signature, terms, keys));
        return undefined;
      },
    },
  };
}

function decodeChain(sent: string | readonly string[] | undefined): readonly Uint8Array[] {
  if (sent === undefined || sent.length === 0) throw new AttestationError(FIELD_CHECKS.present);
  if (typeof sent === 'string') throw new AttestationError(FIELD_CHECKS.encoding);
  if (sent.length > MAX_CERTIFICATES) throw new AttestationError(CHAIN_CHECKS.length);
  return sent.map((text) => {
    if (text.length > base64Length(MAX_CERTIFICATE)) throw new AttestationError(CHAIN_CHECKS.size);
    return mustRead(enforcing, FIELD_CHECKS.encoding, decodeFilled(text));
  });
}

/** What Android says beyond what all kinds of evidence say; a member that is not known is absent. */
export interface KeyAttestationFacts extends JsonObject, Partial<DeviceFacts> {
  /** Of the key description: 300. */
  readonly attestationVersion: number;
  /** The version code of the app when it enrolled. */
  readonly appVersion?: number;
  /** How the key signs requests: `ecdsa-sha256`. */
  readonly signatureAlgorithm: string;
  /** Of the certificates between leaf and root, which can be revoked. */
  readonly certificateSerials: readonly string[];
}

/** What the device's record keeps. Nothing that identifies the device is in it. */
function enrolled(attestation: KeyAttestation, now: number): Enrolled<KeyAttestationFacts> {
  const { appId, key, keyDescription, provisioning, provisioningInfo } = attestation;
  const { attestationVersion, attestationSecurityLevel, hardwareEnforced } = keyDescription;
  const { algorithm, thumbprint } = key;
  // Every kind of key that signs has a thumbprint.
  const signatureAlgorithm = mustRead(enforcing, POLICY_CHECKS.algorithm, thumbprint && algorithm);
  const { bootKey, ...device } = deviceFacts(
    hardwareEnforced,
    attestationSecurityLevel,
    provisioning,
    provisioningInfo.certificatesIssued,
  );
  const kept = {
    ...device,
    // Only of systems of the owner's does it decide.
    bootKey: device.bootState === 'SELF_SIGNED' ? bootKey : undefined,
    appVersion: versionOf(attestation),
    attestationVersion,
    signatureAlgorithm,
    certificateSerials: attestation.revocableSerials,
  };
  return {
    kind: attestation.kind,
    platform: 'android',
    appId: appId as string,
    environment: 'production',
    integrity: device.bootState === 'VERIFIED' && device.deviceLocked === true ? 'hardware' : 'basic',
    key: {
      id: key.id,
      thumbprint: thumbprint as string,
      publicKey: Buffer.from(key.publicKey).toString('base64url'),
    },
    attestedAt: now,
    ...(attestation.virtual ? { virtual: true } : {}),
    facts: Object.fromEntries(
      Object.entries(kept).filter(([, fact]) => fact !== undefined),
    ) as unknown as KeyAttestationFacts,
  };
}

function versionOf({ appId, keyDescription }: KeyAttestation): number | undefined {
  const { softwareEnforced, hardwareEnforced } = keyDescription;
  const { attestationApplicationId: app = hardwareEnforced.attestationApplicationId } = softwareEnforced;
  return app?.packages.find(({ name }) => name === appId)?.version;
}

function readSource(revocations: unknown): RevocationSource | undefined {
  if (revocations === 'not-checked') return undefined;
  const { current, latest } = (revocations ?? {}) as Partial<RevocationSource>;
  if (typeof current === 'function' && typeof latest === 'function') return revocations as RevocationSource;
  const remedy =
    'Give remoteRevocations(), a list that was stored, or `not-checked` if leaked keys may enrol.';
  const problem = revocations === undefined ? 'is missing' : 'is not a source of revocation lists';
  throw new ConfigurationError('revocations', problem, remedy);
}
