import { AttestationError } from '../kernel/errors.js';
import { ENDPOINT_CHECKS as CHECKS } from './checks.js';

/** For all that one request needs: stores and services have shorter deadlines of their own. */
const DEADLINE_MS = 30_000;

/** Room for a number of requests at once. One more is refused at once, and none keeps its place longer than the deadline. */
export class Pool {
  readonly #size: number;
  #running = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** @throws AttestationError (rejects with it) ERR_ENDPOINT_BUSY, ERR_ENDPOINT_TIMEOUT */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#size) throw new AttestationError(CHECKS.busy, { retryAfter: 1 });
    this.#running += 1;
    let timer: NodeJS.Timeout | undefined;
    // A hook of the application, or a signer elsewhere, that never answers must not keep its place for ever.
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new AttestationError(CHECKS.timely)), DEADLINE_MS);
    });
    try {
      return await Promise.race([work(), late]);
    } finally {
      clearTimeout(timer);
      this.#running -= 1;
    }
  }
}
