import { claimExpectations } from '../kernel/jose/claims.js';
import { ConfigurationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/bytes/json.js';
import { steadyClock } from '../kernel/steady-clock.js';
import type { DeviceControl } from '../ports/devices.js';
import type { EnrollmentEvidence } from '../ports/enrollment.js';
import type { AttestedRequest } from '../ports/request.js';
import type { EnrollmentLimits } from '../ports/limits.js';
import type { Store } from '../ports/store.js';
import { assert } from './operations/assert.js';
import { issueChallenge, type ChallengePurpose } from './tokens/challenge.js';
import type { Context } from './context.js';
import { deviceControl } from './operations/control.js';
import { Devices } from './state/devices.js';
import { enroll } from './enrollment/enroll.js';
import type { Issued } from './operations/issue.js';
import { refresh } from './operations/refresh.js';
import type { EndedSession } from './operations/ended-session.js';
import { revoke } from './operations/revoke.js';
import { ipPrefix } from './tokens/session-binding.js';
import {
  deriveKeys,
  LABELS,
  pseudonym,
  pseudonymKeys,
  readSecrets,
  type PseudonymKind,
} from './tokens/derived-keys.js';
import { sessionKeys } from './tokens/session-signer.js';
import { SessionVerifier } from './tokens/session-verifier.js';
import { assertAudience, readSettings, type DeviceSettings } from './settings.js';
import { Users } from './state/users.js';

/** Enrollment and sessions, for the guard. */
export interface Sessions {
  readonly context: Context;
  readonly control: DeviceControl;
  readonly challenge: (
    deviceId: string,
    purpose: ChallengePurpose,
  ) => { readonly challenge: string; readonly expiresInSeconds: number };
  readonly enroll: (body: JsonObject, request: AttestedRequest) => Promise<Issued>;
  readonly assert: (body: JsonObject, request: AttestedRequest) => Promise<Issued>;
  readonly refresh: (body: JsonObject, request: AttestedRequest) => Promise<Issued>;
  readonly revoke: (body: JsonObject) => Promise<EndedSession | undefined>;
  readonly jwks: DeviceControl['jwks'];
  /** A keyed hash of what logs must not contain; of an IPv6 address its /64, of which one host has all addresses. */
  readonly pseudonym: (kind: PseudonymKind, value: string) => string;
}

/** What sessions are made of. */
export interface SessionsSetup {
  readonly secret: string | readonly string[] | undefined;
  readonly hashKey?: string | undefined;
  readonly store: Store | undefined;
  readonly enrollment: readonly EnrollmentEvidence[];
  readonly options: DeviceSettings;
  readonly allowPublishedSecret?: boolean | undefined;
  /** Default: no limits. */
  readonly limits?: EnrollmentLimits | undefined;
  /** Gives the turn to verify one piece of evidence for enrollment. Default: at once. */
  readonly turn?: (() => Promise<void>) | undefined;
  readonly now: () => number;
}

/** What of an address names one host. */
const HOST = { v4: 32, v6: 64 } as const;

/** @throws ConfigurationError naming the option */
export function createSessions(setup: SessionsSetup): Sessions {
  const { enrollment } = setup;
  const store = readStore(setup.store);
  const now = steadyClock(setup.now);
  assertEnrollment(enrollment);
  const settings = readSettings(setup.options);
  if (enrollment.some(({ proof }) => proof !== undefined)) assertAudience(settings.audience);
  const secrets = readSecrets(setup.secret, 'devices.secret', setup.allowPublishedSecret);
  const keys = {
    challenge: deriveKeys(secrets, LABELS.challenge),
    refresh: deriveKeys(secrets, LABELS.refresh),
    pseudonym: pseudonymKeys(setup.hashKey, secrets, setup.allowPublishedSecret),
    session: sessionKeys(setup.options.sessions?.keys ?? 'secret', secrets),
  };
  const expected = claimExpectations(settings);
  const context: Context = {
    settings,
    enrollment,
    store,
    devices: new Devices(store, { idleMs: settings.idleMs, now }),
    users: new Users(store, now),
    keys,
    verifier: new SessionVerifier(keys.session.source, expected, settings.cache),
    limits: setup.limits,
    turn: setup.turn ?? (async () => undefined),
    now,
  };
  const control = deviceControl(context);
  return {
    context,
    control,
    challenge: (deviceId, purpose) => {
      const expiresInSeconds = settings.challengeExpirySeconds;
      const expiresAt = now() + expiresInSeconds * 1000;
      return {
        challenge: issueChallenge(keys.challenge, { deviceId, purpose, expiresAt }),
        expiresInSeconds,
      };
    },
    enroll: (body, request) => enroll(context, body, request),
    assert: (body, request) => assert(context, body, request),
    refresh: (body, request) => refresh(context, body, request),
    revoke: (body) => revoke(context, body),
    jwks: control.jwks,
    pseudonym: (kind, value) =>
      pseudonym(keys.pseudonym, kind, kind === 'ip' ? (ipPrefix(value, HOST) ?? value) : value),
  };
}

/** Fail at start-up if a database client was passed instead of a Store. */
function readStore(store: Store | undefined): Store {
  if (isStore(store)) return store;
  const problem = store === undefined ? 'is not set' : 'is not a store';
  const remedy = 'Give memoryStore() of attestkit/stores/memory, or the store that your instances share.';
  throw new ConfigurationError('devices.store', problem, remedy);
}

/** Whether it has the methods of a store. */
export function isStore(store: Store | undefined): store is Store {
  const methods = ['claim', 'advance', 'get', 'put', 'delete'] as const;
  return store !== undefined && methods.every((name) => typeof store?.[name] === 'function');
}

/** At least one kind is required, and each must be an EnrollmentEvidence. */
function assertEnrollment(enrollment: readonly EnrollmentEvidence[]): void {
  if (enrollment.length === 0 || !enrollment.every(isEnrollmentEvidence)) {
    const problem = enrollment.length === 0 ? 'is empty' : 'has a member that no device can enroll with';
    throw new ConfigurationError(
      'devices.evidence',
      problem,
      'Give appAttest({ … }) or another kind, called.',
    );
  }
  assertDistinct(enrollment);
}

/** A body must say by its members alone which kind of evidence it has, and a proof which kind of key made it. */
function assertDistinct(enrollment: readonly EnrollmentEvidence[]): void {
  const names = [
    enrollment.map(({ kind }) => kind),
    enrollment.flatMap(({ fields }) => [...fields]),
    enrollment.flatMap(({ proof }) => (proof === undefined ? [] : [proof.parameter])),
  ];
  if (names.every((each) => new Set(each).size === each.length)) return;
  const remedy = 'Give each kind once, with all its apps.';
  throw new ConfigurationError('devices.evidence', 'has two kinds that cannot be told apart', remedy);
}

function isEnrollmentEvidence(each: EnrollmentEvidence | undefined): boolean {
  return typeof each?.appraise === 'function' && Array.isArray(each.fields);
}
