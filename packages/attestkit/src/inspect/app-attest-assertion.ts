import {
  inspectAppAttestAssertion,
  type AppAttestAssertion,
  type AppAttestCategory,
  type LaunchPolicy,
} from '../app-attest/index.js';
import { bytes } from './byte-members.js';
import { evidenceKind, type EvidenceKind, type Findings, type Report } from './evidence-kind.js';
import { numberOf, options, pemOrSpki, text } from './member-types.js';
import { required, type MemberTable } from './members.js';

/** An evidence file with an assertion of App Attest. Bytes are in base64 or base64url. */
export interface AppAttestAssertionEvidence {
  readonly kind: 'app-attest-assertion';
  /** What `generateAssertion` returned. */
  readonly assertion: string;
  /** The App ID: `TEAMID1234.com.example.app`. */
  readonly appId: string;
  /** The attested key: PEM, or the base64 of `key.publicKey` of the attestation's report. */
  readonly publicKey: string;
  /** The bytes whose SHA-256 the app gave to `generateAssertion`. */
  readonly clientData?: string;
  /** In place of `clientData`: the very bytes that the app gave to `generateAssertion`. */
  readonly clientDataHash?: string;
  /** The key's last counter; 0 when it had signed nothing yet. */
  readonly previousCounter: number;
  /** How the app may have come to the device. Default: any way. */
  readonly category?: LaunchPolicy<AppAttestCategory>;
  /** Values of CFBundleVersion. Default: any. */
  readonly bundleVersion?: LaunchPolicy<string>;
  readonly codeDirectoryHash?: LaunchPolicy<string>;
  /** For the report alone: an assertion says no time. */
  readonly at?: string | null;
}

export type AppAttestAssertionReport = Report<'app-attest-assertion', AppAttestAssertion>;

const MEMBERS = {
  assertion: required(bytes, 'Give what generateAssertion returned, in base64.'),
  appId: required(text, 'Give the App ID: TEAMID1234.com.example.app.'),
  publicKey: required(pemOrSpki, 'Give the key of the attestation.'),
  clientData: bytes,
  clientDataHash: bytes,
  previousCounter: required(numberOf(''), 'Give the last counter that was accepted, or 0.'),
  category: options<LaunchPolicy<AppAttestCategory>>(),
  bundleVersion: options<LaunchPolicy<string>>(),
  codeDirectoryHash: options<LaunchPolicy<string>>(),
} as const satisfies MemberTable & Record<keyof Omit<AppAttestAssertionEvidence, 'kind' | 'at'>, unknown>;

/** Every check of an assertion. */
export const APP_ATTEST_ASSERTION: EvidenceKind<
  'app-attest-assertion',
  Findings<AppAttestAssertion>
> = evidenceKind('app-attest-assertion', MEMBERS, ({ assertion, ...expected }) => ({
  ...inspectAppAttestAssertion(assertion, expected),
  notChecked: [],
}));
