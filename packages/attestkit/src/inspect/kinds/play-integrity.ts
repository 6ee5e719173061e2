import { isJsonObject } from '../../kernel/bytes/json.js';
import { assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import { inspecting } from '../../kernel/sinks.js';
import {
  appraiseVerdict,
  decodeToken,
  POLICY_CHECKS,
  POLICY_OPTIONS,
  readExpectations,
  VERDICT_CHECKS,
  WINDOW_OPTIONS,
  type VerdictRules,
} from '../../play-integrity/internal.js';
import {
  playIntegrityKeys,
  type PlayIntegrityPolicyOptions,
  type PlayIntegrityVerdict,
} from '../../play-integrity/index.js';
import type { CheckDef, CheckReport, Checks } from '../../ports/checks.js';
import { unusable } from '../evidence-error.js';
import { evidenceKind, isoDate, withoutIdle, type EvidenceKind, type Findings } from '../evidence-kind.js';
import { anything, options, text } from '../member-types.js';
import { onlyOne, type MemberTable } from '../members.js';

/** What a verdict is compared with, by the names of `verifyPlayIntegrityVerdict`. */
export interface PlayIntegrityExpected {
  /** The application id: `com.example.app`. Not checked unless given. */
  readonly packageName?: string;
  /** Of a standard request: the very text that the app gave. Neither it nor `nonce`: not checked. */
  readonly requestHash?: string;
  /** Of a classic request: base64url as the app gave it. */
  readonly nonce?: string;
  /** The body's `challenge`, of which `enrollmentHash` is made: with `deviceId`, to name what the app did. Not checked. */
  readonly challengeText?: string;
  /** The body's `device_id`. Not checked. */
  readonly deviceId?: string;
  /** SHA-256 of certificates that the app may be signed with, hexadecimal, base64 or base64url. Not checked unless given. */
  readonly acceptedCertificates?: readonly string[];
  /** The lowest version code. Default: any. */
  readonly minimumVersionCode?: number | string;
  /** Seconds from the request on the device: 1 to 86400. Default 600. */
  readonly maxAgeSeconds?: number;
  /** Seconds by which Google's clock may be ahead: 0 to 300. Default 60. */
  readonly leewaySeconds?: number;
}

/** An evidence file with a Play Integrity verdict: a token with its keys, or what Google decoded. */
export interface PlayIntegrityEvidence {
  readonly kind: 'play-integrity';
  /** Of a classic request; needs both keys. */
  readonly token?: string;
  /** `DECRYPTION_KEY` of the Play Console, base64. */
  readonly decryptionKey?: string;
  /** `VERIFICATION_KEY` of the Play Console, base64. */
  readonly verificationKey?: string;
  /**
   * Instead of `token`: the object `tokenPayloadExternal` of Google's answer, or the answer with nothing but it, as JSON
   * text or wrapped in `data` too.
   */
  readonly payload?: unknown;
  readonly expect?: PlayIntegrityExpected;
  /** What app, device and account have to be. Default: recognized by Play, MEETS_DEVICE_INTEGRITY, licensed. */
  readonly policy?: PlayIntegrityPolicyOptions;
  /** The time as of which it is inspected, ISO 8601 with a zone: `2026-06-01T12:00:00Z`. Null: now. */
  readonly at?: string | null;
}

export type VerdictNotChecked = 'origin' | 'package' | 'request' | 'certificate' | 'earlier use';

const MEMBERS = {
  token: text,
  decryptionKey: text,
  verificationKey: text,
  payload: anything,
  expect: options<PlayIntegrityExpected>(),
  policy: options<PlayIntegrityPolicyOptions>(),
} as const satisfies MemberTable & Record<keyof Omit<PlayIntegrityEvidence, 'kind' | 'at'>, unknown>;

const EXPECT: OptionTypes = {
  packageName: 'string',
  requestHash: 'string',
  nonce: 'string',
  challengeText: 'string',
  deviceId: 'string',
  acceptedCertificates: 'list',
  minimumVersionCode: 'any',
  ...WINDOW_OPTIONS,
};

/** The checks for which there is nothing to compare with then. */
const CHECKS_OF: Readonly<Partial<Record<VerdictNotChecked, readonly CheckDef[]>>> = {
  package: [VERDICT_CHECKS.requestPackage],
  request: [VERDICT_CHECKS.binding],
  certificate: [POLICY_CHECKS.certificate],
};

/** Every check of a token and of the verdict in it, or of a bare verdict. */
export const PLAY_INTEGRITY: EvidenceKind<
  'play-integrity',
  Findings<PlayIntegrityVerdict, VerdictNotChecked>
> = evidenceKind('play-integrity', MEMBERS, ({ expect = {}, policy = {}, ...evidence }, now) => {
  assertOptions(expect, EXPECT, 'expect', 'expect.');
  assertOptions(policy, POLICY_OPTIONS, 'policy', 'policy.');
  const { challengeText: challenge, deviceId, ...compared } = expect;
  const { packageName = 'not.given', requestHash, nonce } = compared;
  const isBound = requestHash !== undefined || nonce !== undefined;
  const given = { ...compared, packageName, ...(!isBound && { nonce: 'not given' }) };
  const read = readExpectations({ ...given, ...policy, now });
  const of = challenge === undefined || deviceId === undefined ? undefined : { challenge, deviceId };
  const rules = { ...read, binding: { ...read.binding, of } };
  const isLeftOut: Readonly<Record<VerdictNotChecked, boolean>> = {
    origin: evidence.token === undefined,
    package: expect.packageName === undefined,
    request: !isBound,
    certificate: expect.acceptedCertificates === undefined,
    'earlier use': true,
  };
  const decode = decoderOf(evidence);
  const inspection = inspecting<PlayIntegrityVerdict>((checks, reading) => {
    const payload = decode(checks);
    return appraiseVerdict(payload, withOwnWords(rules, payload, isLeftOut), checks, reading);
  });
  const verdict = inspection.verdict === 'pass' ? inspection.result : inspection.unverified;
  const checks = inTime(inspection.checks, rules, isoDate(verdict?.requestDetails.timestampMillis));
  return { ...inspection, ...withoutIdle(checks, isLeftOut, CHECKS_OF) };
});

/** Says the checks of time in times, if the verdict has one. */
function inTime(
  checks: readonly CheckReport[],
  { now, window }: VerdictRules,
  requested: string | undefined,
): readonly CheckReport[] {
  const { recent, past } = VERDICT_CHECKS;
  return checks.map((check) => {
    const def = [recent, past].find(({ code }) => code === check.code);
    if (def === undefined || requested === undefined) return check;
    const allowed = def === recent ? `${window.maxAgeMs / 1000} s` : `${window.leewayMs / 1000} s ahead`;
    const values = `requested ${requested}, and it is ${new Date(now).toISOString()}; allowed are ${allowed}`;
    return { ...check, detail: check.ok ? values : `${def.says}: ${values}` };
  });
}

/** How the verdict is come by: decrypted with the keys of the file, or as it stands there. */
function decoderOf(
  evidence: Pick<PlayIntegrityEvidence, 'token' | 'decryptionKey' | 'verificationKey' | 'payload'>,
): (checks: Checks) => unknown {
  const { token, decryptionKey, verificationKey, payload } = evidence;
  const remedy = 'Give token with decryptionKey and verificationKey, or the payload that Google decoded.';
  const member = onlyOne(['token', 'payload'], evidence, remedy);
  if (member === undefined) throw unusable('token', 'is missing', remedy);
  const misplaced = member === 'payload' ? 'is given beside payload' : 'is missing beside token';
  for (const [name, value] of Object.entries({ decryptionKey, verificationKey }))
    if ((value === undefined) === (member === 'token')) throw unusable(name, misplaced, remedy);
  if (token === undefined || decryptionKey === undefined || verificationKey === undefined)
    return () => payload;
  const keys = playIntegrityKeys({ decryptionKey, verificationKey });
  return (checks) => decodeToken(token, keys, checks);
}

/** What the file does not say, the verdict is taken at its word for. */
function withOwnWords(
  rules: VerdictRules,
  payload: unknown,
  isLeftOut: { readonly package: boolean; readonly request: boolean },
): VerdictRules {
  const details = isJsonObject(payload) ? payload['requestDetails'] : undefined;
  const { requestPackageName, requestHash, nonce } = isJsonObject(details) ? details : {};
  const [kind, value] =
    requestHash === undefined ? (['nonce', nonce] as const) : (['requestHash', requestHash] as const);
  const packageName = typeof requestPackageName === 'string' ? requestPackageName : '';
  return {
    ...rules,
    ...(isLeftOut.package && { app: { ...rules.app, packageName } }),
    ...(isLeftOut.request && { binding: { kind, value: typeof value === 'string' ? value : '' } }),
  };
}
