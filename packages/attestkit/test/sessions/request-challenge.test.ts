import { describe, expect, it } from 'vitest';
import type { RouteOptions } from '../../src/guard/internal.js';
import { memoryStore } from '../../src/stores/memory.js';
import { bearer, recording } from './support/backend.js';
import { BESIDE, device, PAY, sign } from './support/signing-device.js';

describe('a signed challenge', () => {
  const DEMANDED: RouteOptions = { signedRequest: { challenge: 'required' } };

  it('is asked for where the route demands one, and serves once', async () => {
    const { backend, beside, check } = await device();
    expect(await check(beside(), DEMANDED)).toBe('ERR_ASSERTION_CHALLENGE_MISSING');
    const challenge = await backend.challenge('phone-1', 'request');
    expect(await backend.check(beside(PAY, PAY, challenge), DEMANDED)).toMatchObject({
      results: { signedRequest: { challenged: true } },
    });
    expect(await check(beside(PAY, PAY, challenge), DEMANDED)).toBe('ERR_CHALLENGE_REUSED');
    expect(await check(beside(PAY, PAY, challenge), BESIDE)).toBe('ERR_CHALLENGE_REUSED');
  });

  it.each([
    ['for enrollment', 'phone-1', 'attest', 'ERR_CHALLENGE_PURPOSE_MISMATCH'],
    ['for a session', 'phone-1', 'assert', 'ERR_CHALLENGE_PURPOSE_MISMATCH'],
    ['of another device', 'phone-2', 'request', 'ERR_CHALLENGE_UNKNOWN'],
  ])('%s is refused, and spends nothing', async (_, deviceId, purpose, code) => {
    const { store, writes } = recording(memoryStore());
    const { backend, beside, check } = await device({ store });
    writes.length = 0;
    const challenge = await backend.challenge(deviceId, purpose);
    expect(await check(beside(PAY, PAY, challenge), BESIDE)).toBe(code);
    expect(writes).toEqual([]);
  });

  it('that was not signed is refused, and stays unused', async () => {
    const { store, writes } = recording(memoryStore());
    const { backend, key, check, session, beside } = await device({ store });
    const challenge = await backend.challenge('phone-1', 'request');
    writes.length = 0;
    const field = `${sign(key, PAY).xAppAttest}; challenge=${challenge}`;
    const sent = { ...PAY, fields: { ...bearer(session), 'x-app-attest': field } };
    expect(await check(sent, DEMANDED)).toBe('ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID');
    expect(writes).toEqual([]);
    const signed = beside(PAY, PAY, challenge);
    const stripped = signed.fields['x-app-attest'].replace(/; challenge=.*/, '');
    const without = { ...signed, fields: { ...signed.fields, 'x-app-attest': stripped } };
    expect(await check(without, BESIDE)).toBe('ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID');
    expect(await check(signed, DEMANDED)).toBe('accepted');
  });

  it('expires', async () => {
    const { backend, beside, check } = await device();
    const challenge = await backend.challenge('phone-1', 'request');
    backend.clock.ms += 300_000;
    expect(await check(beside(PAY, PAY, challenge), BESIDE)).toBe('ERR_CHALLENGE_EXPIRED');
  });
});
