/** What went wrong, as far as an app has to tell it apart. */
export type ClientErrorType =
  | 'unsupported'
  | 'offline'
  | 'throttled'
  | 'refused'
  | 'misconfigured'
  | 'userActionRequired';

/** What the app does, and words to show. */
interface Advice {
  /** For the app's developer. */
  readonly todo: string;
  /** For the app's user, in English, to copy or to translate. */
  readonly show: string;
}

/** Each type with its advice: the table of the documentation. */
export const ADVICE: Readonly<Record<ClientErrorType, Advice>> = {
  unsupported: {
    todo: 'Offer another way: this device or this build cannot prove that the app is genuine. It will not help to try again.',
    show: 'This device cannot be verified. Please use another device, or contact support.',
  },
  offline: {
    todo: 'Try again when the network is back. Whether the request was done is not known.',
    show: 'No connection. Please check your network and try again.',
  },
  throttled: {
    todo: 'Try again after `retryAfterMs`. Requests before that are not refused here, but go without a session.',
    show: 'The service is busy. Please try again in a moment.',
  },
  refused: {
    todo: 'Do not repeat the request. Send later ones as usual: a block can be lifted. Show `state()` to support.',
    show: 'This device was not accepted. Please contact support.',
  },
  misconfigured: {
    todo: 'Mend the app or the server: the message says what is wrong. It will not help to try again.',
    show: 'Something went wrong. Please update the app, or contact support.',
  },
  userActionRequired: {
    todo: 'Show the user what to do: `action` says it. Then try again.',
    show: 'Your device needs your attention before you can go on.',
  },
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
    return this.action ?? ADVICE[this.type].show;
  }

  /** What the app does about it. */
  get todo(): string {
    return ADVICE[this.type].todo;
  }
}
