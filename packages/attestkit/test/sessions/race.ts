import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { apple, APP_ID, AUDIENCE, SECRET } from './backend.js';

/** Where a process finds the store, and what it is set up with. */
export interface Order {
  readonly kind: string;
  readonly where: string;
  readonly name: string;
  readonly secret: string;
  readonly appId: string;
  readonly roots: readonly string[];
  readonly audience: string;
}

/** What is done many times at once. */
export interface Use {
  readonly verb: 'enrol' | 'assert' | 'refresh' | 'check';
  readonly body?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly target?: string;
  readonly payload?: string;
}

export type Message =
  | { readonly order: Order; readonly use?: undefined }
  | { readonly use: Use; readonly times: number; readonly order?: undefined };

const worker = fileURLToPath(new URL('race-worker.js', import.meta.url));

/** Several processes on one store. */
export class Race {
  readonly #processes: readonly ChildProcess[];

  private constructor(processes: readonly ChildProcess[]) {
    this.#processes = processes;
  }

  static async start(count: number, store: Pick<Order, 'kind' | 'where' | 'name'>): Promise<Race> {
    const processes = Array.from({ length: count }, () => fork(worker, { stdio: 'inherit' }));
    const race = new Race(processes);
    const roots = [apple.attestationRoot, apple.receiptRoot].map((each) =>
      Buffer.from(each).toString('base64'),
    );
    const order = { ...store, secret: SECRET, appId: APP_ID, roots, audience: AUDIENCE };
    await race.#ask({ order });
    return race;
  }

  /** Does something so many times in each process, all at once; how each ended. */
  async run(use: Use, times: number): Promise<readonly string[]> {
    return ((await this.#ask({ use, times })) as string[][]).flat();
  }

  stop(): void {
    for (const process of this.#processes) process.kill();
  }

  #ask(message: Message): Promise<unknown[]> {
    return Promise.all(
      this.#processes.map(
        (process) =>
          new Promise((resolve, reject) => {
            const ended = (code: number | null): void => reject(new Error(`a process ended with ${code}`));
            process.once('exit', ended);
            process.once('message', (answer) => {
              process.off('exit', ended);
              resolve(answer);
            });
            process.send(message);
          }),
      ),
    );
  }
}
