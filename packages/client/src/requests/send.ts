import { ClientError } from '../client-error.js';
import { asBase64url } from '../bytes/base64.js';
import type { Sessions } from '../ladder/sessions.js';
import type { Session } from '../ladder/surroundings.js';
import { clientErrorOf, isAttesterError, type Attester, type Fetch, type KeyAttester } from '../ports.js';
import { wasRedirected } from '../protocol/redirects.js';
import { orAborted, reasonOf } from './abort.js';
import { readNeeds } from '../protocol/needs.js';
import { proofField, requestLines } from '../protocol/lines.js';
import { originOf, signableUrl, splitUrl } from '../protocol/target.js';
import { bytesOf, type Body, type Sendable } from './body.js';
import type { Challenges } from './challenges.js';
import type { Queue } from '../queue.js';
import { act, type Failures, type Tried } from './refusal.js';

/** What becomes of a redirect. */
export type Redirect = 'follow' | 'manual' | 'error';

/** What requests are sent with. */
export interface Sending {
  readonly origin: string;
  readonly audience: string;
  readonly attester: Attester;
  readonly sessions: Sessions | undefined;
  readonly challenges: Challenges;
  /** `Authorization`, or the server's own field. */
  readonly sessionHeader: string;
  readonly fetch: Fetch;
  readonly redirect: Redirect;
  readonly signing: Queue;
  /** Changes when the installation is forgotten. */
  readonly generation: () => number;
}

/** What one call asks for. */
export type Signed = boolean | 'challenge';

/**
 * Sends a request of the app with what its route asks for. Answers of the API pass as they are.
 *
 * @throws ClientError (rejects with it)
 */
export async function send(request: Sendable, signed: Signed, sending: Sending): Promise<Response> {
  const origin = originOf(request.url);
  if (origin !== sending.origin) {
    if (signed !== false)
      throw new ClientError('misconfigured', `${request.url} is not signed: baseUrl has ${sending.origin}`);
    return await sent(request, {}, request.body, request.rest.redirect ?? 'follow', sending.fetch);
  }
  const body = signed === false ? undefined : bytesOf(request.body);
  const once = signed === false ? request : { ...request, url: signableUrl(request.url) };
  const tried: Tried = new Set();
  const began = sending.generation();
  for (;;) {
    const wantsChallenge = signed === 'challenge' || tried.has('challenge');
    const { response, session, failures } = await attempt(
      once,
      body,
      wantsChallenge,
      tried.has('token'),
      sending,
    );
    if (response === undefined) {
      // The key does not sign any more: the ladder finds out what is left.
      if (tried.has('key')) throw failures.session;
      tried.add('key');
      sending.sessions?.drop(session, true);
      continue;
    }
    const needs = response.status < 400 ? [] : readNeeds(response.headers.get('www-authenticate'));
    // What was forgotten in the meantime must not begin again by itself.
    if (needs.length === 0 || began !== sending.generation()) return response;
    void discard(response);
    act(needs, tried, signed !== false, failures, response.status, sending);
    if (!request.isRepeatable)
      throw new ClientError('throttled', 'a stream cannot be sent again: repeat the request', {
        status: response.status,
        retryAfterMs: 0,
      });
    if (session !== undefined && needs.some(({ need }) => need === 'session'))
      sending.sessions?.drop(session);
  }
}

type Attempt = Sent | Unsent;

interface Sent {
  readonly response: Response;
  readonly session: Session | undefined;
  readonly failures: Failures;
}

/** The platform does not sign any more. */
interface Unsent {
  readonly response?: undefined;
  readonly session: Session;
  readonly failures: Failures;
}

/** Sends it once. Without a session it is sent too: whether that will do is for the server to say. */
async function attempt(
  request: Sendable,
  body: Uint8Array | undefined,
  wantsChallenge: boolean,
  isTokenFresh: boolean,
  sending: Sending,
): Promise<Attempt> {
  const { sessions, attester, fetch, sessionHeader } = sending;
  const { signal } = request.rest;
  const redirect = request.rest.redirect === 'error' ? 'error' : sending.redirect;
  const extra: Record<string, string> = {};
  const failures: Failures = {};
  let session: Session | undefined;
  if (sessions !== undefined) {
    try {
      session = await orAborted(sessions.get(), signal);
      extra[sessionHeader] = sessionHeader === 'authorization' ? `Bearer ${session.token}` : session.token;
    } catch (error) {
      failures.session = failureOf(error, signal);
    }
  }
  const { tokens } = attester;
  if (tokens !== undefined) {
    try {
      const token = await orAborted(tokens.token(request.url, isTokenFresh), signal);
      if (token !== undefined) extra[tokens.header.toLowerCase()] = token;
    } catch (error) {
      failures.token = failureOf(error, signal);
    }
  }
  const go = async (proof: Record<string, string>, bytes: Body | undefined) => {
    const response = await sent(request, { ...extra, ...proof }, bytes, redirect, fetch);
    if (redirect !== 'manual' || !wasRedirected(response, request.url)) return response;
    if (session !== undefined) sessions?.drop(session);
    throw new ClientError('misconfigured', 'fetch followed a redirect: give one that does not');
  };
  if (body === undefined) return { response: await go({}, request.body), session, failures };
  if (!isKeyed(attester)) throw new ClientError('misconfigured', 'signed: this attester does not have keys');
  const bytes = bytesToSend(request.body, body);
  if (session?.key === undefined) return { response: await go({}, bytes), session, failures };
  const { label, key } = session;
  const needsChallenge = wantsChallenge || attester.proof === 'signature';
  const signAndSend = async (): Promise<Response> => {
    if (signal?.aborted === true) throw reasonOf(signal);
    const challenge = needsChallenge ? await sending.challenges.take(label) : undefined;
    const { method, url } = request;
    const { target } = splitUrl(url);
    const lines = requestLines({ audience: sending.audience, method, target, body, challenge });
    const [keyId, signed] = [await attester.keyId(key), asBase64url(await attester.sign(key, lines))];
    const proof = proofField(attester.proof, { keyId, signed, challenge });
    const answered = go({ 'x-app-attest': proof }, bytes);
    if (needsChallenge) sending.challenges.prefetch(label);
    return await answered;
  };
  try {
    // Counters have to arrive in order: what is signed is answered before the next is signed.
    const signing = sending.signing.run(attester.proof === 'assertion', signAndSend);
    return { response: await orAborted(signing, signal), session, failures };
  } catch (error) {
    if (!isAttesterError(error) || error.problem !== 'keyLost') throw failureOf(error, signal);
    return { session, failures: { ...failures, session: clientErrorOf(error) } };
  }
}

/** A text is sent as it is, since its bytes are the same. */
function bytesToSend(body: Body | undefined, bytes: Uint8Array): Body | undefined {
  return typeof body === 'object' ? (bytes as Uint8Array<ArrayBuffer>) : body;
}

export function isKeyed(attester: Attester): attester is KeyAttester {
  return attester.proof !== undefined;
}

/** The app's own signal rejects with its own error. @throws unknown */
function failureOf(error: unknown, signal: AbortSignal | null | undefined): ClientError {
  if (signal?.aborted === true) throw reasonOf(signal);
  return clientErrorOf(error);
}

async function sent(
  { url, method, headers, rest }: Sendable,
  extra: Readonly<Record<string, string>>,
  body: Body | undefined,
  redirect: Redirect,
  fetch: Fetch,
): Promise<Response> {
  if (extra['authorization'] !== undefined && headers.has('authorization'))
    throw new ClientError('misconfigured', 'Authorization is the app’s own: set sessionHeader');
  if (body !== undefined && (method === 'GET' || method === 'HEAD'))
    throw new ClientError('misconfigured', `a ${method} does not have a body`);
  const all: Record<string, string> = {};
  headers.forEach((value, name) => (all[name] = value));
  const init: RequestInit = { ...rest, redirect, method, headers: { ...all, ...extra } };
  try {
    return await fetch(url, body === undefined ? init : { ...init, body });
  } catch (error) {
    if (rest.signal?.aborted === true) throw reasonOf(rest.signal);
    throw new ClientError('offline', 'there is no answer', { cause: error });
  }
}

/** It is not read: the connection is free again. A body that is not a stream needs nothing. */
async function discard(response: Response): Promise<void> {
  try {
    await response.body?.cancel();
  } catch {}
}
