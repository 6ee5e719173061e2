import { ATTESTATION_CHECKS } from '../../app-attest/internal.js';
import {
  inspectAppAttestAttestation,
  type AppAttestAttestation,
  type AppAttestCategory,
  type AppAttestEnvironment,
  type LaunchPolicy,
} from '../../app-attest/index.js';
import type { Inspection } from '../../ports/checks.js';
import { bytes, challengeBytes, listOfBytes, textAsBytes, textsOf } from '../byte-members.js';
import { CHALLENGE_HINT, unusable } from '../evidence-error.js';
import {
  base64,
  evidenceKind,
  holds,
  isoDate,
  withHint,
  withResult,
  type EvidenceKind,
  type Findings,
} from '../evidence-kind.js';
import { numberOf, oneOf, options, text } from '../member-types.js';
import { onlyOne, required, type MemberTable } from '../members.js';

/** An evidence file with an App Attest attestation. Bytes are in base64 or base64url. */
export interface AppAttestAttestationEvidence {
  readonly kind: 'app-attest-attestation';
  /** What `attestKey` returned. */
  readonly attestation: string;
  /** The App ID: `TEAMID1234.com.example.app`. */
  readonly appId: string;
  /** What the app calls the key: 32 bytes. */
  readonly keyId: string;
  /** The challenge as the server returned it: the app gave the SHA-256 of its UTF-8 to `attestKey`. */
  readonly challengeText?: string;
  /** Instead of `challengeText`: the bytes whose SHA-256 the app gave to `attestKey`. */
  readonly challenge?: string;
  /** Instead of both: the very bytes that the app gave to `attestKey`, of any length. */
  readonly clientDataHash?: string;
  /** The one that is accepted. Default `production`. */
  readonly environment?: AppAttestEnvironment;
  /** The oldest version of the operating system. Default: any. */
  readonly minimumOs?: string;
  /** How the app may have come to the device. Default: any way. */
  readonly category?: LaunchPolicy<AppAttestCategory>;
  /** Values of CFBundleVersion. Default: any. */
  readonly bundleVersion?: LaunchPolicy<string>;
  readonly codeDirectoryHash?: LaunchPolicy<string>;
  /** How old it may be. Default: any age. */
  readonly maxAgeSeconds?: number;
  /** Certificates in DER, instead of Apple’s root: for the virtual iPhone. The result says `virtual: true` then. */
  readonly roots?: readonly string[];
  /** The time as of which it is inspected, ISO 8601 with a zone: `2026-06-01T12:00:00Z`. Null: now. */
  readonly at?: string | null;
}

/** What an attestation says, in JSON. */
export interface InspectedAttestation extends Omit<
  AppAttestAttestation,
  'key' | 'certificate' | 'receipt' | 'issuedAt'
> {
  readonly key: {
    readonly id: string;
    /** Base64. */
    readonly publicKey: string;
    readonly thumbprint: string;
  };
  /** Base64. */
  readonly certificate: string;
  /** Base64. */
  readonly receipt: string;
  /** ISO 8601. */
  readonly issuedAt: string | undefined;
}

const MEMBERS = {
  attestation: required(bytes, 'Give what attestKey returned, in base64.'),
  appId: required(text, 'Give the App ID: TEAMID1234.com.example.app.'),
  keyId: required(bytes, 'Give what generateKey returned.'),
  challengeText: textAsBytes,
  challenge: challengeBytes,
  clientDataHash: bytes,
  environment: oneOf<AppAttestEnvironment>(['production', 'development']),
  minimumOs: text,
  category: options<LaunchPolicy<AppAttestCategory>>(),
  bundleVersion: options<LaunchPolicy<string>>(),
  codeDirectoryHash: options<LaunchPolicy<string>>(),
  maxAgeSeconds: numberOf(' of seconds'),
  roots: listOfBytes,
} as const satisfies MemberTable & Record<keyof Omit<AppAttestAttestationEvidence, 'kind' | 'at'>, unknown>;

/** Every check of an attestation, policy included. */
export const APP_ATTEST_ATTESTATION: EvidenceKind<
  'app-attest-attestation',
  Findings<InspectedAttestation, 'receipt'>
> = evidenceKind(
  'app-attest-attestation',
  MEMBERS,
  ({ attestation, appId, environment = 'production', challengeText, challenge, ...expected }, now) => {
    const given = { challengeText, challenge, clientDataHash: expected.clientDataHash };
    const member = onlyOne(CHALLENGES, given, ONE_CHALLENGE);
    if (member === undefined) throw unusable('challengeText', 'is missing', ONE_CHALLENGE);
    const inspect = (asked: Uint8Array | undefined): Inspection<AppAttestAttestation> =>
      inspectAppAttestAttestation(attestation, {
        ...expected,
        challenge: asked,
        appIds: [appId],
        environments: [environment],
        now,
      });
    const inspection = inspect(challengeText ?? challenge);
    const isText = (asked: Uint8Array): boolean => holds(inspect(asked).checks, ATTESTATION_CHECKS.nonce);
    const isTextGivenAsBytes =
      member === 'challenge' &&
      !holds(inspection.checks, ATTESTATION_CHECKS.nonce) &&
      textsOf(challenge).some(isText);
    const checks = isTextGivenAsBytes
      ? withHint(inspection.checks, ATTESTATION_CHECKS.nonce, CHALLENGE_HINT)
      : inspection.checks;
    return { ...withResult(inspection, written), checks, notChecked: ['receipt'] };
  },
);

const CHALLENGES = ['challengeText', 'challenge', 'clientDataHash'] as const;

const ONE_CHALLENGE =
  'Give one of challengeText, which is the challenge as the server returned it, challenge, bytes in base64, and clientDataHash.';

function written({
  key,
  certificate,
  receipt,
  issuedAt,
  ...facts
}: AppAttestAttestation): InspectedAttestation {
  return {
    ...facts,
    issuedAt: isoDate(issuedAt),
    key: { ...key, publicKey: base64(key.publicKey) },
    certificate: base64(certificate),
    receipt: base64(receipt),
  };
}
