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

/** Closed, it lets all through; open, none for a while, and then one, whose answer all others wait for: half-open. */
class Circuit {
  #openedBy: Down | undefined;
  /** By the monotonic clock. */
  #until = 0;
  isProbing = false;

  open(failure: Down, at: number): void {
    this.#openedBy = failure;
    this.#until = at + failure.retryAfter * 1000;
  }

  close(): void {
    this.#openedBy = undefined;
  }

  get isOpen(): boolean {
    return this.#openedBy !== undefined;
  }

  /** What is answered instead of asking; undefined if the service may be asked. */
  refusal(at: number): Down | undefined {
    const left = this.#until - at;
    if (this.#openedBy === undefined || (left <= 0 && !this.isProbing)) return undefined;
    return { ...this.#openedBy, retryAfter: Math.max(1, Math.ceil(left / 1000)) };
  }
}

/**
 * A circuit breaker. The circuit of the service opens after five failures in a row, that of one subject when it is over
 * its quota. Meanwhile nothing is asked, and the answer is the last failure; then one request asks, and all others wait for its
 * answer.
 *
 * An answer that any client can bring about opens no circuit, and forgets no failure: otherwise a client that sends rubbish
 * would decide whether a circuit closes.
 */
export class CircuitBreaker {
  readonly #elapsed: () => number;
  readonly #service = new Circuit();
  readonly #subjects = new Map<string, Circuit>();
  #failures = 0;

  readonly #tell: (circuit: 'opened' | 'closed', cause?: string) => void;

  /**
   * @param tell is told of each circuit that opens or closes
   * @param elapsed milliseconds of a monotonic clock
   */
  constructor(
    tell: (circuit: 'opened' | 'closed', cause?: string) => void,
    elapsed: () => number = () => performance.now(),
  ) {
    this.#tell = tell;
    this.#elapsed = elapsed;
  }

  /**
   * Runs an attempt, unless a circuit is open.
   *
   * @param subject what is asked about, and has a quota of its own
   */
  async run<T>(subject: string, attempt: () => Promise<Attempt<T>>): Promise<T | GoogleFailure> {
    const at = this.#elapsed();
    const circuits = [this.#service, this.#subjects.get(subject)].filter((circuit) => circuit !== undefined);
    for (const circuit of circuits) {
      const refusal = circuit.refusal(at);
      if (refusal !== undefined) return refusal;
    }
    const probed = circuits.filter(({ isOpen }) => isOpen);
    for (const circuit of probed) circuit.isProbing = true;
    try {
      const result = await attempt();
      this.#learn(subject, probed, result);
      return result.answer;
    } finally {
      // Whatever happened: a probe that never ended would keep the circuit open for good.
      for (const circuit of probed) circuit.isProbing = false;
    }
  }

  #learn<T>(subject: string, probed: readonly Circuit[], { says, answer }: Attempt<T>): void {
    if (says === 'nothing') return;
    if (says === 'down') {
      this.#failures += 1;
      if (probed.includes(this.#service) || this.#failures >= THRESHOLD) this.#open(this.#service, answer);
      return;
    }
    // After a refusal alone the failures stay counted: the next one opens the circuit again.
    if (says === 'up') this.#failures = 0;
    for (const circuit of probed) this.#close(circuit);
    if (says === 'throttled') this.#open(this.#circuitOf(subject), answer);
    else if (this.#subjects.get(subject)?.isOpen === false) this.#subjects.delete(subject);
  }

  #open(circuit: Circuit, failure: Down): void {
    const isNew = !circuit.isOpen;
    circuit.open(failure, this.#elapsed());
    if (isNew) this.#tell('opened', failure.problem);
  }

  #close(circuit: Circuit): void {
    if (!circuit.isOpen) return;
    circuit.close();
    this.#tell('closed');
  }

  #circuitOf(subject: string): Circuit {
    const known = this.#subjects.get(subject);
    if (known !== undefined) return known;
    const [oldest] = this.#subjects.keys();
    if (oldest !== undefined && this.#subjects.size >= MOST_SUBJECTS) this.#subjects.delete(oldest);
    const circuit = new Circuit();
    this.#subjects.set(subject, circuit);
    return circuit;
  }
}
