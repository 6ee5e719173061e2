import { randomBytes } from 'node:crypto';
import { appAttest } from '../../../src/app-attest/index.js';
import { createGuard, type DeviceGuard, type GuardOptions } from '../../../src/create-guard.js';
import { devices, type Device, type DevicesOptions } from '../../../src/devices/index.js';
import type { RouteOptions } from '../../../src/guard/internal.js';
import type { Answer, Decision } from '../../../src/ports/decision.js';
import type { DecisionEvent, DeviceEvent, EndpointEvent, GuardEvent } from '../../../src/ports/events.js';
import type { AttestedRequest } from '../../../src/ports/request.js';
import type { Store } from '../../../src/ports/store.js';
import { replacementBytes, sessionBytes } from '../../../src/sessions/index.js';
import { memoryStore } from '../../../src/stores/memory.js';
import { createVirtualApple, type VirtualKey } from 'attestkit-testing/apple';

export const APP_ID = 'TEAMID1234.com.example.app';
export const AUDIENCE = 'https://api.example.com';
export const START = Date.parse('2026-06-01T12:00:00Z');

/** Enough entropy to be let in, and another one each time. */
export const newSecret = (): string => `${randomBytes(48).toString('base64')}A1a`;

export const SECRET = newSecret();

/** The clock of server, store and phones. */
export class Clock {
  ms = START;
  readonly now = (): number => this.ms;
}

const clockOfApple = new Clock();
export const apple = createVirtualApple({ now: clockOfApple.now });
/** A key on a phone with the app. Its clock stands where the others' begin, unless it has one of its own. */
export const newKey = (now = clockOfApple.now): VirtualKey =>
  apple.createIPhone({ appId: APP_ID, now }).generateKey();

export type Fields = Readonly<Record<string, string | readonly string[]>>;

export interface Sent {
  readonly method?: string;
  readonly target?: string;
  readonly fields?: Fields;
  readonly body?: string | Uint8Array;
  readonly ip?: string | undefined;
}

export function requestOf({ method = 'GET', target = '/', fields = {}, body = '', ...more }: Sent) {
  const ip = 'ip' in more ? more.ip : '203.0.113.7';
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const request: AttestedRequest = {
    method,
    target,
    fields: (name) => [fields[name] ?? []].flat(),
    ip,
    body: async () => bytes,
  };
  return request;
}

/** What an endpoint answered. */
export interface Reply {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
}

export interface Tokens {
  readonly session: string;
  readonly refresh: string;
}

/** What a test changes of a backend's devices and of its guard. */
export interface BackendOptions
  extends Omit<Partial<DevicesOptions>, 'evidence'>, Omit<Partial<GuardOptions>, 'devices'> {
  readonly clock?: Clock;
  /** The kinds of evidence that devices enroll with. */
  readonly enrollment?: DevicesOptions['evidence'];
}

/** A server with its guard, and a client's calls to it. */
export class Backend {
  readonly clock: Clock;
  readonly store: Store;
  readonly guard: DeviceGuard;
  /** Those of endpoints. */
  readonly events: EndpointEvent[] = [];
  readonly decisions: DecisionEvent[] = [];
  /** Those of devices, sessions, the store and the configuration. */
  readonly others: Exclude<GuardEvent, EndpointEvent | DecisionEvent>[] = [];

  constructor(options: BackendOptions = {}) {
    const { clock = new Clock(), store, enrollment, evidence, onEvent, accept, now, ...more } = options;
    const { statuses, body, headers, expose, enforcement, maxBodyBytes, caching, ...ofDevices } = more;
    this.clock = clock;
    this.store = store ?? memoryStore({ now: clock.now });
    const ofGuard = { statuses, body, headers, expose, enforcement, maxBodyBytes, caching };
    this.guard = createGuard({
      ...Object.fromEntries(Object.entries(ofGuard).filter(([, value]) => value !== undefined)),
      ...(evidence && { evidence }),
      devices: devices({
        evidence: enrollment ?? [
          appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] }),
        ],
        secret: SECRET,
        audience: AUDIENCE,
        limiter: () => true,
        ...ofDevices,
        store: this.store,
      }),
      accept: accept ?? ['session'],
      now: now ?? clock.now,
      onEvent: (event: GuardEvent) => {
        if (event.type === 'endpoint') this.events.push(event);
        else if (event.type === 'decision') this.decisions.push(event);
        else this.others.push(event);
        return onEvent?.(event);
      },
    });
  }

  async send(path: string, sent: Sent): Promise<Reply> {
    const answer = await this.guard.answer(requestOf({ target: `/device${path}`, ...sent }), path);
    if (answer === undefined) throw new Error(`there is no endpoint ${path}`);
    const { refused } = this.events.at(-1) ?? {};
    return {
      status: answer.status,
      code: refused?.code,
      body: JSON.parse(answer.body) as Reply['body'],
      answer,
    };
  }

  post(path: string, body: object, more: Sent = {}): Promise<Reply> {
    const { fields, ...rest } = more;
    return this.send(path, {
      method: 'POST',
      body: JSON.stringify(body),
      fields: { 'content-type': 'application/json', ...fields },
      ...rest,
    });
  }

  async challenge(deviceId = 'phone-1', purpose = 'attest'): Promise<string> {
    const target = `/device/challenge?device_id=${deviceId}&purpose=${purpose}`;
    return (await this.send('/challenge', { target })).body['challenge'] as string;
  }

  /** The body with which a device enrolls. */
  async evidence(key = newKey(), deviceId = 'phone-1'): Promise<Record<string, string>> {
    const challenge = await this.challenge(deviceId);
    const attestation = Buffer.from(key.attest({ challenge })).toString('base64');
    return { challenge, device_id: deviceId, key_id: key.keyId, attestation };
  }

  /** Enrolls; `extra` are further members of the body. */
  async attest(key = newKey(), deviceId = 'phone-1', extra: object = {}, more: Sent = {}): Promise<Reply> {
    return this.post('/attest', { ...(await this.evidence(key, deviceId)), ...extra }, more);
  }

  async enrolled(key = newKey(), deviceId = 'phone-1', more: Sent = {}): Promise<Tokens> {
    return tokensOf(await this.attest(key, deviceId, {}, more));
  }

  /** Members by which a key vouches for its successor, in a body of `evidence`. */
  previous(
    key: VirtualKey,
    { challenge = '', key_id = '' }: Readonly<Record<string, string>>,
    deviceId = 'phone-1',
    audience = AUDIENCE,
  ): object {
    const keyId = Buffer.from(key_id, 'base64').toString('base64url');
    const proof = key.assert({ clientData: replacementBytes({ audience, deviceId, challenge, keyId }) });
    return { previous_key_id: key.keyId, previous_assertion: Buffer.from(proof).toString('base64') };
  }

  /** The body with which a key gets a session. */
  async exchange(key: VirtualKey, deviceId = 'phone-1'): Promise<Record<string, string>> {
    const challenge = await this.challenge(deviceId, 'assert');
    const proof = key.assert({ clientData: sessionBytes({ audience: AUDIENCE, deviceId, challenge }) });
    const encoded = Buffer.from(proof).toString('base64');
    return { challenge, device_id: deviceId, key_id: key.keyId, assertion: encoded };
  }

  refresh(token: string, more: Sent = {}): Promise<Reply> {
    return this.post('/refresh', { refresh_token: token }, more);
  }

  async check(sent: Sent, options?: RouteOptions): Promise<Decision<object>> {
    return this.guard.check(requestOf(sent), options && this.guard.route(options));
  }

  /** `accepted`, or the code of the refusal, of a request with this session token. */
  async use(token: string, sent: Sent = {}, options?: RouteOptions): Promise<string> {
    const { fields, ...more } = sent;
    return outcome(await this.check({ fields: { ...bearer(token), ...fields }, ...more }, options));
  }

  /** What is known of a device, by its server API. */
  async device(deviceId = 'phone-1'): Promise<Device | undefined> {
    return this.control.find({ deviceId });
  }

  /** What became of a device last. */
  get lastChange(): DeviceEvent | undefined {
    return this.others.findLast((event) => event.type === 'device');
  }

  get control(): DeviceGuard['devices'] {
    return this.guard.devices;
  }

  /** The id of a device's record. */
  async recordId(deviceId = 'phone-1'): Promise<string | undefined> {
    return (await this.device(deviceId))?.recordId;
  }
}

export const bearer = (token: string): Fields => ({ authorization: `Bearer ${token}` });

export function outcome(decision: Decision<object>): string {
  return decision.outcome === 'accept' ? 'accepted' : decision.error.code;
}

/** The tokens of an answer that grants some. */
export function tokensOf({ status, code, body }: Reply): Tokens {
  if (status !== 200) throw new Error(`refused with ${status}: ${code}`);
  return { session: body['session_token'] as string, refresh: body['refresh_token'] as string };
}

/** What a session token says, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  const payload = token.split('.')[1] as string;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

/** How many of a list are each value. */
export function tally(values: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
}

/** A store that calls `before` ahead of every operation. */
export function watched(store: Store, before: (operation: keyof Store, key: string) => unknown): Store {
  return {
    claim: async (key, ttlMs) => (await before('claim', key), store.claim(key, ttlMs)),
    advance: async (key, value, options) => (
      await before('advance', key),
      store.advance(key, value, options)
    ),
    get: async (key) => (await before('get', key), store.get(key)),
    put: async (key, value, expected, ttlMs) => (
      await before('put', key),
      store.put(key, value, expected, ttlMs)
    ),
    delete: async (key, expected) => (await before('delete', key), store.delete(key, expected)),
  };
}

/** The operations that changed something, in their order: `put device`. */
export function recording(store: Store): { readonly store: Store; readonly writes: string[] } {
  const writes: string[] = [];
  const noted = watched(store, (operation, key) => {
    if (operation !== 'get') writes.push(`${operation} ${key.split('/', 1)[0]}`);
  });
  return { store: noted, writes };
}
