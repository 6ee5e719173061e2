import type { Store } from '../../../src/ports/store.js';
import { storeOf, type Operation } from './disk.js';

/** An operation that an actor has sent and that the store has not done yet. */
export interface Held extends Operation {
  /** The same in every order: the actor, the call, and how often this actor made the same call before. */
  readonly id: string;
  readonly actor: number;
  readonly answer: (value: unknown) => void;
}

/** What became of an actor. */
export type Outcome =
  | { readonly state: 'running' }
  | { readonly state: 'stopped' }
  | { readonly state: 'answered'; readonly answer: unknown };

/** One process with one request: it runs until the store holds all its operations, or it has ended. */
export class Actor {
  readonly name: string;
  readonly number: number;
  /** What it reaches the store through; the same in every run. */
  readonly store: Store;
  readonly #act: (store: Store) => Promise<unknown>;
  #run = 0;
  #held: Held[] = [];
  #sent = new Map<string, number>();
  #outcome: Outcome = { state: 'running' };
  #failure: { readonly error: unknown } | undefined;

  constructor(name: string, number: number, act: (store: Store) => Promise<unknown>) {
    this.name = name;
    this.number = number;
    this.#act = act;
    this.store = storeOf((operation) => this.#hold(operation));
  }

  /** Begins anew; what is left of earlier runs never goes on. */
  begin(): void {
    this.#run += 1;
    this.#held = [];
    this.#sent = new Map();
    this.#outcome = { state: 'running' };
    this.#failure = undefined;
    void this.#live(this.#run);
  }

  async #live(run: number): Promise<void> {
    try {
      const answer = await this.#act(this.store);
      if (run === this.#run && this.#outcome.state === 'running')
        this.#outcome = { state: 'answered', answer };
    } catch (error) {
      if (run === this.#run) this.#failure = { error };
    }
  }

  #hold<T>(operation: Operation): Promise<T> {
    const call = `${this.number}:${operation.method} ${operation.key}`;
    const before = this.#sent.get(call) ?? 0;
    this.#sent.set(call, before + 1);
    return new Promise<T>((resolve) => {
      const answer = (value: unknown): void => resolve(value as T);
      this.#held.push({ ...operation, id: `${call}#${before}`, actor: this.number, answer });
    });
  }

  /** Operations that may go on now, in any order. */
  get held(): readonly Held[] {
    return this.#held;
  }

  get outcome(): Outcome {
    return this.#outcome;
  }

  /** Waits for its store, or for nothing any more. */
  get isSettled(): boolean {
    // What it threw is a fault of the test or a bug, and no answer.
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#held.length > 0 || this.#outcome.state !== 'running';
  }

  release(held: Held): void {
    this.#held = this.#held.filter((each) => each !== held);
  }

  /** The process dies: what it has sent and the store has not done is never done. */
  stop(): void {
    this.#held = [];
    if (this.#outcome.state === 'running') this.#outcome = { state: 'stopped' };
  }
}

/** Turns of the event loop that an actor may take between two operations: for signers and verifiers that are asynchronous. */
const PATIENCE = 2000;

/**
 * Waits until no actor can go on by itself. What runs on microtasks alone has run when a tick comes; what takes longer is
 * waited for. An actor that computes elsewhere while one of its operations is held goes unnoticed here, and is found
 * out when a later run of the same steps does not meet the same operations.
 */
export async function settle(actors: readonly Actor[]): Promise<void> {
  for (let turn = 0; turn < PATIENCE; turn += 1) {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    if (actors.every((actor) => actor.isSettled)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const waiting = actors.filter((actor) => !actor.isSettled).map(({ name }) => name);
  throw new Error(`${waiting.join(' and ')} waits for something else than the store`);
}
