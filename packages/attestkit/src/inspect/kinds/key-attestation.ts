import {
  CHAIN_CHECKS,
  DESCRIPTION_CHECKS,
  DEVICE_OPTIONS,
  KEY_OPTIONS,
  POLICY_CHECKS,
} from '../../key-attestation/internal.js';
import {
  inspectKeyAttestation,
  readRevocationList,
  type AndroidApp,
  type DevicePolicyOptions,
  type KeyAttestation,
  type KeyPolicyOptions,
  type RevocationList,
} from '../../key-attestation/index.js';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import type { CheckDef } from '../../ports/checks.js';
import { challengeBytesOrNull, listOfBytes, textAsBytes, textsOf } from '../byte-members.js';
import { CHALLENGE_HINT, unusable } from '../evidence-error.js';
import {
  evidenceKind,
  inJson,
  withHint,
  withResult,
  withoutIdle,
  type EvidenceKind,
  type Findings,
  type InJson,
} from '../evidence-kind.js';
import { listOfOptions, options } from '../member-types.js';
import { onlyOne, required, type MemberTable } from '../members.js';

/** What a chain may have to meet beyond being genuine, by the names of `verifyKeyAttestation`. */
export interface KeyAttestationPolicy extends DevicePolicyOptions, KeyPolicyOptions {
  /** `required`: the bootloader is locked and started a verified system. Default `any`; `required` beside `verifiedBootKeys`. */
  readonly verifiedBoot?: 'required' | 'any';
  /** Lets chains through that end below the root. Default false. */
  readonly allowOmittedRoot?: boolean;
  /** Lets keys through that were attested by a key of the same app. Default false. */
  readonly allowAttestKeys?: boolean;
}

/** An evidence file with an Android certificate chain. Bytes are in base64 or base64url. */
export interface KeyAttestationEvidence {
  readonly kind: 'key-attestation';
  /** What `KeyStore.getCertificateChain` gave: DER, the leaf first. */
  readonly certificateChain: readonly string[];
  /** The challenge as the server returned it: the app gave its UTF-8 to `setAttestationChallenge`. */
  readonly challengeText?: string;
  /** Instead of `challengeText`: the bytes that the app gave. Neither of them: not checked. */
  readonly challenge?: string | null;
  /** Apps, to one of which the key has to belong. Not checked unless given. */
  readonly apps?: readonly AndroidApp[];
  /** Default: a key that genuine hardware generated, of any device. */
  readonly policy?: KeyAttestationPolicy;
  /** Google's certificate revocation status list, as its server has it. Not checked unless given. */
  readonly revocationList?: { readonly entries: Readonly<Record<string, unknown>> };
  /** Certificates in DER, instead of Google’s roots: for testing. The result says `virtual: true` then. */
  readonly roots?: readonly string[];
  /** The time as of which it is inspected, ISO 8601 with a zone: `2026-06-01T12:00:00Z`. Null: now. */
  readonly at?: string | null;
}

/** What a chain says, in JSON: bytes in base64. Identifiers of the device are in it where the app asked for them. */
export type InspectedKeyAttestation = InJson<KeyAttestation>;

export type KeyNotChecked = 'challenge' | 'app' | 'verified boot' | 'revocation list';

const MEMBERS = {
  certificateChain: required(
    listOfBytes,
    'Give the certificates, the leaf first, each in base64 of its DER.',
  ),
  challengeText: textAsBytes,
  challenge: challengeBytesOrNull,
  apps: listOfOptions<AndroidApp>(),
  policy: options<KeyAttestationPolicy>(),
  revocationList: options<object>(),
  roots: listOfBytes,
} as const satisfies MemberTable & Record<keyof Omit<KeyAttestationEvidence, 'kind' | 'at'>, unknown>;

const POLICY: OptionTypes = {
  ...DEVICE_OPTIONS,
  ...KEY_OPTIONS,
  allowOmittedRoot: 'boolean',
  allowAttestKeys: 'boolean',
};

/** The checks for which there is nothing to compare with then. */
const CHECKS_OF: Readonly<Record<KeyNotChecked, readonly CheckDef[]>> = {
  challenge: [DESCRIPTION_CHECKS.challenge],
  app: [
    DESCRIPTION_CHECKS.package,
    DESCRIPTION_CHECKS.digests,
    DESCRIPTION_CHECKS.allApplications,
    POLICY_CHECKS.appVersion,
  ],
  'verified boot': [POLICY_CHECKS.rootOfTrust, POLICY_CHECKS.locked, POLICY_CHECKS.bootState],
  'revocation list': [CHAIN_CHECKS.revoked],
};

/** Every check of a certificate chain and its key, and of the policy that the file has. */
export const KEY_ATTESTATION: EvidenceKind<
  'key-attestation',
  Findings<InspectedKeyAttestation, KeyNotChecked>
> = evidenceKind('key-attestation', MEMBERS, (members, now) => {
  const { certificateChain, challengeText, apps, policy = {}, revocationList, roots } = members;
  const bytes = members.challenge ?? undefined;
  onlyOne(['challengeText', 'challenge'], { challengeText, challenge: bytes }, 'Leave one of them out.');
  const challenge = challengeText ?? bytes;
  assertOptions(policy, POLICY, 'policy', 'policy.');
  const boots = policy.verifiedBoot ?? (policy.verifiedBootKeys === undefined ? 'any' : 'required');
  const inspection = inspectKeyAttestation(certificateChain, {
    ...policy,
    ...(challenge ? { challenge } : { anyChallenge: true }),
    ...(apps === undefined ? { anyApp: true } : { apps }),
    verifiedBoot: boots,
    revocations: revocationList === undefined ? 'not-checked' : readRevocations(revocationList),
    roots,
    now,
  });
  const isLeftOut: Readonly<Record<KeyNotChecked, boolean>> = {
    challenge: !challenge,
    app: apps === undefined,
    'verified boot': boots === 'any',
    'revocation list': revocationList === undefined,
  };
  const read = inspection.verdict === 'pass' ? inspection.result : inspection.unverified;
  const attested = read?.keyDescription?.attestationChallenge;
  const isTextGivenAsBytes = textsOf(bytes).some(
    (text) => attested !== undefined && equalBytes(text, attested),
  );
  const checks = isTextGivenAsBytes
    ? withHint(inspection.checks, DESCRIPTION_CHECKS.challenge, CHALLENGE_HINT)
    : inspection.checks;
  return { ...withResult(inspection, inJson), ...withoutIdle(checks, isLeftOut, CHECKS_OF) };
});

function readRevocations(document: object): RevocationList {
  const list = readRevocationList(document);
  if (list !== undefined) return list;
  throw unusable('revocationList', 'has no entries', 'Give the list as Google’s server has it.');
}
