import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSecret } from '../sessions/support/backend.js';
import { databaseFile } from '../stores/support/opened.js';
import { Instance, Phone, type Variables } from './support/deployment.js';

const [OLD, NEW] = [newSecret(), newSecret()];

/** What each step sets on all instances, one after the other: the runbook of `docs/rollout.md`. */
const BEFORE: Variables = { JWT_SECRET: OLD };
const STEP_1: Variables = { JWT_SECRET: OLD, JWT_SECRET_PREVIOUS: NEW };
const STEP_2: Variables = { JWT_SECRET: NEW, JWT_SECRET_PREVIOUS: OLD };
const STEP_3: Variables = { JWT_SECRET: NEW };

let file: ReturnType<typeof databaseFile>;
let instances: Instance[] = [];

beforeEach(() => {
  // The processes run what was built: npm run build.
  expect(existsSync(new URL('../../dist/env/index.js', import.meta.url))).toBe(true);
  file = databaseFile();
});
afterEach(async () => {
  await Promise.all(instances.map((each) => each.stop()));
  instances = [];
  file.remove();
});

async function deploy(...each: Variables[]): Promise<readonly [Instance, Instance]> {
  for (const variables of each) instances.push(await Instance.start(file.path, variables));
  return instances as unknown as readonly [Instance, Instance];
}

/** One instance after the other gets new variables. */
async function replace(at: 0 | 1, variables: Variables): Promise<void> {
  await instances[at]?.stop();
  instances[at] = await Instance.start(file.path, variables);
}

/** What clients hold while instances come and go: phones with sessions, and one with a challenge of each instance. */
class Clients {
  readonly #enrolled: Phone[] = [];
  #waiting: (readonly [phone: Phone, challenge: string])[] = [];
  /** What was refused, in words. */
  readonly lost: string[] = [];
  /** How much was asked for. */
  asked = 0;

  /** All that they hold is used at the other instance, and new things are fetched from both. */
  async pass(when: string): Promise<void> {
    const [a, b] = instances as [Instance, Instance];
    const note = (what: string, status: number | boolean): void => {
      this.asked += 1;
      if (status !== 200 && status !== true) this.lost.push(`${when}: ${what} (${status})`);
    };
    for (const [at, [phone, challenge]] of this.#waiting.entries()) {
      note('a challenge', await phone.enroll(at % 2 === 0 ? b : a, challenge));
      this.#enrolled.push(phone);
    }
    for (const [at, phone] of this.#enrolled.entries()) {
      const [here, there] = at % 2 === 0 ? [a, b] : [b, a];
      for (const each of [here, there]) note('a session', await each.use(phone.session));
      note('a refresh token', await phone.refresh(there));
      note('a refreshed session', await here.use(phone.session));
      note('a refresh token of the other', await phone.refresh(here));
      note('a refresh that is tried again', await phone.refreshTwice(there, here));
    }
    this.#waiting = [];
    for (const each of [a, b, a, b]) {
      const phone = new Phone();
      this.#waiting.push([phone, await each.challenge(phone.deviceId)]);
    }
  }
}

describe('a rolling deployment of a new secret on two processes', { timeout: 180_000 }, () => {
  it('in three steps by variables alone loses nothing at any point', async () => {
    await deploy(BEFORE, BEFORE);
    const clients = new Clients();
    await clients.pass('before');
    await clients.pass('before, again');
    for (const [name, variables] of Object.entries({ STEP_1, STEP_2, STEP_3 })) {
      await replace(0, variables);
      await clients.pass(`${name} on one`);
      await replace(1, variables);
      await clients.pass(`${name} on both`);
      await clients.pass(`${name} on both, again`);
    }
    expect(clients.lost).toEqual([]);
    // 11 passes, each with four phones more than the one before; of each six questions, and once its challenge.
    expect(clients.asked).toBe(10 * 4 + 6 * 4 * 55);
  });

  it('that signs with the new secret before all verify it loses what the others are shown', async () => {
    const [changed, unchanged] = await deploy({ JWT_SECRET: NEW, JWT_SECRET_PREVIOUS: OLD }, BEFORE);
    const phone = new Phone();
    expect(await phone.enroll(changed, await changed.challenge(phone.deviceId))).toBe(200);
    expect(await changed.use(phone.session)).toBe(200);
    expect(await unchanged.use(phone.session)).not.toBe(200);
    expect(await phone.refresh(unchanged)).not.toBe(200);
    const other = new Phone();
    expect(await other.enroll(unchanged, await changed.challenge(other.deviceId))).not.toBe(200);
  });

  it('that only replaces the secret loses everything', async () => {
    await deploy(BEFORE, BEFORE);
    const clients = new Clients();
    await clients.pass('before');
    await clients.pass('before, again');
    await replace(0, STEP_3);
    await replace(1, STEP_3);
    await clients.pass('after');
    const kinds = new Set(clients.lost.map((each) => each.replace(/^after: | \(.*$/g, '')));
    for (const kind of ['a challenge', 'a session', 'a refresh token']) expect([...kinds]).toContain(kind);
  });

  it('that drops the old secret too early loses who has not refreshed since', async () => {
    await deploy(STEP_1, STEP_1);
    const phones = [new Phone(), new Phone()] as const;
    for (const phone of phones) {
      const [a, b] = instances as [Instance, Instance];
      expect(await phone.enroll(a, await b.challenge(phone.deviceId))).toBe(200);
    }
    for (const at of [0, 1] as const) await replace(at, STEP_2);
    expect(await phones[0].refresh(instances[0] as Instance)).toBe(200);
    for (const at of [0, 1] as const) await replace(at, STEP_3);
    expect(await phones[0].refresh(instances[1] as Instance)).toBe(200);
    expect(await phones[1].refresh(instances[1] as Instance)).not.toBe(200);
  });
});
