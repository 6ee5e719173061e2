import type { JsonWebKey } from 'node:crypto';
import {
  inspectAppAttestAssertion,
  type AppAttestAssertion,
  type AppAttestCategory,
  type LaunchPolicy,
} from '../../app-attest/index.js';
import { ASSERTION_CHECKS, assertionMistake, importPublicKey } from '../../app-attest/internal.js';
import { clientDataMistakes } from '../../sessions/internal.js';
import { bytes, textAsBytes } from '../byte-members.js';
import { unusable } from '../evidence-error.js';
import { evidenceKind, explain, type EvidenceKind, type Findings } from '../evidence-kind.js';
import { numberOf, options, text } from '../member-types.js';
import { onlyOne, required, type MemberTable } from '../members.js';
import { pemOrSpki } from './public-key.js';

/** An evidence file with an App Attest assertion. Bytes are in base64 or base64url. */
export interface AppAttestAssertionEvidence {
  readonly kind: 'app-attest-assertion';
  /** What `generateAssertion` returned. */
  readonly assertion: string;
  /** The App ID: `TEAMID1234.com.example.app`. */
  readonly appId: string;
  /** The attested key: PEM, the base64 of `key.publicKey` of the attestation's report or of its point, or a JWK. */
  readonly publicKey: string | JsonWebKey;
  /** The text whose SHA-256 the app gave to `generateAssertion`: of a signed request the six lines. */
  readonly clientDataText?: string;
  /** Instead of `clientDataText`: its bytes. */
  readonly clientData?: string;
  /** Instead of both: the very bytes that the app gave to `generateAssertion`. */
  readonly clientDataHash?: string;
  /** The body of the signed request as the server received it: used only to name what the app signed instead. */
  readonly bodyText?: string;
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

const MEMBERS = {
  assertion: required(bytes, 'Give what generateAssertion returned, in base64.'),
  appId: required(text, 'Give the App ID: TEAMID1234.com.example.app.'),
  publicKey: required(pemOrSpki, 'Give the key of the attestation.'),
  clientDataText: textAsBytes,
  clientData: bytes,
  clientDataHash: bytes,
  bodyText: textAsBytes,
  previousCounter: required(numberOf(''), 'Give the last counter that was accepted, or 0.'),
  category: options<LaunchPolicy<AppAttestCategory>>(),
  bundleVersion: options<LaunchPolicy<string>>(),
  codeDirectoryHash: options<LaunchPolicy<string>>(),
} as const satisfies MemberTable & Record<keyof Omit<AppAttestAssertionEvidence, 'kind' | 'at'>, unknown>;

const CLIENT_DATA = ['clientDataText', 'clientData', 'clientDataHash'] as const;

const ONE_TEXT =
  'Give one of clientDataText, which is the text that was signed, clientData, its bytes in base64, and clientDataHash.';

/** Every check of an assertion. */
export const APP_ATTEST_ASSERTION: EvidenceKind<
  'app-attest-assertion',
  Findings<AppAttestAssertion>
> = evidenceKind('app-attest-assertion', MEMBERS, ({ assertion, clientDataText, bodyText, ...expected }) => {
  const { clientDataHash } = expected;
  const given = { clientDataText, clientData: expected.clientData, clientDataHash };
  if (onlyOne(CLIENT_DATA, given, ONE_TEXT) === undefined)
    throw unusable('clientDataText', 'is missing', ONE_TEXT);
  const clientData = clientDataText ?? expected.clientData;
  const inspection = inspectAppAttestAssertion(assertion, { ...expected, clientData });
  const explained = explain(inspection.checks, ASSERTION_CHECKS.signature, () => {
    const forms = clientData === undefined ? [] : clientDataMistakes(clientData, bodyText);
    const key = importPublicKey(expected.publicKey, undefined);
    return assertionMistake(assertion, key, { clientData, clientDataHash }, forms);
  });
  return { ...inspection, checks: explained, notChecked: [] };
});
