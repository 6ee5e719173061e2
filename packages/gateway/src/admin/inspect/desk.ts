import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Bucket } from '../access/limits.js';
import { dataAnswer, Refusal, type Answer } from '../answer.js';
import type { Inspection } from './inspection.js';
import type { READY } from './worker.js';

/** Works from src/admin/inspect and dist/admin/inspect alike: a thread runs what was built. */
const WORKER = new URL('../../../dist/admin/inspect/worker.js', import.meta.url);

/** Of a body: 1 MiB of bytes in base64, and some members beside them. */
export const MOST_BODY_BYTES = 1_572_864;

const MOST_AT_ONCE = 2;
const PACE = { burst: 30, eachMs: 500 };
const DEADLINE_MS = 5000;
const START_MS = 30_000;
const IDLE_MS = 60_000;
const MOST_MEGABYTES = 256;

/** What differs in tests. */
export interface DeskOptions {
  readonly now: () => number;
  readonly worker?: URL;
  readonly deadlineMs?: number;
}

/** Takes evidence, a piece at a time, and ends a thread that is idle or takes too long. */
export class Desk {
  readonly #bucket: Bucket;
  readonly #options: DeskOptions;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #taken = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#bucket = new Bucket(PACE, options.now);
  }

  /**
   * Inspects what a body asks for.
   *
   * @param read reads the body, once there is room for it
   * @throws Refusal (rejects with it)
   */
  async inspect(read: () => Promise<Buffer>): Promise<Answer> {
    if (this.#taken >= MOST_AT_ONCE || !this.#bucket.take())
      throw new Refusal(429, 'The inspector has enough to do. Try again in a second.', {
        'retry-after': '1',
      });
    this.#taken += 1;
    try {
      const body = await read();
      const run = this.#last.then(() => this.#run(body));
      this.#last = run.catch(() => undefined);
      const { status, text } = await run;
      return dataAnswer(status, text);
    } finally {
      this.#taken -= 1;
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** One piece: the thread that does not come to an end is ended. */
  async #run(body: Buffer): Promise<Inspection> {
    clearTimeout(this.#idle);
    try {
      // On a busy machine a thread takes its time to start, and no piece is to blame for it.
      const worker = this.#worker ?? (await this.#begin());
      const answer = answerOf<Inspection>(worker, this.#options.deadlineMs ?? DEADLINE_MS);
      // A copy of its own, which is then the thread's.
      const bytes = new Uint8Array(body);
      worker.postMessage(bytes, [bytes.buffer]);
      return await answer;
    } catch {
      void this.close();
      return TOO_HARD;
    } finally {
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  async #begin(): Promise<Worker> {
    const worker = new Worker(this.#options.worker ?? WORKER, {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
    });
    worker.unref();
    // Why it failed may quote the evidence; that it has ended says enough.
    worker.on('error', () => undefined);
    this.#worker = worker;
    await answerOf<typeof READY>(worker, START_MS);
    return worker;
  }
}

/** The next message of a thread. Rejects if it ends before, or is late. */
async function answerOf<Message>(worker: Worker, deadlineMs: number): Promise<Message> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const [message, ended] = [once(worker, 'message', { signal }), once(worker, 'exit', { signal })];
  const timer = setTimeout(() => waiting.abort(), deadlineMs);
  try {
    const [answer] = (await Promise.race([
      message,
      ended.then(() => Promise.reject(new Error('ended'))),
    ])) as [Message];
    return answer;
  } finally {
    clearTimeout(timer);
    waiting.abort();
    await Promise.allSettled([message, ended]);
  }
}

const TOO_HARD: Inspection = {
  status: 422,
  text: JSON.stringify({
    problem: {
      member: 'evidence',
      says: 'evidence takes too long to inspect',
      remedy: 'Give a smaller part of it.',
    },
  }),
};
