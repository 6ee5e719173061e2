import { base64url } from './bytes/base64.js';
import { sha256 } from './bytes/sha256.js';
import { utf8 } from './bytes/utf8.js';
import { ClientError } from './client-error.js';
import { keptIn } from './installation/installation.js';
import { sessionsOf, type Pause } from './ladder/sessions.js';
import { systemClock } from './clock.js';
import { runEpisode } from './ladder/episode.js';
import type { Step } from './ladder/surroundings.js';
import type { Attester, Clock, Fetch, Lock, Storage } from './ports.js';
import { endpointsAt } from './protocol/endpoints.js';
import { splitUrl } from './protocol/target.js';
import { sendableOf } from './requests/body.js';
import { challengesOf } from './requests/challenges.js';
import { queueOf } from './queue.js';
import { turnsOf } from './turns.js';
import { markerIn } from './installation/marker.js';
import { isKeyed, send, type Redirect, type Signed } from './requests/send.js';

/** What a client is made of. */
export interface ClientOptions {
  /** The API as the app calls it: `https://api.example.com`, with the path before its routes. Only its origin gets credentials. */
  readonly baseUrl: string;
  /** `devices.audience` of the server, byte for byte. Required unless the attester does not enroll. */
  readonly audience?: string;
  /** Proves the app by the platform: `expoAppAttest(AppIntegrity)` of `attestkit-client/expo`. */
  readonly attester: Attester;
  /** Keeps label, key name and refresh token on this phone. Required unless the attester does not enroll. */
  readonly storage?: Storage;
  /**
   * A second place, which a reinstall empties and a backup leaves out, so that the client sees that one happened. Recommended on iOS, whose
   * keychain survives. Default none.
   */
  readonly installMarker?: Storage;
  /** Whose installation it is, an opaque text: two users of a phone are two installations. Default one for all. */
  readonly account?: string;
  /**
   * The app's login, for calls of the device endpoints, so that the server's `subject` sees it. It must not call this client, which
   * waits for it. Default none.
   */
  readonly headers?: () => Record<string, string> | Promise<Record<string, string>>;
  /** Path of the device endpoints behind `baseUrl`. Default `/device`. */
  readonly devicePath?: string;
  /** The field of the session: `devices.sessions.header` of the server. Default `Authorization`. */
  readonly sessionHeader?: string;
  /** Signed requests of an iPhone that may be on their way at once, 1 to 16: `devices.counterWindow` of the server. Default 1. */
  readonly counterWindow?: number;
  /** Sends requests. Default the runtime's `fetch`. React Native's follows redirects with all credentials: give one that does not. */
  readonly fetch?: Fetch;
  /** Lets redirects be followed with credentials, for a runtime that cannot refuse them. Default false. */
  readonly allowRedirects?: boolean;
  /** For several processes on one storage: an app and its extension. Default none. */
  readonly lock?: Lock;
  /** Random bytes, where `crypto.getRandomValues` is missing, as in React Native: `getRandomBytes` of expo-crypto. */
  readonly random?: (length: number) => Uint8Array;
  /** Default the runtime's clocks. */
  readonly clock?: Clock;
  /** Called with each step of an episode, for logs: without tokens. Its exceptions are ignored. */
  readonly onEvent?: (event: ClientEvent) => void;
}

/** What the client did. */
export type ClientEvent =
  | ({ readonly type: 'step' } & Step)
  | { readonly type: 'episode'; readonly error: ClientError | undefined };

/** `fetch`'s own options, and whether the device signs the request. */
export interface ClientRequestInit extends RequestInit {
  /** `true` signs as the platform does; `challenge` signs over a challenge on iOS too. Default false. */
  readonly signed?: Signed;
}

/** For a ticket: nothing in it opens anything. */
export interface ClientState {
  /** The device id, by which the server finds the device; undefined before the first attestation. */
  readonly label: string | undefined;
  readonly hasKey: boolean;
  /** Whether a key is being enrolled. */
  readonly isPending: boolean;
  readonly hasSession: boolean;
  readonly hasRefreshToken: boolean;
  /** Why the last episode failed, and for how many milliseconds no other begins. */
  readonly pause: Pause | undefined;
}

/** The app's side of the protocol. */
export interface Client {
  /**
   * `fetch` with what the server asks for: a session, a signature, a token. A path goes behind `baseUrl`; to other origins
   * requests go without credentials. Answers of the API come as they are. It does not depend on `this`.
   *
   * @throws ClientError (rejects with it); the app's own signal rejects with its `AbortError`
   */
  readonly fetch: (input: string | URL | Request, init?: ClientRequestInit) => Promise<Response>;
  /**
   * Enrolls, or gets a session: before a screen that needs it, and when the user asks to try again.
   *
   * @param options.renew gets another session though there is one: after a login, so that the server's `subject` sees it.
   * During a pause it keeps the session that is still good, and a later request renews it
   * @throws ClientError (rejects with it)
   */
  readonly ready: (options?: { readonly renew?: boolean }) => Promise<void>;
  /** Ends the session and forgets label, key and tokens, offline too: at account deletion, not at logout. */
  readonly forget: () => Promise<void>;
  readonly state: () => Promise<ClientState>;
}

/**
 * Makes a client. One for each account.
 *
 * @throws ClientError `misconfigured`, naming the option
 * @example
 * const api = createClient({ baseUrl: 'https://api.example.com', audience: 'https://api.example.com', attester, storage });
 * await api.fetch('/transfers', { method: 'POST', body: JSON.stringify(transfer), signed: true });
 */
export function createClient(options: ClientOptions): Client {
  const { attester, account = '', clock = systemClock, onEvent } = options;
  if (typeof attester?.attest !== 'function' && attester?.tokens === undefined)
    throw wrong('attester', 'is not one');
  const enrolling = attester.attest === undefined ? undefined : attester;
  const random = enrolling === undefined ? () => new Uint8Array(1) : randomOf(options.random);
  if (enrolling !== undefined) assertEnrolls(options);
  const base = baseOf(options.baseUrl);
  const redirect = redirectOf(options);
  const fetch = fetchOf(options.fetch);
  const sessionHeader = (options.sessionHeader ?? 'authorization').toLowerCase();
  const window = options.counterWindow ?? 1;
  if (!Number.isInteger(window) || window < 1 || window > 16)
    throw wrong('counterWindow', 'is not a number from 1 to 16');
  const devicePath = options.devicePath ?? '/device';
  if (!/^(\/[A-Za-z0-9._~-]+)+$/.test(devicePath)) throw wrong('devicePath', 'is not a path such as /device');
  const endpoints = endpointsAt(base + devicePath, fetch, async () => (await options.headers?.()) ?? {});
  const challenges = challengesOf(endpoints, clock);
  const name = `attestkit-${base64url(sha256(utf8(account))).slice(0, 22)}`;
  const { storage = NO_STORAGE, installMarker } = options;
  const kept = keptIn(
    storage,
    name,
    async () => installMarker && (await markerIn(installMarker, random)),
    clock,
  );
  const tell = async (event: ClientEvent): Promise<void> => {
    // A log that fails must not end a request.
    try {
      await onEvent?.(event);
    } catch {}
  };
  // In this process one after the other; by the option, in all processes.
  const turns = turnsOf(storage);
  let generation = 0;
  const { lock } = options;
  const locked: Lock = (named, work) =>
    turns.run(true, () => (lock === undefined ? work() : lock(named, work)));
  const audience = options.audience ?? '';
  const signing = queueOf(window, HOLD_MS);
  const surroundings = enrolling && {
    attester: enrolling,
    audience,
    kept,
    endpoints,
    clock,
    newLabel: () => base64url(random(16)),
    inTurn: <T>(work: () => Promise<T>) => signing.run(enrolling.proof === 'assertion', work),
    onStep: (step: Step) => void tell({ type: 'step', ...step }),
  };
  const sessions =
    surroundings &&
    sessionsOf(
      (mustProve) => locked(name, () => runEpisode(surroundings, mustProve)),
      clock,
      () => (random(1)[0] as number) / 255,
      (error) => void tell({ type: 'episode', error }),
    );

  const sending = {
    origin: splitUrl(base).origin,
    audience,
    attester,
    sessions,
    challenges,
    sessionHeader,
    fetch,
    redirect,
    signing,
    generation: () => generation,
  };
  return {
    async fetch(input, init = {}) {
      const { signed = false, ...rest } = init;
      return await send(await sendableOf(input, rest, base), signed, sending);
    },
    async ready({ renew = false } = {}) {
      if (renew) sessions?.renew();
      await sessions?.get(true);
    },
    async forget() {
      await locked(name, async () => {
        const { refresh, key, pending } = await kept.peek();
        generation += 1;
        sessions?.clear();
        challenges.clear();
        await kept.remove().catch((cause: unknown) => {
          throw new ClientError('throttled', 'the storage does not delete', { cause });
        });
        sessions?.clear();
        if (refresh !== undefined) await endpoints.revoke(refresh.token).catch(() => undefined);
        if (!isKeyed(attester)) return;
        for (const each of [key, pending?.key])
          if (each !== undefined) await attester.deleteKey?.(each).catch(() => undefined);
      });
    },
    async state() {
      const { label, key, pending, refresh } = await kept.peek();
      return {
        label,
        hasKey: key !== undefined,
        isPending: pending !== undefined,
        hasSession: sessions?.has === true,
        hasRefreshToken: refresh !== undefined,
        pause: sessions?.pause,
      };
    },
  };
}

function wrong(option: string, fault: string): ClientError {
  return new ClientError('misconfigured', `createClient: ${option} ${fault}`);
}

function assertEnrolls({ audience, storage }: ClientOptions): void {
  if (typeof audience !== 'string' || audience === '' || audience.includes('\n'))
    throw wrong('audience', 'is not set: give devices.audience of the server');
  if (typeof storage?.get !== 'function')
    throw wrong('storage', 'is not set: give one, such as secureStorage(SecureStore)');
}

function baseOf(baseUrl: string): string {
  const base = String(baseUrl).replace(/\/+$/, '');
  const { origin, target } = splitUrl(base);
  if (/[?#]/.test(base)) throw wrong('baseUrl', 'has a query or a fragment');
  return origin + (target === '/' ? '' : target);
}

/** React Native's `fetch` follows redirects whatever it is told, with every field: also to another server. */
function redirectOf({ fetch, allowRedirects = false }: ClientOptions): Redirect {
  const { navigator } = globalThis as { navigator?: { product?: string } };
  if (!allowRedirects && fetch === undefined && navigator?.product === 'ReactNative')
    throw wrong(
      'fetch',
      'is not set, and React Native’s follows redirects: give that of expo/fetch, or allowRedirects: true',
    );
  return allowRedirects ? 'follow' : 'manual';
}

function fetchOf(given: Fetch | undefined): Fetch {
  if (given !== undefined) return given;
  if (typeof fetch !== 'function') throw wrong('fetch', 'is not set, and is missing here');
  return (url, init) => fetch(url, init);
}

function randomOf(given: ClientOptions['random']): (length: number) => Uint8Array {
  if (given !== undefined) return given;
  const { crypto } = globalThis as { crypto?: Crypto };
  if (typeof crypto?.getRandomValues !== 'function')
    throw wrong('random', 'is not set, and crypto is missing: give getRandomBytes of expo-crypto');
  return (length) => crypto.getRandomValues(new Uint8Array(length));
}

/** A storage for attesters that never enroll. */
const NOTHING_TO_DO = async (): Promise<undefined> => undefined;
const NO_STORAGE: Storage = { get: NOTHING_TO_DO, set: NOTHING_TO_DO, delete: NOTHING_TO_DO };

/** Milliseconds for which a signed request without an answer keeps the next one of an iPhone waiting. */
const HOLD_MS = 30_000;
