import type { KeyObject } from 'node:crypto';
import { BoundedCache } from '../kernel/bounded-cache.js';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { enforcing, mustRead } from '../kernel/sinks.js';
import type { Enrolled, EnrollmentContext, EnrollmentEvidence } from '../ports/enrollment.js';
import type { RevocationList, RevocationSource } from '../ports/revocations.js';
import { readApps, type AndroidApp } from './policy/apps.js';
import { createKeyAttestationCache } from './chain/cache.js';
import { CHAIN_CHECKS, FIELD_CHECKS } from './chain/chain-checks.js';
import { MAX_CERTIFICATE, MAX_CERTIFICATES } from './chain/chain.js';
import { base64Length, decodeFilled } from './encoding.js';
import { appraiseEnrolled, enrolled, serialsOf } from './enrolled.js';
import type { KeyAttestationRules } from './expectations.js';
import { KEY_OPTIONS, readKeyPolicy, type KeyPolicyOptions } from './policy/key-policy.js';
import { readPlay } from './play.js';
import { POLICY_CHECKS, SIGNATURE_CHECKS } from './policy/policy-checks.js';
import { DEVICE_OPTIONS, readDevicePolicy, type DevicePolicyOptions } from './policy/device-policy.js';
import { trustAnchors } from './chain/roots.js';
import { isRequestSignature, isSignatureAlgorithm, MAX_SIGNATURE } from './signature.js';
import { appraiseKeyAttestation } from './verify.js';

/** How Android certificate chains are verified, and which keys are accepted. */
export interface KeyAttestationOptions extends DevicePolicyOptions, KeyPolicyOptions {
  /** The apps that may enroll, with the digests of their signing certificates. */
  readonly apps: readonly AndroidApp[];
  /**
   * Google's revocation list: `remoteRevocations()`, or one that was stored. Without it keys that leaked from devices are
   * accepted; `not-checked` says that this is meant.
   */
  readonly revocations: RevocationSource | 'not-checked';
  /** Accepts chains that end below the root. Default false. */
  readonly allowOmittedRoot?: boolean | undefined;
  /** Accepts keys that an attestation key of the same app and device attested. Default false. */
  readonly allowAttestKeys?: boolean | undefined;
  /**
   * Further roots of production, PEM or DER, beside Google's: one that Google published after this version, for example. The owner
   * of its private key can enroll any key. What enrolls under them is not marked `virtual`; the record is refused once the root
   * is taken out. Default: none.
   */
  readonly additionalRoots?: readonly (string | Uint8Array)[] | undefined;
  /**
   * Asks for a Play Integrity verdict beside the chain: `playIntegrity({ … })` of `attestkit/play-integrity`, which devices
   * send as `integrity_token`. Both make one record with one key. Default: the chain comes alone.
   */
  readonly playIntegrity?: EnrollmentEvidence | undefined;
  /**
   * Verified boot keys (32 bytes, hexadecimal or base64url) of systems that have no Play: with a locked bootloader and one of
   * them, the verdict may be missing. Whether a system is one of them only the attested key description says; a device that
   * boots verified by its maker's key always needs the verdict. List them in `verifiedBootKeys` too. Default: none.
   */
  readonly withoutPlay?: readonly string[] | undefined;
  /** Roots for testing, PEM or DER, instead of Google's; what enrolls under them says `virtual: true`. */
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
  additionalRoots: 'list',
  playIntegrity: 'object',
  withoutPlay: 'list',
  roots: 'list',
  cache: 'number',
};

/**
 * Android Key Attestation as evidence for enrollment: the field `certificate_chain` of the body, a list of certificates in
 * base64 or base64url of DER, the leaf first, of a key for signatures whose attestation challenge is the challenge in
 * UTF-8. Strict unless an option says otherwise: a key that hardware generated, a locked bootloader, a verified system,
 * the app signed with exactly the configured certificates.
 *
 * @throws ConfigurationError naming the option that cannot be right
 * @example
 * const apps = [{ packageName: 'com.example.app', signingCertificates: ['AB:CD:…'] }];
 * const evidence = [keyAttestation({ apps, revocations: remoteRevocations() })]; // of devices({ evidence })
 */
export function keyAttestation(
  options: KeyAttestationOptions,
): EnrollmentEvidence<'keyAttestation', string | readonly string[]> {
  assertOptions(options, OPTIONS, 'keyAttestation');
  const { allowOmittedRoot = false, allowAttestKeys = false, cache: size = 1000 } = options;
  const apps = readApps(options.apps);
  const device = readDevicePolicy(options);
  const key = readKeyPolicy({ ...options, purposes: ['sign', ...(options.purposes ?? [])] });
  const companion = readPlay(options);
  const anchors = trustAnchors(options.roots, options.additionalRoots);
  const source = readSource(options.revocations);
  if (!Number.isInteger(size) || size < 0)
    throw new ConfigurationError('cache', 'is not a whole number', 'Give 0 or more, or leave it out.');
  const cache = createKeyAttestationCache(size);
  const keys = new BoundedCache<KeyObject>(size);

  const enroll = (
    chain: readonly Uint8Array[],
    revocations: RevocationList | undefined,
    { challenge, now }: EnrollmentContext,
  ): Enrolled => {
    const terms = { anchors, allowOmittedRoot, allowAttestKeys, revocations, apps, device, key, cache };
    const rules: KeyAttestationRules = { ...terms, challenge: Buffer.from(challenge), now };
    return enrolled(appraiseKeyAttestation(chain, rules, enforcing), now);
  };

  const endorsed = (kept: Enrolled): void => {
    if (source === undefined) return;
    const list = source.latest();
    if (list === undefined) throw new AttestationError(POLICY_CHECKS.revocationsKnown, { retryAfter: 1 });
    const isGood = serialsOf(kept)?.some((serial) => list.isRevoked(serial)) === false;
    enforcing.holds(POLICY_CHECKS.stillTrusted, isGood);
  };

  return {
    kind: 'keyAttestation',
    fields: ['certificate_chain'],
    lists: ['certificate_chain'],
    watch: (listener) => source?.watch?.(listener),
    ...(companion !== undefined && { companion }),

    verify({ certificate_chain: sent }, context) {
      const chain = decodeChain(sent);
      const revocations = source?.current();
      if (revocations !== undefined && 'then' in revocations)
        return revocations.then((list) => enroll(chain, list, context));
      return enroll(chain, revocations, context);
    },

    async ready() {
      try {
        await source?.current();
      } catch {
        // The appraisal says so itself.
      }
    },

    appraise(kept, now) {
      appraiseEnrolled(kept, { apps, device, key, anchors, allowAttestKeys }, now);
      endorsed(kept);
    },

    endorsed,

    proof: {
      parameter: 'signature',
      counted: false,
      verify({ kind, key: attested }, clientData, proof) {
        const ours = kind === 'keyAttestation' ? attested : undefined;
        const { publicKey, algorithm: named } = mustRead(enforcing, SIGNATURE_CHECKS.key, ours);
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

function readSource(revocations: unknown): RevocationSource | undefined {
  if (revocations === 'not-checked') return undefined;
  const { current, latest } = (revocations ?? {}) as Partial<RevocationSource>;
  if (typeof current === 'function' && typeof latest === 'function') return revocations as RevocationSource;
  const remedy =
    'Give remoteRevocations(), a list that was stored, or `not-checked` if leaked keys may enroll.';
  const problem = revocations === undefined ? 'is missing' : 'is not a source of revocation lists';
  throw new ConfigurationError('revocations', problem, remedy);
}
