import type { JsonObject } from '../kernel/bytes/json.js';
import { enforcing, mustRead } from '../kernel/sinks.js';
import { importSpki } from '../kernel/asn1/spki.js';
import type { Enrolled } from '../ports/enrollment.js';
import { joinDigests, type ExpectedApp } from './policy/apps.js';
import { appraiseUse, keyUse, type KeyPolicy, type KeyUse } from './policy/key-policy.js';
import { POLICY_CHECKS as CHECKS } from './policy/policy-checks.js';
import type { DeviceFacts, KeyAttestationFacts } from './enrolled-facts.js';
import { appraiseDevice, deviceFacts, type DevicePolicy } from './policy/device-policy.js';
import type { TrustAnchor } from './chain/roots.js';
import type { KeyAttestation } from './verify.js';

/** Appraised again at every refresh, and private to the server; some of the certificates are the device's own. */
interface Withheld extends JsonObject, KeyUse {
  /** Of the certificates above the leaf, which can be revoked. */
  readonly certificateSerials: readonly string[];
  /** SHA-256 of the certificates that the app was signed with, in hexadecimal, sorted, with commas between. */
  readonly signingDigests: string;
  /** Whether an attestation key of the app attested the key. */
  readonly byAttestKey: boolean;
  /** SHA-256 of the key of an additional root, base64url; absent under Google's. */
  readonly root?: string;
}

/** What enrolled keys must meet. */
export interface EnrolledRules {
  readonly apps: readonly ExpectedApp[];
  readonly device: DevicePolicy;
  readonly key: KeyPolicy;
  readonly anchors: readonly TrustAnchor[];
  readonly allowAttestKeys: boolean;
}

/**
 * What the device's record keeps. No identifier of the device is in its facts.
 *
 * @throws AttestationError ERR_KEY_ATTESTATION_KEY_ALGORITHM_DENIED
 */
export function enrolled(attestation: KeyAttestation, now: number): Enrolled<KeyAttestationFacts> {
  const { appId, key, keyDescription, provisioning, provisioningInfo } = attestation;
  const { attestationVersion, attestationSecurityLevel, hardwareEnforced } = keyDescription;
  const { thumbprint } = key;
  // A key that cannot be used would only fail later: a point off its curve, an exponent that makes no key.
  const usable = importSpki(key.publicKey) && thumbprint && key.algorithm;
  const signatureAlgorithm = mustRead(enforcing, CHECKS.algorithm, usable);
  const { verifiedBootKey, ...device } = deviceFacts(
    hardwareEnforced,
    attestationSecurityLevel,
    provisioning,
    provisioningInfo.certificatesIssued,
  );
  const { digests, version } = appOf(attestation);
  const known = {
    ...device,
    // Only of systems of the owner's does it decide.
    verifiedBootKey: device.bootState === 'SELF_SIGNED' ? verifiedBootKey : undefined,
    appVersion: version,
    attestationVersion,
    signatureAlgorithm,
  };
  const withheld: Withheld = {
    ...keyUse(hardwareEnforced),
    certificateSerials: attestation.revocableSerials,
    signingDigests: digests,
    byAttestKey: attestation.attestKeyDescription !== undefined,
    ...(attestation.facts.rootKind === 'additional' && { root: attestation.rootKeyId as string }),
  };
  const { versionKnown, unknownTags } = attestation.facts;
  const notes = versionKnown ? [] : [`attestationVersion ${attestationVersion}`, ...unknownTags];
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
      algorithm: signatureAlgorithm,
    },
    attestedAt: now,
    ...(attestation.virtual ? { virtual: true } : {}),
    facts: Object.fromEntries(
      Object.entries(known).filter(([, fact]) => fact !== undefined),
    ) as unknown as KeyAttestationFacts,
    withheld,
    ...(notes.length > 0 && { notes }),
  };
}

/**
 * Checks an enrolled key against the current options; its certificates are not checked. The age of the key alone counts only when it
 * enrolls.
 *
 * @throws AttestationError of stage `denied`
 */
export function appraiseEnrolled(
  { appId, virtual, facts, withheld }: Enrolled,
  { apps, device, key, anchors, allowAttestKeys }: EnrolledRules,
  now: number,
): void {
  const {
    signingDigests,
    byAttestKey,
    root,
    purposes = [],
    userAuthType = 0,
  } = (withheld ?? {}) as Partial<Withheld>;
  const listed = apps.filter((app) => app.packageName === appId && app.digests === signingDigests);
  enforcing.holds(CHECKS.appId, listed.length > 0);
  const { appVersion = -Infinity, ...ofDevice } = facts as unknown as KeyAttestationFacts & DeviceFacts;
  enforcing.holds(
    CHECKS.appVersion,
    listed.some(({ minimumVersionCode }) => appVersion >= minimumVersionCode),
  );
  enforcing.holds(CHECKS.virtual, virtual !== true || anchors.some((anchor) => anchor.virtual));
  enforcing.holds(CHECKS.root, root === undefined || anchors.some(({ keyId }) => keyId === root));
  enforcing.holds(CHECKS.attestKey, allowAttestKeys || byAttestKey === false);
  appraiseDevice(ofDevice, device, now, enforcing);
  appraiseUse({ purposes, userAuthType }, key, enforcing);
}

/** Serials to look up on the revocation list; undefined if the record does not list them. */
export function serialsOf({ withheld }: Enrolled): readonly string[] | undefined {
  return (withheld as Withheld | undefined)?.certificateSerials;
}

function appOf({ appId, keyDescription }: KeyAttestation): { digests: string; version: number | undefined } {
  const { softwareEnforced, hardwareEnforced } = keyDescription;
  const { attestationApplicationId: app = hardwareEnforced.attestationApplicationId } = softwareEnforced;
  return {
    digests: joinDigests(app?.signatureDigests ?? []),
    version: app?.packages.find(({ name }) => name === appId)?.version,
  };
}
