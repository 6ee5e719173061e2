import { expect, it } from 'vitest';
import { brokenLayout } from './arena.js';
import { perform, serverOf, type Call } from './calls.js';
import { SCENES, type Prepare, type Scene } from './kill-scenes.js';
import { bearer, climb } from '../orders/phone.js';
import type { Answer, Server } from '../orders/subject.js';
import { Runner, type Death } from './race.js';
import type { Shared } from './race-stores.js';

/** Processes that serve one after the other, the next one ready before the last is killed. */
class Line {
  readonly #shared: Shared;
  #current: Promise<Runner>;
  #next: Promise<Runner>;
  kills = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#current = this.#start();
    this.#next = this.#start();
  }

  async #start(): Promise<Runner> {
    const runner = new Runner();
    await runner.open(this.#shared);
    return runner;
  }

  /** The process that serves now. */
  async server(): Promise<Server> {
    const runner = await this.#current;
    return serverOf(async (call) => (await runner.call([call]))[0] as Answer);
  }

  /** The operations that a call takes. */
  async steps(call: Call): Promise<readonly string[]> {
    const runner = await this.#current;
    await runner.ask({ calls: [call], death: { at: 0, when: 'before' } });
    return (await runner.ask({ steps: true })) as readonly string[];
  }

  /** Has the process that serves killed in the middle of a call; the next one serves then. */
  async kill(call: Call, death: Death): Promise<void> {
    const runner = await this.#current;
    const survived = await Promise.race([
      runner.ended.then(() => undefined),
      runner.ask({ calls: [call], death }).catch(() => undefined),
    ]);
    if (survived !== undefined) throw new Error(`it lives ${death.when} operation ${death.at}`);
    const signal = await runner.ended;
    if (signal !== 'SIGKILL') throw new Error(`the process ended with ${signal}`);
    this.kills += 1;
    this.#current = this.#next;
    this.#next = this.#start();
  }

  async stop(): Promise<void> {
    for (const each of await Promise.all([this.#current, this.#next])) each.stop();
  }
}

/** What is wrong for a client whose process was killed, once another one serves. */
async function wrongAfter(server: Server, scene: Scene, isDone: boolean): Promise<readonly string[]> {
  const { call, have, again, dead } = scene;
  const wrong: string[] = [];
  if (again !== undefined) {
    const { status, code } = await perform(server, again);
    if (status !== 200 && !(status === 404 && call.verb === 'forget'))
      wrong.push(`the operator does it again: ${status} ${code ?? ''}`);
  }
  if (dead !== undefined) {
    const used = await server.request('session', bearer(dead.session));
    const refreshed = await server.refresh({ refresh_token: dead.refresh });
    if (used.status === 200 || refreshed.status === 200) wrong.push('what was ended is alive');
  }
  const { end, log } = await climb(server, have);
  if (end !== scene.end) wrong.push(`the ladder ends ${end}: ${log.join(', ')}`);
  if (call.verb === 'attest' || call.verb === 'assert') {
    const replays = [await perform(server, call), await perform(server, call)];
    const accepted = replays.filter(({ status }) => status === 200).length;
    if (accepted > (isDone ? 0 : 1)) wrong.push(`the same request is accepted ${accepted} times more`);
  }
  return wrong;
}

const TIMES: readonly Death['when'][] = ['before', 'without', 'after'];

/** Kills a process at each step of a scene: what is wrong for its client then. */
async function killAll(line: Line, prepare: Prepare, steps: readonly string[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [index, step] of steps.entries()) {
    for (const when of TIMES) {
      const scene = await prepare(await line.server());
      await line.kill(scene.call, { at: index + 1, when });
      const isDone = when === 'after' && index === steps.length - 1;
      const found = await wrongAfter(await line.server(), scene, isDone);
      wrong.push(...found.map((each) => `${when} step ${index + 1}, ${step}: ${each}`));
    }
  }
  return wrong;
}

/**
 * Tests that kill a process in the middle of each scene: before each operation of the store, after it, and when all is done
 * but it.
 *
 * @param open called once in each test
 */
export function itSurvives(open: () => Promise<Shared>): void {
  it.each(Object.entries(SCENES))('%s', async (_name, { prepare, operations }) => {
    const shared = await open();
    const line = new Line(shared);
    try {
      const { call } = await prepare(await line.server());
      const steps = await line.steps(call);
      expect(steps).toHaveLength(operations);
      expect(await killAll(line, prepare, steps)).toEqual([]);
      expect(line.kills).toBe(operations * TIMES.length);
      expect(await brokenLayout(shared)).toEqual([]);
    } finally {
      await line.stop();
      await shared.close();
    }
  });
}
