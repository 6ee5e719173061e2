import { AttestationError } from '../kernel/errors.js';
import type { Answer } from '../ports/decision.js';
import type { GuardEvent } from '../ports/events.js';
import type { AttestedRequest } from '../ports/request.js';
import { BODY_CHECKS, deviceIdOf, EndedSession, type Issued, type Sessions } from '../sessions/internal.js';
import { DEFAULT_REALM, GUARD_CHECKS, quietly, RouteCounts, wwwAuthenticate } from '../guard/internal.js';
import { ENDPOINT_CHECKS as CHECKS } from './checks.js';
import { eventsOf } from './endpoint-events.js';
import { Pool } from './pool.js';
import { queryParameter, readJsonBody } from './read-request.js';
import { statusOf } from './status.js';
import type { Limiter } from './rate-limiter.js';

/** What the endpoints of enrollment and sessions are made with. */
export interface EndpointSetup {
  readonly sessions: Sessions;
  readonly limiter: Limiter;
  /** Enrollments that are under way at once at most, and beside them as many requests of the other endpoints. */
  readonly maxConcurrent: number;
  readonly onEvent: ((event: GuardEvent) => unknown) | undefined;
  /** Names a request in events. */
  readonly requestId: (request: AttestedRequest) => string;
}

/** What one use has brought to light so far, for the event. */
interface Use {
  readonly endpoint: string;
  readonly request: AttestedRequest;
  readonly address: string | undefined;
  /** By the monotonic clock. */
  readonly startedAt: number;
  device?: string;
  issued?: Issued;
  ended?: EndedSession | undefined;
}

interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** False if it costs nothing. */
  readonly limited?: false;
  /** Gives the body of the answer. */
  readonly run: (use: Use) => object | Promise<object>;
}

/** Seconds after which one who asked too often, or found no room, may try again. */
const RETRY_AFTER = 5;

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** RFC 9110 §9.3.2: what answers GET answers HEAD. */
const ALLOWED = { GET: 'GET, HEAD', POST: 'POST' } as const;

/** The endpoints of enrollment and sessions: in, a path below the mount; out, an answer. */
export class Endpoints {
  readonly #setup: EndpointSetup;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #counts = new Map<string, RouteCounts>();
  /** Not around the reading of a body, which a client can make as slow as it likes. */
  readonly #pool: Pool;

  constructor(setup: EndpointSetup) {
    this.#setup = setup;
    this.#pool = new Pool(setup.maxConcurrent);
    // Of their own: enrollments that wait for Google must not keep devices with sessions waiting.
    const enrolling = new Pool(setup.maxConcurrent);
    const { sessions } = setup;
    const issuing =
      (run: Sessions['enroll'], success: object, pool = this.#pool) =>
      async (use: Use): Promise<object> => {
        const body = await readJsonBody(use.request);
        await this.#limitDevice(use, Object.hasOwn(body, 'device_id') ? body['device_id'] : undefined);
        use.issued = await pool.run(() => run(body, use.request));
        // A refresh token can be copied: it may not use up what the device asks by its key or evidence.
        if (use.endpoint !== 'refresh') this.#noteVerified(use, use.issued);
        return { ...success, ...answerOf(use.issued) };
      };
    this.#endpoints = new Map<string, Endpoint>([
      ['/challenge', { method: 'GET', run: (use) => this.#challenge(use) }],
      [
        '/attest',
        { method: 'POST', run: issuing(sessions.enroll, { status: 'attestation_success' }, enrolling) },
      ],
      // Without an audience there is nothing that a device could sign for.
      ...(sessions.context.settings.audience === undefined
        ? []
        : [
            [
              '/assert',
              { method: 'POST', run: issuing(sessions.assert, { status: 'assertion_success' }) },
            ] as const,
          ]),
      ['/refresh', { method: 'POST', run: issuing(sessions.refresh, {}) }],
      ['/revoke', { method: 'POST', run: (use) => this.#revoke(use) }],
      ['/jwks.json', { method: 'GET', limited: false, run: () => sessions.jwks() }],
    ]);
    for (const path of this.#endpoints.keys()) this.#counts.set(path, new RouteCounts(path));
  }

  /**
   * Answers a request for an endpoint; undefined if no endpoint has this path. Total: it never throws nor rejects.
   *
   * @param path below the place where the endpoints are mounted, without the query: `/challenge`
   */
  answer(request: AttestedRequest, path: string): Promise<Answer> | undefined {
    const endpoint = this.#endpoints.get(path);
    return endpoint === undefined ? undefined : this.#answer(endpoint, path, request);
  }

  counters(): readonly RouteCounts[] {
    return [...this.#counts.values()];
  }

  async #answer(endpoint: Endpoint, path: string, request: AttestedRequest): Promise<Answer> {
    const { method } = request;
    if (method !== endpoint.method && !(method === 'HEAD' && endpoint.method === 'GET'))
      return { status: 405, headers: { ...HEADERS, allow: ALLOWED[endpoint.method] }, body: '{}' };
    let use: Use = { endpoint: path.slice(1), request, address: undefined, startedAt: performance.now() };
    try {
      use = { ...use, address: this.#addressOf(request) };
      // Before anything of the body is read.
      if (endpoint.limited !== false) await this.#limit(use, 'address');
      const body = await endpoint.run(use);
      return this.#tell(use, { status: 200, headers: HEADERS, body: JSON.stringify(body) });
    } catch (thrown) {
      const error =
        thrown instanceof AttestationError
          ? thrown
          : new AttestationError(GUARD_CHECKS.internal, { cause: thrown });
      return this.#tell(use, this.#refusalOf(use, error), error);
    }
  }

  #addressOf({ ip }: AttestedRequest): string | undefined {
    return ip === undefined ? undefined : this.#setup.sessions.pseudonym('ip', ip);
  }

  async #limitDevice(use: Use, deviceId: unknown): Promise<void> {
    if (typeof deviceId !== 'string') return;
    use.device = this.#setup.sessions.pseudonym('device_id', deviceId);
    await this.#limit(use, 'device');
  }

  /** What a limiter does with it changes nothing any more. */
  #noteVerified({ endpoint, address }: Use, { deviceId }: Issued): void {
    const { limiter, sessions } = this.#setup;
    const device = sessions.pseudonym('device_id', deviceId);
    quietly(() => limiter({ endpoint, step: 'verified', address, device }));
  }

  async #limit({ endpoint, address, device }: Use, step: 'address' | 'device'): Promise<void> {
    let allowed: boolean;
    try {
      allowed = await this.#setup.limiter({ endpoint, step, address, device });
    } catch (cause) {
      throw new AttestationError(CHECKS.limiter, { cause });
    }
    if (allowed !== true) throw new AttestationError(CHECKS.limit);
  }

  async #challenge(use: Use): Promise<object> {
    const repeated = new AttestationError(BODY_CHECKS.deviceId);
    const deviceId = deviceIdOf(queryParameter(use.request, 'device_id', repeated));
    await this.#limitDevice(use, deviceId);
    const badPurpose = new AttestationError(CHECKS.purpose);
    const purpose = queryParameter(use.request, 'purpose', badPurpose) ?? 'attest';
    if (purpose !== 'attest' && purpose !== 'assert' && purpose !== 'request') throw badPurpose;
    const { challenge, expiresInSeconds } = this.#setup.sessions.challenge(deviceId, purpose);
    return { challenge, expires_in: expiresInSeconds };
  }

  async #revoke(use: Use): Promise<object> {
    const body = await readJsonBody(use.request);
    use.ended = await this.#pool.run(() => this.#setup.sessions.revoke(body));
    return {};
  }

  /** To the client nothing more than a status; the reason is in the event. */
  #refusalOf({ endpoint }: Use, error: AttestationError): Answer {
    const status = statusOf(endpoint, error);
    const { retryAfter = RETRY_AFTER } = error;
    const { audience = DEFAULT_REALM } = this.#setup.sessions.context.settings;
    const headers = {
      ...HEADERS,
      ...((status === 429 || status === 503) && { 'retry-after': String(retryAfter) }),
      // RFC 9110 §15.5.2 asks for a challenge beside every 401.
      ...(status === 401 && { 'www-authenticate': wwwAuthenticate(audience, [{ need: 'session' }]) }),
    };
    return { status, headers, body: '{}' };
  }

  #tell(use: Use, answer: Answer, error?: AttestationError): Answer {
    const counts = this.#counts.get(`/${use.endpoint}`);
    if (error === undefined) counts?.accept();
    else counts?.add('refused', error.code);
    const { onEvent, requestId, sessions } = this.#setup;
    if (onEvent === undefined) return answer;
    // A clock that fails, too, changes no answer.
    quietly(() => {
      const { endpoint, request, address, issued, startedAt } = use;
      const ended = use.ended ?? endedBy(error);
      const known = issued ?? ended;
      const device = known === undefined ? use.device : sessions.pseudonym('device_id', known.deviceId);
      const events = eventsOf({
        endpoint,
        request,
        requestId: requestId(request),
        at: sessions.context.now(),
        durationMs: performance.now() - startedAt,
        status: answer.status,
        error,
        address,
        device,
        issued,
        ended,
      });
      for (const event of events) quietly(() => onEvent(event));
    });
    return answer;
  }
}

function answerOf(issued: Issued): object {
  return {
    session_token: issued.sessionToken,
    token_type: 'Bearer',
    expires_in: issued.expiresInSeconds,
    refresh_token: issued.refreshToken,
    refresh_expires_in: issued.refreshExpiresInSeconds,
  };
}

/** The session that a refusal ended; at `attest` a spent refresh token is the cause of a conflict. */
function endedBy(error: AttestationError | undefined): EndedSession | undefined {
  const causes = [error?.cause, error?.cause instanceof AttestationError ? error.cause.cause : undefined];
  return causes.find((cause) => cause instanceof EndedSession);
}
