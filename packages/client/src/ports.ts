import { ClientError, type ClientErrorType } from './client-error.js';

/**
 * Proves the app by the platform. Which one it is tells by its members: `createKey` makes it one with a key, `attest` alone one
 * without, `token` one whose token goes with each request and that does not enroll.
 */
export type Attester = KeyAttester | KeylessAttester | TokenAttester;

/** What evidence is made over. */
export interface Challenge {
  /** The server's text, in ASCII. What it attests is the SHA-256 of this text (App Attest), or the text itself (Android). */
  readonly challenge: string;
  /** The label of the installation, as `device_id` in the body. */
  readonly deviceId: string;
  /** base64url of the SHA-256 over challenge and label: what Play Integrity binds. */
  readonly requestHash: string;
}

/** Members of the body of `attest`: `{ certificate_chain: ['MIIC…', …] }`. */
export type EvidenceMembers = Readonly<Record<string, unknown>>;

/** A platform that attests keys: App Attest, Android Key Attestation. */
export interface KeyAttester {
  /** What its keys make: an `assertion` counts, so that it is used once by itself; a `signature` needs a challenge for that. */
  readonly proof: 'assertion' | 'signature';
  /**
   * Gives a new key's name, which is stored before the key is used. An iPhone makes the key now; Android when it is attested.
   *
   * @throws AttesterError (rejects with it)
   */
  createKey(): Promise<string>;
  /**
   * Attests a key. Gives what the body of `attest` has to have besides challenge and label.
   *
   * @throws AttesterError (rejects with it)
   */
  attest(key: string, over: Challenge): Promise<EvidenceMembers>;
  /** The key's id: base64url of 32 bytes. Called only after `attest`. @throws AttesterError (rejects with it) */
  keyId(key: string): Promise<string>;
  /**
   * Signs the UTF-8 bytes of a text with an attested key. Gives base64 or base64url.
   *
   * @throws AttesterError (rejects with it), `keyLost` if the key does not sign any more
   */
  sign(key: string, text: string): Promise<string>;
  /** Removes a key. Its failure is ignored. */
  deleteKey?(key: string): Promise<void>;
  readonly tokens?: TokenSource;
}

/** A platform that attests the app without a key: Play Integrity, an attester of your own. */
export interface KeylessAttester {
  readonly proof?: undefined;
  /** Gives what the body of `attest` has to have besides challenge and label. @throws AttesterError (rejects with it) */
  attest(key: undefined, over: Challenge): Promise<EvidenceMembers>;
  readonly tokens?: TokenSource;
}

/** A service whose token goes with each request, and that needs no enrollment: Approov, App Check. */
export interface TokenAttester {
  readonly proof?: undefined;
  readonly attest?: undefined;
  readonly tokens: TokenSource;
}

/** Where the token of a request comes from. */
export interface TokenSource {
  /** The field: `Approov-Token`. */
  readonly header: string;
  /**
   * The token of a request; undefined sends none.
   *
   * @param fresh whether the last one was refused
   * @throws AttesterError (rejects with it)
   */
  token(url: string, fresh: boolean): Promise<string | undefined>;
}

/** Why a platform failed: what the client does about it. */
export type AttesterProblem =
  /** It never works on this device or in this build. */
  | 'unsupported'
  /** The key does not sign, or cannot be attested, any more. */
  | 'keyLost'
  /** It may work later, with the same key. */
  | 'tryLater'
  /** The app is built or set up in a wrong way. */
  | 'misconfigured'
  /** The user has to do something, such as an update. */
  | 'userActionRequired'
  /** The platform does not say why. */
  | 'unknown';

/** What an attester throws. */
export class AttesterError extends Error {
  override readonly name = 'AttesterError';
  readonly problem: AttesterProblem;
  /** The platform's own code, for the log. */
  declare readonly code: string | undefined;
  /** What the user has to do, in English. */
  declare readonly action: string | undefined;
  declare readonly cause: unknown;

  constructor(
    problem: AttesterProblem,
    message: string,
    facts: {
      readonly code?: string | undefined;
      readonly action?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message);
    Object.assign(this, facts);
    this.problem = problem;
  }
}

/** Also of another copy of this package: an app can have two. */
export function isAttesterError(error: unknown): error is AttesterError {
  const { name, problem } = (error ?? {}) as Partial<AttesterError>;
  return name === 'AttesterError' && typeof ERROR_OF[problem as AttesterProblem] === 'string';
}

/** What the app has to know of a failure that the ladder has no answer to. */
export function clientErrorOf(cause: unknown): ClientError {
  if (cause instanceof ClientError) return cause;
  if (!isAttesterError(cause)) return new ClientError('throttled', String(cause), { cause });
  const { problem, message, code, action } = cause;
  return new ClientError(ERROR_OF[problem], message, { code, action, cause });
}

const ERROR_OF: Readonly<Record<AttesterProblem, ClientErrorType>> = {
  unsupported: 'unsupported',
  keyLost: 'unsupported',
  tryLater: 'throttled',
  misconfigured: 'misconfigured',
  userActionRequired: 'userActionRequired',
  unknown: 'throttled',
};

/**
 * Keeps texts on this phone, such as `expo-secure-store` does. Android's Keystore, iOS's keychain: items of
 * `AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY`. A value that cannot be read counts as absent.
 */
export interface Storage {
  get(name: string): Promise<string | null | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Runs `work` while no other process, nor another client of this one, runs work under the same name. */
export type Lock = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** The part of `fetch` that the client calls. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Time, as far as the client trusts it: both are looked at, and the one that moved further counts. */
export interface Clock {
  /** Milliseconds since the epoch; the user can set it. */
  wall(): number;
  /** Milliseconds since any moment; may stand still while the phone sleeps. */
  monotonic(): number;
}
