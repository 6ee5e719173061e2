import type { EvidenceRouteOptions } from '../../ports/attestation.js';
import { AttestationError } from '../../kernel/errors.js';
import { assertOneOf, assertOptions } from '../../kernel/config/options.js';
import { enforcing } from '../../kernel/sinks.js';
import type { Appraisal, Evidence, Found, VerifyContext } from '../../ports/evidence.js';
import type { AttestedRequest } from '../../ports/request.js';
import { staleMsOf } from '../state/revocation.js';
import { appraiseAgain } from '../operations/reappraise.js';
import type { AuthenticChallenge } from '../tokens/challenge.js';
import { consumeChallenge, readChallenge } from '../state/spent-challenges.js';
import type { Context } from '../context.js';
import { extended } from '../state/extended.js';
import type { DeviceRecord } from '../state/device-record.js';
import {
  evidenceOfProof,
  spendProof,
  verifyProof,
  type SigningEvidence,
  type VerifiedProof,
} from './key-proof.js';
import { needOfSignature } from './needs.js';
import { PROOF_CHECKS as CHECKS } from './proof-checks.js';
import { hasAttestScheme, readAttestCredentials, readProofField, type ProofField } from './proof-field.js';
import { requestBytes } from './signed-bytes.js';
import { keyOf, type KeySigner } from './key-signer.js';
import { SESSION_FIELD_CHECKS, SESSION_TOKEN_CHECKS } from '../tokens/session-checks.js';
import { boundSession } from './session.js';
import { findSession } from './session-field.js';
import type { SessionResult } from '../tokens/session-token.js';

/** A request that a device has signed with an enrolled key. */
export interface SignedRequestResult {
  readonly kind: 'signedRequest';
  /** The label that the client chose. Not an identity: authorize on `recordId`, `thumbprint` or `subject`. */
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
  /** Unsigned, 32 bits; undefined if keys of this kind do not count. */
  readonly counter: number | undefined;
  /** Whether a challenge of this server was signed too. */
  readonly challenged: boolean;
  /** The session in the same request, which belongs to this key; undefined if there is none. */
  readonly sessionId: string | undefined;
}

declare module '../../ports/attestation.js' {
  interface Attestation {
    readonly signedRequest?: SignedRequestResult;
  }
  interface EvidenceRouteOptions {
    /** Requires the request to be signed by an enrolled key. Default: not asked for. */
    readonly signedRequest?:
      | boolean
      | {
          /**
           * `required`: a session in the same request, of the device that owns the key. `optional`: the key alone will do, in
           * `Authorization: Attest …`. Default `required`.
           */
          readonly session?: 'required' | 'optional';
          /** `required`: a challenge with the purpose `request` has to be signed too. Default `optional`. */
          readonly challenge?: 'required' | 'optional';
        };
  }
}

/** A field of the request, and which one. */
interface Item {
  readonly field: ProofField;
  readonly alone: boolean;
}

const ABSENT: Found<Item> = { present: false, check: CHECKS.present };

/**
 * Requests that are signed by an enrolled key, as evidence for the guard: `X-App-Attest: v=1; key_id=…; assertion=…`
 * beside a session, or `Authorization: Attest v=1, key_id="…", assertion="…"` if a route lets the key stand alone.
 * A route asks for it by its option `signedRequest`.
 */
export function signedRequestEvidence(
  context: Context,
  audience: string,
): Evidence<'signedRequest', SignedRequestResult> {
  return {
    kind: 'signedRequest',
    onlyIfAsked: true,
    fields: ['x-app-attest', context.settings.header],
    need: (demand: Demand, error) => needOfSignature(context, demand, error),
    routeOptions: ['signedRequest'],
    demand: ({ signedRequest: asked }) => readDemand(asked),
    requires: ({ session }: Demand) => (session === 'required' ? ['session'] : []),
    find,
    verify: (item: Item, asked: VerifyContext<Demand>) => appraiseSigned(context, audience, item, asked),
  };
}

type Demand = Required<Exclude<EvidenceRouteOptions['signedRequest'], boolean | undefined>>;

function readDemand(asked: unknown): Demand {
  if (asked === undefined || typeof asked === 'boolean')
    return { session: 'required', challenge: 'optional' };
  assertOptions(asked, { session: 'string', challenge: 'string' }, 'signedRequest', 'signedRequest.');
  const { session = 'required', challenge = 'optional' } = asked as Partial<Demand>;
  assertOneOf('signedRequest.session', session, ['required', 'optional']);
  assertOneOf('signedRequest.challenge', challenge, ['required', 'optional']);
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

/** What a request signed, before it is known whether its device is still good. */
interface Signed {
  readonly evidence: SigningEvidence;
  readonly proof: VerifiedProof;
  readonly fresh: AuthenticChallenge | undefined;
  readonly sessionId: string | undefined;
}

/** The straight line: whose the key is, what was signed; and that it is fresh, once all other evidence holds. */
async function appraiseSigned(
  context: Context,
  audience: string,
  { field, alone }: Item,
  { request, now, demand, body, results }: VerifyContext<Demand>,
): Promise<Appraisal<SignedRequestResult>> {
  if (alone && demand.session === 'required') throw new AttestationError(SESSION_FIELD_CHECKS.present);
  const evidence = evidenceOfProof(context.enrollment, field.proofParameter);
  if (evidence === undefined) throw new AttestationError(CHECKS.keyKnown);
  if (field.challenge === undefined && (demand.challenge === 'required' || !evidence.proof.counted))
    throw new AttestationError(CHECKS.challengePresent);

  const verified = results['session'] as SessionResult | undefined;
  const session = verified ?? sessionBeside(context, request, now);
  if (session === undefined && !alone) throw new AttestationError(SESSION_FIELD_CHECKS.present);
  // First, since a client can make it last: a block or an end in the meantime counts.
  const bytes = await body();
  if (session !== undefined && session.expiresAt <= context.now())
    throw new AttestationError(SESSION_TOKEN_CHECKS.expired);
  const { signer, record } = await keyOf(context, field.keyId, session);
  // Handled if it is awaited, whatever fails before.
  record.catch(() => undefined);
  const { challenge } = field;
  const { deviceId } = signer;
  const fresh =
    challenge === undefined ? undefined : readChallenge(context, challenge, { deviceId, purpose: 'request' });
  const { method, target } = request;
  const clientData = requestBytes({ audience, method, target, body: bytes, challenge });
  const proof = verifyProof(evidence, signer, { clientData, proof: field.proof });
  const signed: Signed = { evidence, proof, fresh, sessionId: session?.sessionId };
  if (session === undefined) {
    // The key names its device, so that the record is read while the counter or challenge is used up.
    const pending = resultOf(signer, undefined, signed);
    return { result: pending, consume: async () => consumeBeside(context, signer, record, signed) };
  }
  const current = await record;
  await appraiseAgain(context, evidence, current.enrolled);
  const result = resultOf(signer, current, signed);
  return {
    result,
    consume: async () => {
      // The counter before the challenge: of two senders with one proof, one wins both.
      await spendProof(context, proof, current);
      if (fresh !== undefined) await consumeChallenge(context, fresh);
      touch(context, current);
      return result;
    },
  };
}

/** A lost counter value, or challenge, of a device that is not accepted any more does no harm. */
async function consumeBeside(
  context: Context,
  signer: KeySigner,
  record: Promise<DeviceRecord>,
  signed: Signed,
): Promise<SignedRequestResult> {
  const { evidence, proof, fresh } = signed;
  const isCounted = proof.counter !== undefined;
  const [current] = await Promise.all([
    record,
    spendUnknown(context, proof, record),
    !isCounted && fresh !== undefined ? consumeChallenge(context, fresh) : undefined,
  ]);
  const { settings, users } = context;
  await Promise.all([
    appraiseAgain(context, evidence, current.enrolled),
    // A key has no end as session tokens do, and must not go on for a user who is blocked.
    users.assertOpen(current.user, staleMsOf(settings.revocation)),
  ]);
  if (isCounted && fresh !== undefined) await consumeChallenge(context, fresh);
  touch(context, current);
  return resultOf(signer, current, signed);
}

/** Spends a counter before its record is known; accepted or not, the counter must not end before the record. */
async function spendUnknown(
  context: Context,
  proof: VerifiedProof,
  record: Promise<DeviceRecord>,
): Promise<void> {
  try {
    await spendProof(context, proof);
  } finally {
    if (proof.counter !== undefined) await context.devices.keepCounterOf(await record);
  }
}

/** Keeps a device that only signs from ending: at most monthly, and not while the request waits. */
function touch(context: Context, record: DeviceRecord): void {
  if (context.devices.isShort(record)) void extended(context, record);
}

/** A session in the same request, for which the route does not ask. Whether it is live the record says. */
function sessionBeside(context: Context, request: AttestedRequest, now: number): SessionResult | undefined {
  const found = findSession(context, request);
  return found.present ? boundSession(context, found.item, request, now) : undefined;
}

function resultOf(
  { kind, key, deviceId }: KeySigner,
  record: DeviceRecord | undefined,
  { proof, fresh, sessionId }: Signed,
): SignedRequestResult {
  return {
    kind: 'signedRequest',
    deviceId,
    recordId: record?.id ?? '',
    subject: record?.user,
    enrolledBy: kind,
    keyId: key.id,
    thumbprint: key.thumbprint,
    counter: proof.counter,
    challenged: fresh !== undefined,
    sessionId,
  };
}
