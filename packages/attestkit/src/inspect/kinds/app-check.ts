import type { JsonWebKey } from 'node:crypto';
import { inspectAppCheckForm, TOKEN_CHECKS } from '../../app-check/internal.js';
import { inspectAppCheckToken, type AppCheckResult } from '../../app-check/index.js';
import { isPlaceholder, reasonIn } from '../recognize/tokens.js';
import { evidenceKind, explain, type EvidenceKind, type Findings } from '../evidence-kind.js';
import { jwkSet, numberOf, text, texts } from '../member-types.js';
import { required, type Member, type MemberTable } from '../members.js';
import { explainToken } from './token-checks.js';

/** An evidence file with a Firebase App Check token. */
export interface AppCheckEvidence {
  readonly kind: 'app-check';
  /** The value of the header field `X-Firebase-AppCheck`. */
  readonly token: string;
  /** Firebase's JWK Set. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  /** The project's number, not its id: `123456789012`. */
  readonly projectNumber: string;
  /** Firebase App IDs that are allowed: `1:123456789012:android:0a1b2c3d4e5f`. */
  readonly appIds: string | readonly string[];
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number;
  /** Whether tokens of the debug provider are accepted. Default false. */
  readonly allowDebugProvider?: boolean;
  /** The time as of which it is inspected, ISO 8601 with a zone: `2026-06-01T12:00:00Z`. Null: now. */
  readonly at?: string | null;
}

const flag: Member<boolean> = {
  is: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

const MEMBERS = {
  token: required(text, 'Give the value of the header X-Firebase-AppCheck.'),
  jwks: required(jwkSet, 'Give what https://firebaseappcheck.googleapis.com/v1/jwks answers.'),
  projectNumber: required(text, 'Give the number of the project, as the Firebase console shows it.'),
  appIds: required(texts, 'Give the Firebase App IDs that are allowed.'),
  leewaySeconds: numberOf(' of seconds'),
  allowDebugProvider: flag,
} as const satisfies MemberTable & Record<keyof Omit<AppCheckEvidence, 'kind' | 'at'>, unknown>;

function mistakeIn(token: string): string | undefined {
  if (!isPlaceholder(token)) return undefined;
  const reason = reasonIn(token);
  const said = reason === undefined ? '' : `, which says ${reason}`;
  return `the Firebase SDK could not get a token, and sent this placeholder instead${said}: the app’s log says why`;
}

/** Every check of a token. */
export const APP_CHECK: EvidenceKind<'app-check', Findings<AppCheckResult, 'earlier use'>> = evidenceKind(
  'app-check',
  MEMBERS,
  ({ token, appIds, ...expected }, now) => {
    const allowed = typeof appIds === 'string' ? [appIds] : appIds;
    const isFormAlone = isPlaceholder(token) && allowed.length === 0;
    const inspection = isFormAlone
      ? inspectAppCheckForm(token, now)
      : inspectAppCheckToken(token, { ...expected, appIds: allowed, now });
    const read = inspection.verdict === 'pass' ? inspection.result : inspection.unverified;
    const explained = explainToken(inspection.checks, TOKEN_CHECKS, read?.claims ?? {}, undefined, now);
    return {
      ...inspection,
      checks: explain(explained, TOKEN_CHECKS.compact, () => mistakeIn(token)),
      notChecked: ['earlier use'],
    };
  },
);
