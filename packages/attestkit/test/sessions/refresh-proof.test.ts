import { describe, expect, it } from 'vitest';
import type { VirtualKey } from 'attestkit-testing/apple';
import { refreshBytes } from '../../src/sessions/index.js';
import { AUDIENCE, Backend, newKey, tokensOf } from './support/backend.js';
import { vouching } from './support/vouching.js';

const sessions = { refresh: 'proof' } as const;

/** What a key signs beside a refresh token. */
function proofBy(key: VirtualKey, refreshToken: string, deviceId = 'phone-1', audience = AUDIENCE): object {
  const proof = key.assert({ clientData: refreshBytes({ audience, deviceId, refreshToken }) });
  return { refresh_token: refreshToken, assertion: Buffer.from(proof).toString('base64') };
}

describe('a refresh that needs a proof', () => {
  it('is accepted with one by the key of the device', async () => {
    const backend = new Backend({ sessions });
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    const next = tokensOf(await backend.post('/refresh', proofBy(key, refresh)));
    expect(await backend.use(next.session)).toBe('accepted');
  });

  it('is refused without one, and spends nothing', async () => {
    const backend = new Backend({ sessions });
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    expect(await backend.refresh(refresh)).toMatchObject({ status: 401, code: 'ERR_REFRESH_PROOF_MISSING' });
    expect(await backend.post('/refresh', proofBy(key, refresh))).toMatchObject({ status: 200 });
  });

  it('is refused with one by another key, for another token, label or audience, and spends nothing', async () => {
    const backend = new Backend({ sessions });
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    const other = tokensOf(await backend.attest(newKey(), 'phone-2'));
    const proofs = [
      proofBy(newKey(), refresh),
      { ...proofBy(key, other.refresh), refresh_token: refresh },
      proofBy(key, refresh, 'phone-2'),
      proofBy(key, refresh, 'phone-1', 'https://other.example.com'),
    ];
    for (const proof of proofs)
      expect(await backend.post('/refresh', proof)).toMatchObject({
        status: 401,
        code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
      });
    expect(await backend.post('/refresh', proofBy(key, refresh))).toMatchObject({ status: 200 });
  });

  it('is spent by its counter: a copy of the whole request gets nothing, also in the retry time', async () => {
    const backend = new Backend({ sessions });
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    const sent = proofBy(key, refresh);
    const first = tokensOf(await backend.post('/refresh', sent));
    expect(await backend.post('/refresh', sent)).toMatchObject({
      status: 401,
      code: 'ERR_ASSERTION_COUNTER_REUSED',
    });
    const again = tokensOf(await backend.post('/refresh', proofBy(key, refresh)));
    expect(again.refresh).toBe(first.refresh);
  });

  it('is not asked of a device without a key, which has none to give', async () => {
    const backend = new Backend({ sessions, enrollment: [vouching()] });
    const body = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good' };
    const { refresh } = tokensOf(await backend.post('/attest', body));
    expect(await backend.refresh(refresh)).toMatchObject({ status: 200 });
  });
});
