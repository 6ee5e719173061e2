import { describe, expect, it } from 'vitest';
import type { EnrollmentEvidence } from '../../src/ports/enrollment.js';
import { Backend, newKey, tally } from '../sessions/support/backend.js';

describe('new records', () => {
  it('have a limit of their own by the address: refused with 429, counted, and nothing spent', async () => {
    const backend = new Backend({ limits: { newRecordsPerHour: 2 } });
    const key = newKey();
    await backend.enrolled(key, 'd1');
    await backend.enrolled(newKey(), 'd2');
    const third = newKey();
    const body = await backend.evidence(third, 'd3');
    const refused = await backend.post('/attest', body);
    expect(refused).toMatchObject({ status: 429, code: 'ERR_ENROLLMENT_RECORD_LIMIT', body: {} });
    // What exists already makes no new record; other addresses have limits of their own.
    expect(await backend.attest(key, 'd1')).toMatchObject({ code: undefined, status: 200 });
    expect((await backend.post('/attest', body, { ip: '198.51.100.1' })).status).toBe(200);
    const counted = backend.guard.counters().filter(({ code }) => code === 'ERR_ENROLLMENT_RECORD_LIMIT');
    expect(counted).toEqual([
      { route: '/attest', outcome: 'refused', code: 'ERR_ENROLLMENT_RECORD_LIMIT', count: 1 },
    ]);
    backend.clock.ms += 1_800_000;
    expect((await backend.attest(newKey(backend.clock.now), 'd4')).status).toBe(200);
  });

  it('are counted only for evidence that holds', async () => {
    const backend = new Backend({ limits: { newRecordsPerHour: 1 } });
    for (let each = 0; each < 5; each += 1) {
      const forged = { ...(await backend.evidence(newKey(), `d${each}`)), attestation: 'AAAA' };
      expect((await backend.post('/attest', forged)).status).toBe(403);
    }
    expect((await backend.attest()).status).toBe(200);
  });
});

describe('evidence that another service looks at', () => {
  /** A class with private members, as an application's own evidence may be. */
  class Remote implements EnrollmentEvidence {
    readonly kind = 'remote';
    readonly fields = ['token'] as const;
    #calls = 0;
    async verify(_fields: object, { consumeChallenge, now }: Parameters<EnrollmentEvidence['verify']>[1]) {
      await consumeChallenge();
      await consumeChallenge();
      this.#calls += 1;
      const about = { kind: 'remote', platform: 'ios', appId: 'app', environment: 'production' } as const;
      return { ...about, attestedAt: now, facts: {} };
    }
    appraise(): void {
      if (this.#calls === 0) throw new Error('never verified');
    }
    calls(): number {
      return this.#calls;
    }
  }

  it('has a limit of its own by the address, before the call and before the challenge is spent', async () => {
    const evidence = new Remote();
    const backend = new Backend({ enrollment: [evidence] });
    const send = async (id: number, ip: string) => {
      const challenge = await backend.challenge(`d${id}`);
      const body = { challenge, device_id: `d${id}`, token: 't' };
      return { body, reply: await backend.post('/attest', body, { ip }) };
    };
    for (let id = 0; id < 10; id += 1) expect((await send(id, '203.0.113.7')).reply.status).toBe(200);
    const { body, reply } = await send(10, '203.0.113.7');
    expect(reply).toMatchObject({ status: 429, code: 'ERR_ENROLLMENT_REMOTE_LIMIT' });
    expect(reply.answer.headers['retry-after']).toBe('5');
    expect(evidence.calls()).toBe(10);
    expect((await backend.post('/attest', body, { ip: '198.51.100.1' })).status).toBe(200);
    expect(evidence.calls()).toBe(11);
  });

  it('holds for all together where nobody knows their addresses', async () => {
    const backend = new Backend({ enrollment: [new Remote()], limits: { unknownAddresses: 1 } });
    const codes = [];
    for (let id = 0; id < 20; id += 1) {
      const body = { challenge: await backend.challenge(`d${id}`), device_id: `d${id}`, token: 't' };
      codes.push((await backend.post('/attest', body, { ip: undefined })).status);
    }
    expect(tally(codes)).toEqual({ 200: 10, 429: 10 });
  });
});
