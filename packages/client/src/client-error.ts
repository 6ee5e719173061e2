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
 * Why a request could not be sent with what its route asks for. The message is for the developer, `MESSAGES` has words for the user.
 *
 * @example
 * try { await api.fetch('/transfers', { method: 'POST', body, signed: true }) }
 * catch (error) { if (error instanceof ClientError) alert(error.action ?? MESSAGES[error.type]) }
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly type: ClientErrorType;
  /** Milliseconds after which it makes sense to try again; undefined if that is not known. */
  declare readonly retryAfterMs: number | undefined;
  /** What the user has to do, in English, for `userActionRequired`. */
  declare readonly action: string | undefined;
  declare readonly status: number | undefined;
  declare readonly code: string | undefined;
  declare readonly cause: unknown;

  constructor(type: ClientErrorType, message: string, facts: ClientErrorFacts = {}) {
    super(message);
    Object.assign(this, facts);
    this.type = type;
  }
}
