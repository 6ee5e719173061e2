import { AttestationError } from '../kernel/errors.js';
import { ENDPOINT_CHECKS as CHECKS } from './checks.js';

/**
 * Gives out the turns of the event loop, one caller to a turn, in the order they came. Verifying a chain of certificates
 * takes milliseconds and cannot be interrupted: between two of them everything else that waits is served.
 */
export class Turns {
  readonly #most: number;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  /** @param most callers that may wait */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Waits for a turn. Nothing has to be given back: the next turn comes by itself.
   *
   * @throws AttestationError (rejects with it) ERR_ENDPOINT_BUSY where too many wait
   */
  async take(): Promise<void> {
    if (this.#waiting >= this.#most) throw new AttestationError(CHECKS.busy, { retryAfter: 1 });
    this.#waiting += 1;
    const turn = this.#last.then(nextTurn);
    this.#last = turn;
    await turn;
    this.#waiting -= 1;
  }
}

/**
 * Whether this process can give out turns. On Cloudflare Workers a request that is canceled never comes to its turn, and would
 * keep everybody behind it; and the platform itself bounds what one isolate does.
 */
export function givesTurns(userAgent = userAgentHere()): boolean {
  return userAgent !== 'Cloudflare-Workers';
}

function userAgentHere(): string | undefined {
  return (globalThis as { readonly navigator?: { readonly userAgent?: string } }).navigator?.userAgent;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
