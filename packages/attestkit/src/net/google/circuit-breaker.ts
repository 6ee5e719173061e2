import type { GoogleFailure } from '../../ports/google.js';

/** A failure that says something about the service, and nothing about the token. */
export type Down = Extract<GoogleFailure, { readonly retryAfter: number }>;

/** What an attempt brought, and what that says of the service. */
export type Attempt<T> =
  /** It does its work. */
  | { readonly says: 'up'; readonly answer: T }
  /** It does not, or cannot be reached. */
  | { readonly says: 'down'; readonly answer: Down }
  /** Too much was asked about this one subject. */
  | { readonly says: 'throttled'; readonly answer: Down }
  /** It answers. Whether it would do its work is not known: any client can send what it refuses. */
  | { readonly says: 'answered'; readonly answer: GoogleFailure }
  /** Nothing: it was not asked, or not waited for. */
  | { readonly says: 'nothing'; readonly answer: GoogleFailure };

/** Failures in a row after which the server stops asking for a while. One alone may be a connection that broke. */
const THRESHOLD = 5;

/** How many subjects over their quota are remembered; of more the first one is asked about again too early. */
const MOST_SUBJECTS = 1000;

/** Lets all through; or for a while none, and then one whose answer all others wait for. */
class Gate {
  #closed: Down | undefined;
  /** By the monotonic clock. */
  #until = 0;
  isProbing = false;

  close(failure: Down, at: number): void {
    this.#closed = failure;
    this.#until = at + failure.retryAfter * 1000;
  }

  open(): void {
    this.#closed = undefined;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** What is answered instead of asking; undefined if the way is free. */
  refusal(at: number): Down | undefined {
    const left = this.#until - at;
    if (this.#closed === undefined || (left <= 0 && !this.isProbing)) return undefined;
    return { ...this.#closed, retryAfter: Math.max(1, Math.ceil(left / 1000)) };
  }
}

/**
 * A circuit breaker. It closes the way to the service after five failures in a row, and to one subject when that is over
 * its quota. Meanwhile nothing is asked, and the answer is the last failure; then one asks, and all others wait for its
 * answer.
 *
 * An answer that any client can bring about closes nothing, and forgets no failure: else a client that sends rubbish would
 * decide whether it opens.
 */
export class Breaker {
  readonly #elapsed: () => number;
  readonly #service = new Gate();
  readonly #subjects = new Map<string, Gate>();
  #failures = 0;

  /** @param elapsed milliseconds of a monotonic clock */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
  }

  /**
   * Runs an attempt, unless a gate is closed.
   *
   * @param subject what is asked about, and has a quota of its own
   */
  async run<T>(subject: string, attempt: () => Promise<Attempt<T>>): Promise<T | GoogleFailure> {
    const at = this.#elapsed();
    const gates = [this.#service, this.#subjects.get(subject)].filter((gate) => gate !== undefined);
    for (const gate of gates) {
      const refusal = gate.refusal(at);
      if (refusal !== undefined) return refusal;
    }
    const probed = gates.filter((gate) => gate.isClosed);
    for (const gate of probed) gate.isProbing = true;
    try {
      const result = await attempt();
      this.#learn(subject, probed, result);
      return result.answer;
    } finally {
      // Whatever happened: a probe that never ended would keep the way closed for good.
      for (const gate of probed) gate.isProbing = false;
    }
  }

  #learn<T>(subject: string, probed: readonly Gate[], { says, answer }: Attempt<T>): void {
    if (says === 'nothing') return;
    if (says === 'down') {
      this.#failures += 1;
      if (probed.includes(this.#service) || this.#failures >= THRESHOLD)
        this.#service.close(answer, this.#elapsed());
      return;
    }
    // After a refusal alone the failures stay counted: the next one closes it again.
    if (says === 'up') this.#failures = 0;
    for (const gate of probed) gate.open();
    if (says === 'throttled') this.#gateOf(subject).close(answer, this.#elapsed());
    else if (this.#subjects.get(subject)?.isClosed === false) this.#subjects.delete(subject);
  }

  #gateOf(subject: string): Gate {
    const known = this.#subjects.get(subject);
    if (known !== undefined) return known;
    const [oldest] = this.#subjects.keys();
    if (oldest !== undefined && this.#subjects.size >= MOST_SUBJECTS) this.#subjects.delete(oldest);
    const gate = new Gate();
    this.#subjects.set(subject, gate);
    return gate;
  }
}
