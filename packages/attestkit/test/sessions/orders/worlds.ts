import type { Store } from '../../../src/ports/store.js';
import { Disk, storeOf, type HandClock, type Operation } from './disk.js';
import { FakeKey, START } from './evidence.js';
import { attestBody, type Have, type Platform } from './phone.js';
import { readSession, type Answer, type Said, type Server } from './subject.js';

/** How a server is made on a store: `openServer`, or a model of it. */
export type Open = (store: Store, clock: HandClock) => Server;

/** What a client was given at some time. */
export interface Credential {
  readonly of: string;
  readonly have: Have;
  readonly session: string;
  readonly refresh: string;
  readonly said: Said;
}

/** A server of its own, that waits for nothing: for what comes before an order, and for what is asked after it. */
export class Probe {
  readonly clock: HandClock;
  readonly server: Server;
  readonly #open: Open;
  #disk: Disk;

  constructor(open: Open, ms = START) {
    this.#open = open;
    this.clock = { ms };
    this.#disk = new Disk(this.clock);
    this.server = open(
      storeOf(async <T>(operation: Operation) => this.#disk.perform(operation) as T),
      this.clock,
    );
  }

  get disk(): Disk {
    return this.#disk;
  }

  /** Another server, whose clock is ahead: those of one server never run backwards. */
  later(ms: number): Probe {
    return new Probe(this.#open, this.clock.ms + ms);
  }

  /** The server over a copy of a state: what it changes there is forgotten. */
  over(disk: Disk): Server {
    this.#disk = disk.copy();
    return this.server;
  }
}

/** What there is before an order. */
export interface World {
  readonly probe: Probe;
  readonly disk: Disk;
  readonly platform: Platform;
  readonly before: readonly Credential[];
  readonly isBlocked: boolean;
}

export const LABEL = 'alice-phone';

export function credentialOf(of: string, have: Have, { session = '', refresh = '' }: Answer): Credential {
  return { of, have: { ...have, refresh }, session, refresh, said: readSession(session) };
}

/** Nobody is enrolled. */
export async function empty(open: Open, platform: Platform): Promise<World> {
  const probe = new Probe(open);
  return { probe, disk: probe.disk.copy(), platform, before: [], isBlocked: false };
}

/**
 * Alice's phone has tried to enroll: its server did so many store operations and then died. With more than it takes, only
 * the answer is lost.
 */
export async function interrupted(open: Open, platform: Platform, operations: number): Promise<World> {
  const probe = new Probe(open);
  const disk = probe.disk.copy();
  let left = operations;
  const never = new Promise<never>(() => undefined);
  const dying = open(
    storeOf(async <T>(operation: Operation) => {
      if (left === 0) return never;
      left -= 1;
      return disk.perform(operation) as T;
    }),
    probe.clock,
  );
  const key = platform === 'keyless' ? undefined : new FakeKey('K');
  void dying.attest(attestBody(probe.server, { platform, label: LABEL, user: 'alice' }, key), 'alice');
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return { probe, disk, platform, before: [], isBlocked: false };
}

/** Alice's phone is enrolled under `LABEL`, and has been used since, so that the end of its record stands. */
export async function enrolled(open: Open, platform: Platform): Promise<World> {
  const world = await unused(open, platform);
  const [{ have, refresh }] = world.before as [Credential];
  const answer = await world.probe.server.refresh({ refresh_token: refresh }, 'alice');
  if (answer.status !== 200) throw new Error(`alice has no session: ${answer.code}`);
  return { ...world, disk: world.probe.disk.copy(), before: [credentialOf('before', have, answer)] };
}

/** Alice's phone was enrolled under `LABEL` a moment ago. */
async function unused(open: Open, platform: Platform): Promise<World> {
  const probe = new Probe(open);
  const key = platform === 'keyless' ? undefined : new FakeKey('alice');
  const have: Have = { platform, label: LABEL, user: 'alice', key };
  const answer = await probe.server.attest(attestBody(probe.server, have, key), 'alice');
  if (answer.status !== 200) throw new Error(`alice is not enrolled: ${answer.code}`);
  const before = [credentialOf('before', have, answer)];
  return { probe, disk: probe.disk.copy(), platform, before, isBlocked: false };
}

/** The same, and her record is blocked. */
export async function blocked(open: Open, platform: Platform): Promise<World> {
  const world = await enrolled(open, platform);
  const [{ said }] = world.before as [Credential];
  await world.probe.server.block({ record: { id: said.record, label: LABEL } });
  return { ...world, disk: world.probe.disk.copy(), isBlocked: true };
}
