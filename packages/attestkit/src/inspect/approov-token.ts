import { TOKEN_CHECKS } from '../approov/checks.js';
import type { ApproovResult } from '../approov/index.js';
import { inspectApproov } from '../approov/inspect.js';
import { ALGORITHMS } from '../kernel/jwa.js';
import { isJsonObject, type JsonObject } from '../kernel/json.js';
import { isoTime } from '../kernel/numeric-date.js';
import type { CheckDef, CheckReport, Inspection } from '../ports/checks.js';
import type { JwsAlgorithm } from '../ports/keys.js';
import { approovKey, KEY_MEMBERS, type ApproovKeyMembers } from './approov-key.js';
import { unusable } from './evidence-error.js';

/** What an Approov token is inspected with. */
export interface ApproovTokenMembers extends ApproovKeyMembers {
  /** Default `HS256`. */
  readonly algorithm?: JwsAlgorithm;
  /** The value of the binding header, each character one byte (latin-1). The binding is not checked unless given. */
  readonly binding?: string;
  /** Accepted values of `iss`. Not checked unless given. */
  readonly issuer?: string | readonly string[];
  /** Values of which `aud` has to contain one. Not checked unless given. */
  readonly audience?: string | readonly string[];
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number;
}

/** An evidence file of this kind. */
export interface ApproovTokenEvidence extends ApproovTokenMembers {
  readonly kind: 'approov-token';
  readonly token: string;
  /** The time as of which it is inspected, ISO 8601 with a zone: `2026-06-01T12:00:00Z`. Null: now. */
  readonly at?: string | null;
}

/** Every check of a token, and what was left out. */
export type ApproovTokenInspection = Inspection<ApproovResult> & {
  /** `['binding']` where the token has a claim `pay`, and no bound value was given to compare it with; else empty. */
  readonly notChecked: readonly 'binding'[];
};

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrTexts = (value: unknown): boolean =>
  isText(value) || (Array.isArray(value) && value.every((each) => typeof each === 'string'));

/** Each member, what it must be, in words, and whether a value is. */
const MEMBERS: Readonly<Record<keyof ApproovTokenEvidence, readonly [string, (value: unknown) => boolean]>> =
  {
    kind: ['a string', isText],
    token: ['a string', isText],
    secretBase64: ['a string', isText],
    secretBase64url: ['a string', isText],
    publicKey: ['a PEM as a string, or a JWK', (value) => isText(value) || isJsonObject(value)],
    jwks: ['a JWK Set', isJsonObject],
    algorithm: [
      `one of ${Object.keys(ALGORITHMS).join(', ')}`,
      (value) => typeof value === 'string' && Object.hasOwn(ALGORITHMS, value),
    ],
    binding: [
      'a string of latin-1 characters, as a header value is',
      (value) => typeof value === 'string' && !/[^\0-\xff]/.test(value),
    ],
    issuer: ['a string or a list of strings', isTextOrTexts],
    audience: ['a string or a list of strings', isTextOrTexts],
    leewaySeconds: ['a number of seconds', (value) => typeof value === 'number'],
    at: [
      'a time such as 2026-06-01T12:00:00Z, or null',
      (value) =>
        value === null || (typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))),
    ],
  };

/** Members that describe the evidence for people and tests; not looked at. */
const DESCRIPTIVE = ['name', 'description', 'notes', 'expected', 'facts', 'provenance', 'source', 'licence'];

/**
 * Holds a parsed file to the members of its kind.
 *
 * @throws EvidenceError naming the first member that is missing, unknown or of another type
 */
export function readApproovToken(file: JsonObject): ApproovTokenEvidence {
  for (const [member, value] of Object.entries(file)) {
    if (value === undefined || DESCRIPTIVE.includes(member)) continue;
    if (!Object.hasOwn(MEMBERS, member))
      throw unusable(
        member,
        'is no member of approov-token evidence',
        `Members are ${Object.keys(MEMBERS).join(', ')}; for people, ${DESCRIPTIVE.join(', ')}.`,
      );
    const [wanted, fits] = MEMBERS[member as keyof ApproovTokenEvidence];
    if (!fits(value)) throw unusable(member, `is not ${wanted}`, 'Correct it, or leave it out.');
  }
  if (file['token'] === undefined)
    throw unusable('token', 'is missing', 'Give the value of the header Approov-Token.');
  return file as unknown as ApproovTokenEvidence;
}

/**
 * Runs every check of the token, and of its binding where `binding` is given.
 *
 * @param now milliseconds since the epoch
 * @throws EvidenceError, ConfigurationError where the key or another member makes no sense
 */
export function inspectApproovEvidence(
  token: string,
  members: ApproovTokenMembers,
  now: number,
): ApproovTokenInspection {
  const { binding, issuer, audience, leewaySeconds } = members;
  const inspection = inspectApproov(
    token,
    { keys: approovKey(members), issuer, audience, leewaySeconds, now },
    binding === undefined ? undefined : Buffer.from(binding, 'latin1'),
  );
  const hasKey = KEY_MEMBERS.some((member) => members[member] !== undefined);
  const claims = (inspection.verdict === 'pass' ? inspection.result : inspection.unverified)?.claims ?? {};
  const checks = inspection.checks.map((check) => {
    if (check.code === TOKEN_CHECKS.key.code && !hasKey) return { ...check, detail: NO_KEY };
    const timed = TIMED.find(({ def }) => def.code === check.code);
    return timed === undefined ? check : inTime(check, timed.def, claims[timed.claim], now);
  });
  const notChecked: ApproovTokenInspection['notChecked'] =
    binding === undefined && claims['pay'] !== undefined ? ['binding'] : [];
  return { ...inspection, checks, notChecked };
}

/** Checks of a claim that is a time. */
const TIMED = [
  { def: TOKEN_CHECKS.expired, claim: 'exp' },
  { def: TOKEN_CHECKS.notBefore, claim: 'nbf' },
] as const;

const NO_KEY =
  'no key was given: give --secret or APPROOV_BASE64_SECRET on the command line, or secretBase64, ' +
  'secretBase64url, publicKey or jwks in the evidence file';

/** Says a check of time in times, where the claim is one. */
function inTime(check: CheckReport, { says }: CheckDef, claim: unknown, now: number): CheckReport {
  const time = isoTime(claim);
  if (time === undefined) return check;
  const values = `the token says ${time}, and it is ${new Date(now).toISOString()}`;
  return { ...check, detail: check.ok ? values : `${says}: ${values}` };
}
