import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Turns } from '../../src/endpoints/turns.js';
import type { Enrolled, EnrollmentEvidence } from '../../src/ports/enrollment.js';
import { Backend, START, tally, tokensOf } from '../sessions/support/backend.js';

/** Counts the turns of the event loop. */
class Probe {
  turn = 0;
  #timer: NodeJS.Immediate | undefined;

  start(): void {
    this.#timer = setImmediate(() => {
      this.turn += 1;
      this.start();
    });
  }

  stop(): void {
    clearImmediate(this.#timer);
  }
}

const probe = new Probe();
beforeEach(() => probe.start());
afterEach(() => probe.stop());

const ENROLLED: Enrolled = {
  kind: 'blocking',
  platform: 'ios',
  appId: 'app',
  environment: 'production',
  attestedAt: START,
  facts: {},
};

/** Evidence that notes when it is verified, and of whom. */
function noting(more: Partial<EnrollmentEvidence> = {}) {
  const turns: number[] = [];
  const order: string[] = [];
  const evidence: EnrollmentEvidence = {
    kind: 'blocking',
    fields: ['token'],
    appraise: () => undefined,
    ...more,
    verify: (fields, context) => {
      turns.push(probe.turn);
      order.push(context.deviceId);
      return more.verify?.(fields, context) ?? ENROLLED;
    },
  };
  return { evidence, turns, order };
}

async function flood(backend: Backend, count: number) {
  const ids = Array.from({ length: count }, (_, id) => `device-${id}`);
  const challenges: string[] = [];
  for (const id of ids) challenges.push(await backend.challenge(id));
  return ids.map((id, at) =>
    backend.post('/attest', { challenge: challenges[at], device_id: id, token: 't' }),
  );
}

const settled = async () => {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('turns', () => {
  it('come one to a turn of the event loop, in the order in which they were asked for', async () => {
    const turns = new Turns(100);
    const order: number[] = [];
    const seen: number[] = [];
    const take = async (id: number) => {
      await turns.take();
      order.push(id);
      seen.push(probe.turn);
    };
    const first = Array.from({ length: 20 }, (_, id) => take(id));
    await new Promise((resolve) => setImmediate(resolve));
    const later = Array.from({ length: 20 }, (_, id) => take(20 + id));
    await Promise.all([...first, ...later]);
    expect(order).toEqual(Array.from({ length: 40 }, (_, id) => id));
    expect(new Set(seen).size).toBe(40);
  });

  it('are waited for by so many and no more, and there is room again once they are over', async () => {
    const turns = new Turns(3);
    const asked = Array.from({ length: 5 }, () => turns.take());
    const refused = await Promise.allSettled(asked);
    expect(refused.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(refused[3]).toMatchObject({ reason: { code: 'ERR_ENDPOINT_BUSY', retryAfter: 1 } });
    await Promise.all([turns.take(), turns.take(), turns.take()]);
  });
});

describe('enrollments', () => {
  it('are verified one to a turn of the event loop, the first come first', async () => {
    const { evidence, turns, order } = noting();
    const answers = await Promise.all(await flood(new Backend({ enrollment: [evidence] }), 40));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 40 });
    expect(new Set(turns).size).toBe(40);
    expect(order).toEqual(Array.from({ length: 40 }, (_, id) => `device-${id}`));
  });

  it('wait for nobody on Cloudflare Workers, where one that is canceled would keep all behind it', async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    const value = { userAgent: 'Cloudflare-Workers' };
    Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
    try {
      const { evidence, turns } = noting();
      const answers = await Promise.all(await flood(new Backend({ enrollment: [evidence] }), 40));
      expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 40 });
      expect(new Set(turns).size).toBeLessThan(5);
    } finally {
      if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
      else Object.defineProperty(globalThis, 'navigator', before);
    }
  });

  it('of two guards share the turns', async () => {
    const { evidence, turns } = noting();
    const both = [new Backend({ enrollment: [evidence] }), new Backend({ enrollment: [evidence] })];
    const sent = [];
    for (const backend of both) sent.push(...(await flood(backend, 10)));
    await Promise.all(sent);
    expect(new Set(turns).size).toBe(20);
  });

  it('take turns where all have waited for one thing, such as a list of revoked certificates', async () => {
    let bring = (): void => undefined;
    const list = new Promise<void>((resolve) => {
      bring = resolve;
    });
    const { evidence, turns } = noting({ ready: () => list });
    const sent = await flood(new Backend({ enrollment: [evidence] }), 20);
    await settled();
    expect(turns).toEqual([]);
    bring();
    await Promise.all(sent);
    expect(new Set(turns).size).toBe(20);
  });

  it('take a turn for what comes beside the evidence too', async () => {
    const beside = noting({ kind: 'beside', fields: ['verdict'] });
    const companion = { evidence: beside.evidence, isRequired: () => true };
    const { evidence, turns } = noting({ companion });
    const backend = new Backend({ enrollment: [evidence] });
    const ask = async (id: string) =>
      backend.post('/attest', {
        challenge: await backend.challenge(id),
        device_id: id,
        token: 't',
        verdict: 'v',
      });
    const answers = await Promise.all(['a', 'b', 'c'].map(ask));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 3 });
    expect(new Set([...turns, ...beside.turns]).size).toBe(6);
  });

  it('that fail keep nobody waiting', async () => {
    const { evidence, turns } = noting({
      verify: () => {
        throw new Error('no');
      },
    });
    const backend = new Backend({ enrollment: [evidence] });
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(await flood(backend, 30));
      expect(tally(answers.map(({ status }) => status))).toEqual({ 503: 30 });
    }
    expect(new Set(turns).size).toBe(150);
  });

  it('leave the loop to others: what came after them is answered before they are through', async () => {
    const { evidence, turns } = noting();
    const backend = new Backend({ enrollment: [evidence] });
    const sent = await flood(backend, 50);
    await backend.challenge('other');
    await backend.refresh('none');
    expect(turns.length).toBeLessThan(50);
    await Promise.all(sent);
  });
});

describe('enrollments that wait for another service', () => {
  it('keep no room from refresh and revoke, nor these from them', async () => {
    const held: (() => void)[] = [];
    let isSlow = false;
    const { evidence } = noting({
      verify: async () => {
        if (isSlow) await new Promise<void>((resolve) => held.push(resolve));
        return ENROLLED;
      },
    });
    let isUserSlow = false;
    const users: (() => void)[] = [];
    const subject = async () => {
      if (isUserSlow) await new Promise<void>((resolve) => users.push(resolve));
      return undefined;
    };
    const backend = new Backend({ enrollment: [evidence], subject });
    const ask = async (id: string) =>
      backend.post('/attest', { challenge: await backend.challenge(id), device_id: id, token: 't' });
    const tokens = tokensOf(await ask('known'));

    isSlow = true;
    const enrolling = await flood(backend, 64);
    await settled();
    expect(held).toHaveLength(64);
    expect((await ask('more')).code).toBe('ERR_ENDPOINT_BUSY');
    const next = tokensOf(await backend.refresh(tokens.refresh));
    isSlow = false;
    for (const resolve of held) resolve();
    expect(tally((await Promise.all(enrolling)).map(({ status }) => status))).toEqual({ 200: 64 });

    isUserSlow = true;
    const refreshing = Array.from({ length: 64 }, () => backend.refresh(next.refresh));
    await settled();
    expect(users).toHaveLength(64);
    expect((await backend.refresh(next.refresh)).code).toBe('ERR_ENDPOINT_BUSY');
    isUserSlow = false;
    expect((await ask('new')).status).toBe(200);
    for (const resolve of users) resolve();
    await Promise.all(refreshing);
    expect((await backend.post('/revoke', { token: next.refresh })).status).toBe(200);
  });
});
