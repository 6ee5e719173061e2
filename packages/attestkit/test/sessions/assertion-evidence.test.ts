import { describe, expect, it } from 'vitest';
import type { RouteOptions } from '../../src/guard/internal.js';

import { memoryStore } from '../../src/stores/memory.js';
import type { VirtualKey } from 'attestkit-testing/apple';
import { Backend, bearer, newKey, outcome, recording, requestOf, tally } from './support/backend.js';
import { ALONE, BESIDE, device, PAY, sign } from './support/signing-device.js';

describe('a signed request', () => {
  it('beside a session, or alone where the route lets it', async () => {
    const { backend, beside, alone } = await device();
    expect(await backend.check(beside(), BESIDE)).toMatchObject({
      results: {
        session: { deviceId: 'phone-1' },
        signedRequest: {
          kind: 'signedRequest',
          deviceId: 'phone-1',
          enrolledBy: 'appAttest',
          counter: 1,
          challenged: false,
        },
      },
    });
    expect(await backend.check(alone(), ALONE)).toMatchObject({
      results: { signedRequest: { recordId: await backend.recordId(), counter: 2, sessionId: undefined } },
    });
  });

  it('alone is refused where the route does not say so', async () => {
    const { alone, check } = await device();
    expect(await check(alone(), BESIDE)).toBe('ERR_SESSION_MISSING');
    expect(await check(alone(), { signedRequest: {}, accept: ['signedRequest'] })).toBe(
      'ERR_SESSION_MISSING',
    );
  });

  it('needs the session to be there and to hold', async () => {
    const { backend, key, check, session } = await device();
    const fields = () => ({ 'x-app-attest': sign(key, PAY).xAppAttest });
    expect(await check({ ...PAY, fields: fields() }, BESIDE)).toBe('ERR_SESSION_MISSING');
    const forged = { ...fields(), ...bearer(`${session.slice(0, -4)}AAAA`) };
    expect(await check({ ...PAY, fields: forged }, BESIDE)).toBe('ERR_SESSION_SIGNATURE_INVALID');
    backend.clock.ms += 1_800_000;
    expect(await check({ ...PAY, fields: { ...fields(), ...bearer(session) } }, BESIDE)).toBe(
      'ERR_SESSION_EXPIRED',
    );
  });

  it('is signed by a key of the session’s own device', async () => {
    const { backend, check, session } = await device();
    const other = newKey();
    const theirs = await backend.enrolled(other, 'phone-2');
    const fields = { 'x-app-attest': sign(other, PAY).xAppAttest };
    const decision = await backend.check({ ...PAY, fields: { ...bearer(session), ...fields } }, BESIDE);
    expect(decision).toMatchObject({
      error: { code: 'ERR_ASSERTION_KEY_MISMATCH' },
      response: { status: 401 },
    });
    // Refused before anything was spent: the very same proof serves its own session.
    expect(await check({ ...PAY, fields: { ...bearer(theirs.session), ...fields } }, BESIDE)).toBe(
      'accepted',
    );
  });

  it.each([
    ['another method', { method: 'PUT' }],
    ['the method in small letters', { method: 'post' }],
    ['another path', { target: '/v1/pay/' }],
    ['another query', { target: '/v1/pay?amount=2' }],
    ['the path decoded', { target: '/v1/p%61y?amount=1' }],
    ['another body', { body: '{"to":"eve"}' }],
    ['a body written otherwise', { body: '{ "to": "bob" }' }],
    ['no body', { body: '' }],
  ])('is for this very request: not with %s', async (_, change) => {
    const { store, writes } = recording(memoryStore());
    const { beside, check } = await device({ store });
    writes.length = 0;
    expect(await check(beside(PAY, { ...PAY, ...change }), BESIDE)).toBe(
      'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    );
    expect(writes).toEqual([]);
  });

  it('is for this API', async () => {
    const { key, check, session } = await device();
    for (const audience of ['https://api.example.com/', 'https://other.example']) {
      const { xAppAttest } = sign(key, PAY, undefined, audience);
      expect(
        await check({ ...PAY, fields: { ...bearer(session), 'x-app-attest': xAppAttest } }, BESIDE),
      ).toBe('ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID');
    }
  });

  it('cannot be replayed, on this route or another, alone or beside', async () => {
    const { beside, check, key, backend, session } = await device();
    const first = beside();
    expect(await check(first, BESIDE)).toBe('accepted');
    expect(await check(first, BESIDE)).toBe('ERR_ASSERTION_COUNTER_REUSED');
    expect(await check(first, { ...BESIDE, name: 'other' })).toBe('ERR_ASSERTION_COUNTER_REUSED');
    const { xAppAttest, authorization } = sign(key, PAY);
    expect(await check({ ...PAY, fields: { authorization } }, ALONE)).toBe('accepted');
    expect(await check({ ...PAY, fields: { ...bearer(session), 'x-app-attest': xAppAttest } }, BESIDE)).toBe(
      'ERR_ASSERTION_COUNTER_REUSED',
    );
    const other = new Backend({ store: backend.store, clock: backend.clock });
    expect(outcome(await other.check(first, BESIDE))).toBe('ERR_ASSERTION_COUNTER_REUSED');
  });

  it('of 1,000 at once exactly one is accepted', async () => {
    const { beside, backend } = await device();
    const request = requestOf(beside());
    const route = backend.guard.route(BESIDE);
    const uses = Array.from({ length: 1000 }, () => backend.guard.check(request, route));
    expect(tally((await Promise.all(uses)).map(outcome))).toEqual({
      accepted: 1,
      ERR_ASSERTION_COUNTER_REUSED: 999,
    });
  });

  it('may come late within the window, once', async () => {
    const { beside, check } = await device({ counterWindow: 2 });
    const [one, two, three, four] = [beside(), beside(), beside(), beside()];
    expect(await check(one, BESIDE)).toBe('accepted');
    expect(await check(four, BESIDE)).toBe('accepted');
    for (const late of [two, three]) expect(await check(late, BESIDE)).toBe('accepted');
    for (const used of [one, two, three, four])
      expect(await check(used, BESIDE)).toBe('ERR_ASSERTION_COUNTER_REUSED');
  });
});

describe('the field', () => {
  it.each([
    ['none', {}, 'ERR_ASSERTION_MISSING'],
    ['an empty one', { 'x-app-attest': '' }, 'ERR_ASSERTION_MISSING'],
    ['junk', { 'x-app-attest': 'junk' }, 'ERR_ASSERTION_MALFORMED'],
    [
      'a signature of a kind that is not configured',
      { 'x-app-attest': `v=1; key_id=${'A'.repeat(43)}; signature=AAAA` },
      'ERR_ASSERTION_KEY_UNKNOWN',
    ],
    [
      'a key that nobody has',
      { 'x-app-attest': `v=1; key_id=${'A'.repeat(43)}; assertion=AAAA` },
      'ERR_ASSERTION_KEY_MISMATCH',
    ],
  ])('is refused with 401 where there is %s', async (_, fields, code) => {
    const { backend, session } = await device();
    const decision = await backend.check({ ...PAY, fields: { ...bearer(session), ...fields } }, BESIDE);
    expect(decision).toMatchObject({ error: { code }, response: { status: 401, body: '{}' } });
  });

  it('is there once: not twice, nor in both places', async () => {
    const { key, check, session } = await device();
    const { xAppAttest, authorization } = sign(key, PAY);
    const twice = { ...bearer(session), 'x-app-attest': [xAppAttest, xAppAttest] };
    expect(await check({ ...PAY, fields: twice }, BESIDE)).toBe('ERR_ASSERTION_REPEATED');
    const both = { authorization, 'x-app-attest': xAppAttest };
    expect(await check({ ...PAY, fields: both }, ALONE)).toBe('ERR_ASSERTION_REPEATED');
    const credentials = { authorization: [authorization, authorization] };
    expect(await check({ ...PAY, fields: credentials }, ALONE)).toBe('ERR_ASSERTION_REPEATED');
    expect(await check({ ...PAY, fields: { authorization } }, ALONE)).toBe('accepted');
  });

  it('names the key that signed', async () => {
    const { backend, check, key, session } = await device();
    const second = newKey();
    await backend.enrolled(second, 'phone-2');
    const field = sign(key, PAY).xAppAttest;
    const id = (each: VirtualKey) => Buffer.from(each.keyId, 'base64').toString('base64url');
    const swapped = field.replace(id(key), id(second));
    expect(await check({ ...PAY, fields: { ...bearer(session), 'x-app-attest': swapped } }, BESIDE)).toBe(
      'ERR_ASSERTION_KEY_MISMATCH',
    );
    const alone = sign(key, PAY).authorization.replace(id(key), id(second));
    expect(await check({ ...PAY, fields: { authorization: alone } }, ALONE)).toBe(
      'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    );
    expect(await check({ ...PAY, fields: { ...bearer(session), 'x-app-attest': field } }, BESIDE)).toBe(
      'accepted',
    );
  });
});

describe('report-only', () => {
  it('lets failures pass without a result, and advances nothing for them', async () => {
    const { store, writes } = recording(memoryStore());
    const { backend, beside } = await device({ store });
    const report: RouteOptions = { ...BESIDE, enforcement: 'report' };
    writes.length = 0;
    const forged = beside(PAY, { ...PAY, body: 'other' });
    expect(await backend.check(forged, report)).toMatchObject({
      outcome: 'accept',
      results: {},
      reported: [{ code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID' }],
    });
    expect(writes).toEqual([]);
    const sound = beside();
    expect(await backend.check(sound, report)).toMatchObject({
      results: { signedRequest: { counter: 2 } },
      reported: [],
    });
    const replayed = await backend.check(sound, report);
    expect(replayed).toMatchObject({
      outcome: 'accept',
      reported: [{ code: 'ERR_ASSERTION_COUNTER_REUSED' }],
    });
    expect((replayed as unknown as { results: object }).results).toEqual({});
  });
});

describe('what cannot be decided', () => {
  it('is refused as unavailable where the bytes of the body are gone', async () => {
    const { backend, beside } = await device();
    const sent = requestOf(beside());
    const gone = { method: sent.method, target: sent.target, fields: sent.fields, ip: sent.ip };
    expect(await backend.guard.check(gone, backend.guard.route(BESIDE))).toMatchObject({
      error: { code: 'ERR_GUARD_BODY_UNAVAILABLE' },
      response: { status: 503 },
    });
  });

  it('is a mistake at start-up where the API has no name, or an option is none', async () => {
    expect(
      () =>
        new Backend({
          audience: undefined as unknown as string,
        }),
    ).toThrow('devices.audience');
    const backend = new Backend();
    const wrong: unknown[] = [
      { session: 'never' },
      { challenge: true },
      { sesion: 'optional' },
      'required',
      1,
    ];
    for (const option of wrong)
      expect(() => backend.guard.route({ signedRequest: option as boolean })).toThrow(/signedRequest/);
  });
});
