import type { IncomingMessage } from 'node:http';
import { Refusal } from '../answer.js';
import { cookieOf, sessionIdOf } from './cookie.js';
import { FailedSignIns } from './limits.js';
import { Sessions } from './sessions.js';
import { userOfToken, type TokenRow } from './tokens.js';
import type { SignedIn, User } from './user.js';

/** What access is given by. */
export interface AccessOptions {
  readonly tokens: readonly TokenRow[];
  /** The user that a proxy in front names; undefined if the request does not come from one. */
  readonly proxyUser: ((req: IncomingMessage) => User | undefined) | undefined;
  readonly now: () => number;
  readonly onSignIn: (name: string | undefined, outcome: 'done' | 'failed' | 'limited') => void;
  readonly onSignOut: (name: string | undefined) => void;
}

/** For so long a stream goes on before the proxy is asked again who reads it. */
const PROXY_MS = 600_000;
const BY_PROXY = 'The proxy in front signs you in and out.';

/** Who may use the pages. */
export class Access {
  readonly #options: AccessOptions;
  readonly #sessions: Sessions;
  readonly #failed: FailedSignIns;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options.now);
    this.#failed = new FailedSignIns(options.now);
  }

  /** @throws Refusal for a request without a sign-in */
  whoIs(req: IncomingMessage): SignedIn {
    const named = this.#options.proxyUser?.(req);
    if (named !== undefined) {
      const { now } = this.#options;
      const until = now() + PROXY_MS;
      return { user: named, lasts: () => now() < until };
    }
    const id = sessionIdOf(req);
    const session = id === undefined ? undefined : this.#sessions.use(id);
    if (session === undefined) throw new Refusal(401, 'Sign in with a token of this gateway.');
    return { user: session.user, lasts: () => this.#sessions.lasts(session) };
  }

  /**
   * Begins a session, whatever session the request brings.
   *
   * @returns the user, and the field `Set-Cookie`
   * @throws Refusal
   */
  signIn(req: IncomingMessage, token: string): { readonly user: User; readonly cookie: string } {
    const { tokens, proxyUser, onSignIn } = this.#options;
    if (proxyUser?.(req) !== undefined) throw new Refusal(409, BY_PROXY);
    const { remoteAddress } = req.socket;
    const user = userOfToken(tokens, token);
    if (user === undefined) {
      const waitMs = this.#failed.waitMs(remoteAddress);
      // A right token is never kept out: 24 characters cannot be guessed, and others must not lock an operator out.
      if (waitMs > 0) {
        onSignIn(undefined, 'limited');
        const seconds = Math.ceil(waitMs / 1000);
        throw new Refusal(429, `Too many tokens were wrong. Try again in ${seconds} s.`, {
          'retry-after': String(seconds),
        });
      }
      this.#failed.count(remoteAddress);
      onSignIn(undefined, 'failed');
      throw new Refusal(401, 'This is not a token of this gateway. See admin.tokens in its configuration.');
    }
    const before = sessionIdOf(req);
    if (before !== undefined) this.#sessions.end(before);
    onSignIn(user.name, 'done');
    return { user, cookie: cookieOf(req, this.#sessions.begin(user)) };
  }

  /** @returns the field `Set-Cookie`. @throws Refusal */
  signOut(req: IncomingMessage): string {
    if (this.#options.proxyUser?.(req) !== undefined) throw new Refusal(409, BY_PROXY);
    const { user } = this.whoIs(req);
    this.#sessions.end(sessionIdOf(req) as string);
    this.#options.onSignOut(user.name);
    return cookieOf(req, undefined);
  }
}
