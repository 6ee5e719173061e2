import { describe, expect, it, vi } from 'vitest';
import type { EndpointUse } from '../../src/endpoints/internal.js';
import type { EnrollmentEvidence } from '../../src/ports/enrollment.js';
import { Backend, claimsOf, newKey, requestOf, START, tally, tokensOf } from '../sessions/support/backend.js';

describe('the limiter', () => {
  it('is asked for every endpoint that costs something, with keyed hashes', async () => {
    const uses: EndpointUse[] = [];
    const backend = new Backend({ limiter: (use) => Boolean(uses.push(use)) });
    const { refresh } = await backend.enrolled();
    await backend.refresh(refresh);
    await backend.post('/assert', { device_id: 'phone-1' });
    await backend.post('/revoke', { token: 'x' });
    expect(uses.map(({ endpoint, step }) => `${endpoint} ${step}`)).toEqual([
      'challenge address',
      'challenge device',
      'attest address',
      'attest device',
      'attest verified',
      'refresh address',
      'assert address',
      'assert device',
      'revoke address',
    ]);
    const [, { address, device } = {}] = uses;
    expect(address).toMatch(/^[\w-]{22}$/);
    expect(device).toMatch(/^[\w-]{22}$/);
    expect(uses.map((use) => use.address)).toEqual(uses.map(() => address));
    for (const { step, device: named } of uses) expect(named).toBe(step === 'address' ? undefined : device);
  });

  it('knows an address however it is written, and all of a host’s in IPv6 as one', async () => {
    const seen: unknown[] = [];
    const backend = new Backend({ limiter: ({ address }) => Boolean(seen.push(address)) });
    const from = async (ip: string | undefined) => {
      await backend.send('/challenge', { target: '/c?device_id=a', ip });
      return seen.at(-1);
    };
    const four = await from('203.0.113.7');
    expect(await from('::ffff:203.0.113.7')).toBe(four);
    expect(await from('203.0.113.8')).not.toBe(four);
    const six = await from('2001:db8:0:1::1');
    expect(await from('2001:DB8:0:1:ffff:1:2:3%eth0')).toBe(six);
    expect(await from('2001:db8:0:2::1')).not.toBe(six);
    expect(await from('not an address')).toMatch(/^[\w-]{22}$/);
    expect(await from(undefined)).toBeUndefined();
  });

  it.each([false, undefined, 0, 1, 'yes', {}])(
    'that answers %j refuses with 429 and when to come again',
    async (answer) => {
      for (const limiter of [() => answer, async () => answer]) {
        const backend = new Backend({ limiter: limiter as () => boolean });
        const reply = await backend.send('/challenge', { target: '/c?device_id=a' });
        expect(reply.answer).toMatchObject({ status: 429, headers: { 'retry-after': '5' }, body: '{}' });
        expect(reply.code).toBe('ERR_ENDPOINT_LIMIT');
      }
    },
  );

  it.each([
    () => {
      throw new Error('203.0.113.7');
    },
    () => Promise.reject(new Error('203.0.113.7')),
  ])('that throws refuses with 503', async (limiter) => {
    const backend = new Backend({ limiter });
    const reply = await backend.send('/challenge', { target: '/c?device_id=a' });
    expect([reply.status, reply.code]).toEqual([503, 'ERR_ENDPOINT_LIMITER_FAILED']);
    expect(JSON.stringify(backend.events)).not.toContain('203.0.113');
  });

  it('is asked only about the address for what is no proper request, so that nobody is charged for another’s id', async () => {
    const asked: string[] = [];
    const backend = new Backend({ limiter: ({ step }) => Boolean(asked.push(step)) });
    await backend.send('/challenge', { target: '/c' });
    await backend.send('/attest', { method: 'POST', body: 'x' });
    await backend.send('/jwks.json', {});
    expect(asked).toEqual(['address', 'address']);
  });

  it('that refuses an address has nothing read and nothing parsed', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    try {
      const backend = new Backend({ limiter: ({ step }) => step !== 'address' });
      const body = Buffer.from(`{${Array.from({ length: 8000 }, (_, at) => `"${at}":1`).join(',')}}`);
      let read = 0;
      for (const path of ['/attest', '/assert', '/refresh', '/revoke']) {
        const sent = requestOf({ method: 'POST', fields: { 'content-type': 'application/json' } });
        const counted = {
          ...sent,
          body: async () => {
            read += 1;
            return body;
          },
        };
        parse.mockClear();
        expect((await backend.guard.answer(counted, path))?.status).toBe(429);
        expect([read, parse.mock.calls.length]).toEqual([0, 0]);
      }
    } finally {
      parse.mockRestore();
    }
  });

  it('has nothing parsed of a body with more members than any genuine one', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    try {
      const backend = new Backend();
      const send = (body: string) =>
        backend.guard.answer(
          requestOf({ method: 'POST', body, fields: { 'content-type': 'application/json' } }),
          '/attest',
        );
      const members = (count: number) =>
        `{${Array.from({ length: count }, (_, at) => `"${at}":1`).join(',')}}`;
      for (const [body, status, code] of [
        [members(65), 413, 'ERR_ENDPOINT_MEMBERS_TOO_LARGE'],
        [`{"a":[${'1,'.repeat(70)}1]}`, 413, 'ERR_ENDPOINT_MEMBERS_TOO_LARGE'],
        [`{"a":${'['.repeat(9)}${']'.repeat(9)}}`, 400, 'ERR_ENROLLMENT_BODY_MALFORMED'],
      ] as const) {
        parse.mockClear();
        expect((await send(body))?.status).toBe(status);
        expect(parse).not.toHaveBeenCalled();
        expect(backend.events.at(-1)?.refused?.code).toBe(code);
      }
      expect((await send(members(64)))?.status).toBe(400);
    } finally {
      parse.mockRestore();
    }
  });

  it('counts what was verified even where its own limiter fails then', async () => {
    const backend = new Backend({
      limiter: ({ step }) => {
        if (step === 'verified') throw new Error('down');
        return true;
      },
    });
    expect((await backend.attest()).status).toBe(200);
  });

  it('comes with every guard: 30 uses a minute of one device', async () => {
    const backend = new Backend({ limiter: undefined } as object);
    const statuses = [];
    for (let use = 0; use < 40; use += 1)
      statuses.push((await backend.send('/challenge', { target: '/c?device_id=a' })).status);
    expect(tally(statuses)).toEqual({ 200: 30, 429: 10 });
  });
});

/** Evidence whose verification lasts until it is let go. */
function slow() {
  const waiting: (() => void)[] = [];
  const about = { kind: 'slow', platform: 'ios', appId: 'app', environment: 'production' } as const;
  const evidence: EnrollmentEvidence = {
    kind: 'slow',
    fields: ['token'],
    verify: async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { ...about, attestedAt: START, facts: {} };
    },
    appraise: () => undefined,
  };
  const letGo = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { evidence, waiting, letGo };
}

const settled = async () => {
  for (let turn = 0; turn < 150; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('capacity', () => {
  it('is 64 verifications at once; more are told to come again, and room is given back', async () => {
    const { evidence, waiting, letGo } = slow();
    const backend = new Backend({ enrollment: [evidence] });
    const ask = async (id: number) =>
      backend.post('/attest', {
        challenge: await backend.challenge(`d${id}`),
        device_id: `d${id}`,
        token: 't',
      });
    const first = Array.from({ length: 100 }, (_, id) => ask(id));
    await settled();
    expect(waiting).toHaveLength(64);
    const refused = await ask(1000);
    expect(refused.answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(refused.code).toBe('ERR_ENDPOINT_BUSY');
    // What needs no verification goes on.
    expect((await backend.send('/challenge', { target: '/c?device_id=a' })).status).toBe(200);
    letGo();
    expect(tally((await Promise.all(first)).map(({ status }) => status))).toEqual({ 200: 64, 503: 36 });
    const again = ask(2000);
    await settled();
    letGo();
    expect((await again).status).toBe(200);
  });

  it('is given back by what never answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { evidence } = slow();
      const backend = new Backend({ enrollment: [evidence] });
      const body = { challenge: await backend.challenge('d'), device_id: 'd', token: 't' };
      const hanging = backend.post('/attest', body);
      await settled();
      await vi.advanceTimersByTimeAsync(30_000);
      const { code, status } = await hanging;
      expect({ code, status }).toEqual({ code: 'ERR_ENDPOINT_TIMEOUT', status: 503 });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is given back by what fails', async () => {
    const failing: EnrollmentEvidence = {
      ...slow().evidence,
      verify: () => Promise.reject(new Error('no')),
    };
    const backend = new Backend({ enrollment: [failing] });
    const statuses = [];
    for (let id = 0; id < 200; id += 1) {
      const challenge = await backend.challenge('a');
      statuses.push((await backend.post('/attest', { challenge, device_id: 'a', token: 't' })).code);
    }
    expect(tally(statuses)).toEqual({ ERR_GUARD_INTERNAL: 200 });
  });

  it('is not held while bodies arrive, however slowly', async () => {
    const backend = new Backend();
    const sent = requestOf({ method: 'POST', fields: { 'content-type': 'application/json' } });
    const never = { ...sent, body: () => new Promise<Uint8Array>(() => undefined) };
    for (let each = 0; each < 500; each += 1) void backend.guard.answer(never, '/attest');
    await settled();
    const key = newKey();
    const tokens = tokensOf(await backend.attest(key));
    expect((await backend.refresh(tokens.refresh)).status).toBe(200);
    expect(claimsOf(tokens.session)['device_id']).toBe('phone-1');
  });
});
