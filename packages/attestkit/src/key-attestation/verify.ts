import { amount, NOT_ASKED, type Worded } from '../kernel/asked.js';
import { equalBytes } from '../kernel/bytes/equal-bytes.js';
import type { CertificatePlace } from '../kernel/asn1/certificate-place.js';
import { enforcing, inspecting, mustRead } from '../kernel/sinks.js';
import type { Checks, Inspection } from '../ports/checks.js';
import { appraiseApp } from './policy/apps.js';
import { isAttestKey } from './attest-key.js';
import { keyIdOf, readPublicKey, signatureAlgorithmOf, type SignatureAlgorithm } from './attested-key.js';
import { challengeMistake } from './challenge-mistakes.js';
import { placeOfMember } from './chain/chain-places.js';
import { appraiseChain, attestationOf, readChain, type Chain } from './chain/chain.js';
import { DESCRIPTION_CHECKS as CHECKS } from './description/description-checks.js';
import {
  readExpectations,
  type KeyAttestationExpectations,
  type KeyAttestationRules,
} from './expectations.js';
import { describeChain, type ChainFacts } from './facts.js';
import {
  parseKeyDescription,
  type KeyDescription,
  type ReadKeyDescription,
  type UnreadableDescription,
} from './description/key-description.js';
import { appraiseAge, appraiseUse, keyUse } from './policy/key-policy.js';
import { appraiseDevice, deviceFacts } from './policy/device-policy.js';
import type { Provisioning, ProvisioningInfo } from './chain/provisioning.js';

/** A key that genuine secure hardware vouches for. */
export interface KeyAttestation {
  readonly kind: 'keyAttestation';
  /** The package name of the one of the expected apps that it belongs to; undefined if any app may be. */
  readonly appId: string | undefined;
  readonly key: {
    /** SHA-256 of the uncompressed point of a P-256 key, of any other key of its SubjectPublicKeyInfo; base64url. */
    readonly id: string;
    /** SubjectPublicKeyInfo in DER, as in the leaf. Not every Node can import every key: ML-DSA. */
    readonly publicKey: Uint8Array;
    /** JWK SHA-256 thumbprint (RFC 7638), base64url; undefined for a kind of key that has no JWK. Made when it is asked for. */
    readonly thumbprint: string | undefined;
    /** How it signs requests; undefined if it cannot. */
    readonly algorithm: SignatureAlgorithm | undefined;
  };
  /**
   * What the hardware says of the key. Identifiers of the device are in it where the app asked for them: keep them out of
   * logs.
   */
  readonly keyDescription: KeyDescription;
  /** The same of the app's attestation key that issued the leaf; undefined if the device's own did. */
  readonly attestKeyDescription: KeyDescription | undefined;
  readonly provisioning: Provisioning;
  readonly provisioningInfo: ProvisioningInfo;
  /** Serials of the certificates above the leaf, as the revocation list has them: to be looked up again later. */
  readonly revocableSerials: readonly string[];
  /** What the chain is made of, for logs and people. Made when it is asked for. */
  readonly facts: ChainFacts;
  /** SHA-256 of the root's SubjectPublicKeyInfo, base64url. */
  readonly rootKeyId: string | undefined;
  /** Under a root of `roots` that is not Google's: made for testing. */
  readonly virtual: boolean;
}

/**
 * Verifies the certificate chain of a key in Android's KeyStore. Pure and synchronous. The caller has to
 * ensure: that the challenge was its own and is used once, and that the key belongs to no other device or user.
 *
 * @param certificateChain DER, the leaf first, as `KeyStore.getCertificateChain` gives it
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const revocations = readRevocationList(await response.json()) ?? 'not-checked';
 * const { key, appId } = verifyKeyAttestation(chain, { challenge, apps, revocations });
 */
export function verifyKeyAttestation(
  certificateChain: readonly Uint8Array[],
  expected: KeyAttestationExpectations,
): KeyAttestation {
  return appraiseKeyAttestation(certificateChain, readExpectations(expected), enforcing);
}

/**
 * Runs the same checks as `verifyKeyAttestation`, all of them, and reports each. The `unverified` result has no key
 * description if none could be read.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectKeyAttestation(chain, { challenge, apps, revocations: 'not-checked' });
 * console.log(report.checks.filter(({ ok }) => !ok));
 */
export function inspectKeyAttestation(
  certificateChain: readonly Uint8Array[],
  expected: KeyAttestationExpectations,
): Inspection<KeyAttestation> {
  const rules = readExpectations(expected);
  return inspecting((checks, read) => appraiseKeyAttestation(certificateChain, rules, checks, read));
}

/** The straight line, for either sink. */
export function appraiseKeyAttestation(
  certificateChain: readonly Uint8Array[],
  rules: KeyAttestationRules,
  checks: Checks,
  read?: (partial: KeyAttestation) => void,
): KeyAttestation {
  // Steps 1 to 4: certificates, then the way to a root, then where the attestation stands and what was revoked.
  const chain = appraiseChain(readChain(certificateChain, checks), rules, checks);
  const { provisioning, provisioningInfo } = chain;
  const { attested, target } = chain.positions;
  read?.(resultOf({ chain }));

  // Step 4: what the device's own attestation key said, and, where that attested a key of the app's, what this one said.
  const issued = readDescription(chain, target, checks);
  const isOwn = rules.allowAttestKeys && target === 1 && attested[0] === 0;
  const own = isOwn ? readDescription(chain, 0, checks) : issued;
  const { description } = own;
  const attestKey = isOwn ? issued : undefined;
  read?.(resultOf({ chain, own, attestKey }));

  // Step 5: attestation and key are of one level, in hardware, and it is the level of those who vouch for it.
  const { attestationSecurityLevel: level, keyMintSecurityLevel } = description;
  checks.holds(CHECKS.levelsAgree, level === keyMintSecurityLevel, level, keyMintSecurityLevel);
  const isHardware = level === 'TRUSTED_ENVIRONMENT' || level === 'STRONG_BOX';
  checks.holds(CHECKS.hardware, isHardware, level);
  checks.holds(CHECKS.levelOfChain, level === chain.level, level, chain.level);

  // An app's attestation key is of this app and device, in the same hardware, and signs nothing but attestations.
  checks.holds(CHECKS.attestKey, !isOwn || isAttestKey(issued.description, description));

  // Step 4: it was attested for this challenge.
  const { attestationChallenge } = description;
  const { challenge } = rules;
  const isOurs = challenge === undefined || equalBytes(attestationChallenge, challenge);
  const mistake = isOurs ? undefined : challengeMistake(attestationChallenge, challenge);
  const asked = challenge === undefined ? NOT_ASKED : base64(challenge);
  checks.holds(CHECKS.challenge, isOurs, base64(attestationChallenge), asked, mistake);

  // The hardware generated it: KeyOrigin 0.
  const { hardwareEnforced } = description;
  const { origin } = hardwareEnforced;
  checks.holds(CHECKS.origin, origin === 0, originWords(origin), originWords(0));

  // It belongs to an expected app.
  const appId = appraiseApp(description, rules.apps, checks);

  // Genuine; now the policy.
  const facts = deviceFacts(hardwareEnforced, level, provisioning, provisioningInfo.certificatesIssued);
  appraiseDevice(facts, rules.device, rules.now, checks);
  appraiseUse(keyUse(hardwareEnforced), rules.key, checks);
  appraiseAge(description, rules.key, rules.now, checks);
  return resultOf({ chain, own, attestKey, appId });
}

function readDescription(chain: Chain, index: number, checks: Checks): ReadKeyDescription {
  const extension = attestationOf(chain.certificates[index]);
  const parsed = extension === undefined ? { unreadable: 'KeyDescription' } : parseKeyDescription(extension);
  const read = 'description' in parsed ? parsed : undefined;
  const { unreadable = '' } = parsed as Partial<UnreadableDescription>;
  const at = (member: string): CertificatePlace => placeOfMember(index, member);
  const good = mustRead(checks, CHECKS.readable, read, at(unreadable));
  const [repeated] = good.repeatedTags;
  const isOnce = repeated === undefined;
  checks.holds(CHECKS.repeatedTags, isOnce, isOnce ? good.repeatedTags : at(repeated));
  // A newer version may well have newer tags.
  const unknown = good.versionKnown ? good.unknownTags[0] : undefined;
  checks.holds(
    CHECKS.unknownTags,
    unknown === undefined,
    unknown === undefined ? good.unknownTags : at(unknown),
  );
  return good;
}

interface Findings {
  readonly chain: Chain;
  readonly own?: ReadKeyDescription;
  readonly attestKey?: ReadKeyDescription | undefined;
  readonly appId?: string | undefined;
}

function resultOf({ chain, own, attestKey, appId }: Findings): KeyAttestation {
  const { certificates, anchor } = chain;
  const { spki } = certificates[0] as (typeof certificates)[0];
  const key = readPublicKey(spki);
  const hardware = own?.description.hardwareEnforced;
  let facts: ChainFacts | undefined;
  return {
    kind: 'keyAttestation',
    appId,
    key: {
      id: keyIdOf(key, spki),
      publicKey: new Uint8Array(spki),
      get thumbprint(): string | undefined {
        return key?.thumbprint?.();
      },
      algorithm: key && hardware && signatureAlgorithmOf(key, hardware),
    },
    keyDescription: own?.description as KeyDescription,
    attestKeyDescription: attestKey?.description,
    provisioning: chain.provisioning,
    provisioningInfo: chain.provisioningInfo,
    revocableSerials: chain.serials.slice(1),
    // Much work, and seldom asked for.
    get facts(): ChainFacts {
      facts ??= describeChain(chain, key?.type, own);
      return facts;
    },
    rootKeyId: anchor?.keyId,
    virtual: anchor?.virtual ?? false,
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** KeyMint's KeyOrigin, by its numbers. */
const ORIGINS = ['generated', 'derived', 'imported', 'reserved', 'securely imported'];

function originWords(origin: number | undefined): Worded | undefined {
  return amount(origin, `(${ORIGINS[origin ?? 0] ?? 'unknown'})`);
}
