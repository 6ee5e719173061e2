import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, newKey, tokensOf } from '../sessions/support/backend.js';
import { DOWN } from '../sessions/support/failing.js';

describe('an outage', () => {
  it('of the store is answered with 503 and when to come again, everywhere', async () => {
    const inner = memoryStore();
    let down = false;
    const fail =
      <A extends unknown[], R>(operation: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (down) throw new AttestationError(DOWN);
        return operation(...args);
      };
    const store = {
      claim: fail(inner.claim),
      advance: fail(inner.advance),
      get: fail(inner.get),
      put: fail(inner.put),
      delete: fail(inner.delete),
    };
    const backend = new Backend({ store, sessions: { revocation: 'immediate' } });
    const key = newKey();
    const { session, refresh } = tokensOf(await backend.attest(key));
    const bodies = { attest: await backend.evidence(), assert: await backend.exchange(key) };
    down = true;
    const replies = [
      await backend.post('/attest', bodies.attest),
      await backend.post('/assert', bodies.assert),
      await backend.refresh(refresh),
      await backend.post('/revoke', { token: session }),
    ];
    for (const { answer } of replies) {
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5', 'cache-control': 'no-store' },
        body: '{}',
      });
    }
    expect(await backend.use(session)).toBe('STORE_DOWN');
    expect((await backend.send('/challenge', { target: '/c?device_id=a' })).status).toBe(200);
    down = false;
    expect((await backend.post('/assert', bodies.assert)).status).toBe(200);
    expect((await backend.refresh(refresh)).status).toBe(200);
    expect(await backend.use(session)).toBe('accepted');
  });

  it('of the whole store is an answer, whatever it throws', async () => {
    for (const thrown of [new Error('secret'), 'text', undefined, null]) {
      const store = { ...memoryStore(), claim: () => Promise.reject(thrown as Error) };
      const backend = new Backend({ store });
      const reply = await backend.attest();
      expect([reply.status, reply.code]).toEqual([503, 'ERR_GUARD_INTERNAL']);
      expect(JSON.stringify(backend.events)).not.toContain('"secret"');
    }
  });
});
