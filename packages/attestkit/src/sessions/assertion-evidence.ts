import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { assertOneOf, assertOptions } from '../kernel/options.js';
import { enforcing } from '../kernel/sinks.js';
import type { Appraisal, Found, VerifyContext } from '../ports/evidence.js';
import type { AttestedRequest } from '../ports/request.js';
import { consumeChallenge, readChallenge } from './consume-challenge.js';
import type { Context } from './context.js';
import type { Owned } from './device-record.js';
import { scopesOf } from './issue.js';
import { evidenceOfProof, spendProof, verifyProof } from './key-proof.js';
import { needOfSignature } from './needs.js';
import { appraiseDevice } from './policy.js';
import { PROOF_CHECKS as CHECKS } from './proof-checks.js';
import { hasAttestScheme, readAttestCredentials, readProofField, type ProofField } from './proof-header.js';
import { requestBytes } from './request-bytes.js';
import { SESSION_FIELD_CHECKS } from './session-checks.js';
import { appraiseSession, type SessionEvidence } from './session-evidence.js';
import { findSession } from './session-field.js';
import type { SessionResult } from './session-token.js';

/** A request that a device has signed with an enrolled key. */
export interface AssertionResult {
  readonly kind: 'assertion';
  /** The label that the client chose. Not an identity: authorise on `recordId`, `thumbprint` or `subject`. */
  readonly deviceId: string;
  /** Of the device's record, assigned by the server. */
  readonly recordId: string;
  readonly subject: string | undefined;
  /** The kind of evidence that the key was enrolled with: `app-attest`. */
  readonly enrolledBy: string;
  /** The platform's name of the key, base64url. */
  readonly keyId: string;
  /** The JWK thumbprint (RFC 7638) of the key. */
  readonly thumbprint: string;
  /** Unsigned, 32 bits; undefined where keys of this kind do not count. */
  readonly counter: number | undefined;
  /** Whether a challenge of this server was signed too. */
  readonly challenged: boolean;
  /** The session beside which the request was signed; undefined where the key stands alone. */
  readonly session: SessionResult | undefined;
}

/** What a route asks of an assertion. */
export interface AssertionDemand {
  /**
   * `required`: a session in the same request, of the device that owns the key. `optional`: the key alone will do, in
   * `Authorization: Attest …`. Default `required`.
   */
  readonly session?: 'required' | 'optional';
  /** `required`: a challenge with the purpose `request` has to be signed too. Default `optional`. */
  readonly challenge?: 'required' | 'optional';
}

/** What a route may ask of a device's key. */
export interface AssertionRouteOptions {
  /** Requires the request to be signed by an enrolled key. Default: not asked for. */
  readonly assertion?: boolean | AssertionDemand;
}

declare module '../ports/attestation.js' {
  interface Attestation {
    readonly assertion?: AssertionResult;
  }
  interface EvidenceRouteOptions extends AssertionRouteOptions {}
}

/** A field of the request, and which one. */
interface Item {
  readonly field: ProofField;
  readonly alone: boolean;
}

const ABSENT: Found<Item> = { present: false, check: CHECKS.present };

/**
 * Requests that are signed by an enrolled key, as evidence for the guard: `X-App-Attest: v=1; key_id=…; assertion=…`
 * beside a session, or `Authorization: Attest v=1, key_id="…", assertion="…"` where a route lets the key stand alone.
 * A route asks for it by its option `assertion`.
 */
export function assertion(): SessionEvidence<'assertion', AssertionResult, Item, Required<AssertionDemand>> {
  return {
    kind: 'assertion',
    connect: ({ context }) => {
      const { audience } = context.settings;
      if (audience === undefined) {
        const remedy = 'Name this API, as the app does when it signs: https://api.example.com.';
        throw new ConfigurationError('sessions.audience', 'is not set, and devices sign for it', remedy);
      }
      return {
        kind: 'assertion',
        fields: ['x-app-attest', context.settings.header],
        need: (demand, error) => needOfSignature(context, demand, error),
        routeOptions: ['assertion'],
        demand: ({ assertion: asked }) => readDemand(asked),
        find,
        verify: (item, { request, now, demand, body }) =>
          appraiseAssertion(context, audience, item, { request, now, demand, body }),
      };
    },
  };
}

function readDemand(asked: unknown): Required<AssertionDemand> {
  if (asked === undefined || typeof asked === 'boolean')
    return { session: 'required', challenge: 'optional' };
  assertOptions(asked, { session: 'string', challenge: 'string' }, 'assertion', 'assertion.');
  const { session = 'required', challenge = 'optional' } = asked as AssertionDemand;
  assertOneOf('assertion.session', session, ['required', 'optional']);
  assertOneOf('assertion.challenge', challenge, ['required', 'optional']);
  return { session, challenge };
}

/** One field of the two, once. */
function find(request: AttestedRequest): Found<Item> {
  const beside = request.fields('x-app-attest');
  const credentials = request.fields('authorization').filter(hasAttestScheme);
  if (beside.length + credentials.length > 1) throw new AttestationError(CHECKS.single);
  const [value] = beside;
  if (value !== undefined)
    return { present: true, item: { field: readProofField(value, enforcing), alone: false } };
  const [credential] = credentials;
  if (credential === undefined) return ABSENT;
  return { present: true, item: { field: readAttestCredentials(credential, enforcing), alone: true } };
}

/** The straight line: who the key belongs to, what was signed; and that it is fresh, once all other evidence holds. */
async function appraiseAssertion(
  context: Context,
  audience: string,
  { field, alone }: Item,
  asked: Pick<VerifyContext<Required<AssertionDemand>>, 'request' | 'now' | 'demand' | 'body'>,
): Promise<Appraisal<AssertionResult>> {
  const { request, now, demand, body } = asked;
  if (alone && demand.session === 'required') throw new AttestationError(SESSION_FIELD_CHECKS.present);
  const evidence = evidenceOfProof(context.enrolment, field.proofParameter);
  if (evidence === undefined) throw new AttestationError(CHECKS.keyKnown);
  if (field.challenge === undefined && (demand.challenge === 'required' || !evidence.proof.counted))
    throw new AttestationError(CHECKS.challengePresent);

  const session = await sessionOf(context, request, now, alone);
  const owned = await context.devices.findByKey(evidence.kind, field.keyId);
  if (owned === undefined) throw new AttestationError(CHECKS.keyKnown);
  const { device, enrolment } = owned;
  if (session !== undefined && session.recordId !== device.id) throw new AttestationError(CHECKS.keyOwned);
  await assertNotRevoked(context, owned);

  const { challenge } = field;
  const { deviceId } = device;
  const fresh =
    challenge === undefined ? undefined : readChallenge(context, challenge, { deviceId, purpose: 'request' });
  const { method, target } = request;
  const clientData = requestBytes({ audience, method, target, body: await body(), challenge });
  await evidence.ready?.();
  const verified = verifyProof(evidence, enrolment, { clientData, proof: field.proof, now });
  appraiseDevice(enrolment.enrolled, context.settings.policy, now);
  const result = resultOf(owned, verified.counter, fresh !== undefined, session);
  return {
    result,
    consume: async () => {
      if (fresh !== undefined) await consumeChallenge(context, fresh);
      await spendProof(context, verified);
      return result;
    },
  };
}

/** The session in the same request: needed unless the key stands alone, and held to the key wherever there is one. */
async function sessionOf(
  context: Context,
  request: AttestedRequest,
  now: number,
  alone: boolean,
): Promise<SessionResult | undefined> {
  const found = findSession(context, request);
  if (found.present) return (await appraiseSession(context, found.item, request, now)).result;
  if (alone) return undefined;
  throw new AttestationError(found.check);
}

/** Of the key itself the epochs do not matter: it was enrolled, and may be blocked now. */
async function assertNotRevoked(
  { revocation, settings }: Context,
  { device, enrolment }: Owned,
): Promise<void> {
  const { thumbprint } = enrolment.enrolled.key ?? {};
  const ever = Number.MAX_SAFE_INTEGER;
  const scopes = scopesOf({ id: '', deviceId: device.deviceId, thumbprint, epochs: [ever, ever] });
  const lasting = scopes.filter(({ scope }) => scope !== 'session');
  // A key does not expire, as session tokens do where nobody asks for revocations.
  await (settings.revocation === 'off' ? revocation.checkNow(lasting) : revocation.check(lasting));
}

function resultOf(
  { device, enrolment }: Owned,
  counter: number | undefined,
  challenged: boolean,
  session: SessionResult | undefined,
): AssertionResult {
  const { key, kind } = enrolment.enrolled;
  return {
    kind: 'assertion',
    deviceId: device.deviceId,
    recordId: device.id,
    subject: enrolment.subject,
    enrolledBy: kind,
    keyId: key?.id ?? '',
    thumbprint: key?.thumbprint ?? '',
    counter,
    challenged,
    session,
  };
}
