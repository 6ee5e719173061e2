import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { apple, APP_ID, AUDIENCE, SECRET } from './backend.js';
import type { Call } from './calls.js';
import type { Answer } from '../orders/subject.js';

/** Where a process finds the store, and what it is set up with. */
export interface Order {
  readonly kind: string;
  readonly where: string;
  readonly name: string;
  readonly isLossy: boolean;
  readonly secret: string;
  readonly appId: string;
  readonly roots: readonly string[];
  readonly audience: string;
}

/** What is done many times at once. */
export interface Use {
  readonly verb: 'enroll' | 'assert' | 'refresh' | 'check';
  readonly body?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly target?: string;
  readonly payload?: string;
}

/** Where a process ends itself, as `kill -9` does: at which operation of the store from now on, counted from 1. */
export interface Death {
  readonly at: number;
  /** `without`: what is under way beside the operation is done, and the operation itself is not. */
  readonly when: 'before' | 'after' | 'without';
}

/** What a process is asked. */
export type Message =
  | { readonly order: Order }
  | { readonly use: Use; readonly times: number }
  | { readonly calls: readonly Call[]; readonly death?: Death }
  /** Which operations of the store there were since a death was ordered. */
  | { readonly steps: true };

const worker = fileURLToPath(new URL('race-worker.js', import.meta.url));

/** A process that serves. Many questions may be under way at once. */
export class Runner {
  readonly #process: ChildProcess = fork(worker, { stdio: 'inherit', execArgv: [] });
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  /** How it ended: the signal. */
  readonly ended: Promise<string | null>;
  #asked = 0;

  constructor() {
    this.#process.on('message', (message) => {
      const { id, answer } = message as { readonly id: number; readonly answer: unknown };
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
    this.ended = new Promise((resolve) => {
      this.#process.once('exit', (_code, signal) => resolve(signal));
    });
  }

  /** Opens the store. */
  async open(store: Pick<Order, 'kind' | 'where' | 'name' | 'isLossy'>): Promise<void> {
    const roots = [apple.attestationRoot, apple.receiptRoot].map((each) =>
      Buffer.from(each).toString('base64'),
    );
    const { kind, where, name, isLossy } = store;
    const order = { kind, where, name, isLossy, secret: SECRET, appId: APP_ID, roots, audience: AUDIENCE };
    await this.ask({ order });
  }

  /** Rejects where the process ends first. */
  ask(message: Message): Promise<unknown> {
    const id = (this.#asked += 1);
    const answered = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#process.send({ ...message, id });
    const ended = this.ended.then((signal) => Promise.reject(new Error(`the process ended: ${signal}`)));
    return Promise.race([answered, ended]);
  }

  async call(calls: readonly Call[]): Promise<readonly Answer[]> {
    return (await this.ask({ calls })) as readonly Answer[];
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Several processes on one store. */
export class Race {
  readonly #runners: readonly Runner[];

  private constructor(runners: readonly Runner[]) {
    this.#runners = runners;
  }

  static async start(
    count: number,
    store: Pick<Order, 'kind' | 'where' | 'name' | 'isLossy'>,
  ): Promise<Race> {
    const runners = Array.from({ length: count }, () => new Runner());
    await Promise.all(runners.map((each) => each.open(store)));
    return new Race(runners);
  }

  /** Does something so many times in each process, all at once; how each ended. */
  async run(use: Use, times: number): Promise<readonly string[]> {
    const ended = await Promise.all(this.#runners.map((each) => each.ask({ use, times })));
    return (ended as string[][]).flat();
  }

  /** Makes each call once, all at once, dealt to the processes in turn; the answers are in the order of the calls. */
  async call(calls: readonly Call[]): Promise<readonly Answer[]> {
    const { length } = this.#runners;
    const dealt = this.#runners.map((_, at) => calls.filter((_call, index) => index % length === at));
    const answers = await Promise.all(this.#runners.map((each, at) => each.call(dealt[at] ?? [])));
    return calls.map((_, index) => answers[index % length]?.[Math.floor(index / length)] as Answer);
  }

  stop(): void {
    for (const each of this.#runners) each.stop();
  }
}
