/** What went wrong, as far as an app has to tell it apart. */
export type ClientErrorType =
  /** This device or this build cannot prove that the app is genuine. Offer another way: it does not help to try again. */
  | 'unsupported'
  /** There is no answer. Try again when the network is back. Whether the request was done is not known. */
  | 'offline'
  /** Server or platform ask to wait. Try again after `retryAfterMs`. Requests before that go without a session. */
  | 'throttled'
  /** The server does not accept this device. Do not repeat the request, and send later ones as usual: a block can be lifted. */
  | 'refused'
  /** The app or the server has a mistake: the message says which. It does not help to try again. */
  | 'misconfigured'
  /** The user has to do something: `action` says what. Then try again. */
  | 'userActionRequired';

/** What to show to the user for each type, in English, to copy or to translate. */
export const MESSAGES: Readonly<Record<ClientErrorType, string>> = {
  unsupported: 'This device cannot be verified. Please use another device, or contact support.',
  offline: 'No connection. Please check your network and try again.',
  throttled: 'The service is busy. Please try again in a moment.',
  refused: 'This device was not accepted. Please contact support.',
  misconfigured: 'Something went wrong. Please update the app, or contact support.',
  userActionRequired: 'Your device needs your attention before you can go on.',
};

/** Facts about an error, all optional. */
export interface ClientErrorFacts {
  /** Milliseconds after which it makes sense to try again. */
  readonly retryAfterMs?: number | undefined;
  /** What the user has to do, in English. */
  readonly action?: string | undefined;
  /** The status of the server's answer, if there was one. */
  readonly status?: number | undefined;
  /** The code of the platform, if it failed. */
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Why a request could not be sent with what its route asks for. The message is for the developer, `show` for the user.
 *
 * @example
 * try { await api.fetch('/transfers', { method: 'POST', body, signed: true }) }
 * catch (error) { if (error instanceof ClientError) alert(error.action ?? error.show) }
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly type: ClientErrorType;
  /** Milliseconds after which it makes sense to try again; undefined if that is not known. */
  readonly retryAfterMs: number | undefined;
  /** What the user has to do, in English, for `userActionRequired`. */
  readonly action: string | undefined;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly cause: unknown;

  constructor(type: ClientErrorType, message: string, facts: ClientErrorFacts = {}) {
    super(message);
    this.type = type;
    this.retryAfterMs = facts.retryAfterMs;
    this.action = facts.action;
    this.status = facts.status;
    this.code = facts.code;
    this.cause = facts.cause;
  }

  /** What to show to the user, in English. */
  get show(): string {
    return this.action ?? MESSAGES[this.type];
  }
}
