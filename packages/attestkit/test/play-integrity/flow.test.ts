import { describe, expect, it } from 'vitest';
import { createGuard } from '../../src/create-guard.js';
import { devices } from '../../src/devices/index.js';
import { enrollmentHash, playIntegrity, type PlayIntegrityOptions } from '../../src/play-integrity/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { APPS, decoded, decoder, LOCAL, REMOTE } from './support/enrolling.js';
import { CLEARED, NOW, PACKAGE, request, token, verdict } from './support/tokens.js';

/** A backend that enrolls with Play Integrity. */
function backend(options: PlayIntegrityOptions) {
  const inner = memoryStore();
  const store = { ...inner, claimed: 0 };
  store.claim = (...given) => {
    store.claimed += 1;
    return inner.claim(...given);
  };
  const guard = createGuard({
    devices: devices({
      evidence: [playIntegrity(options)],
      secret: 'Qm9wXq7Zc2LhV4tR8sKdEu3YfJa6NiG0bT5oPvHx1MzWyC-lUk_rSjDgFeAI9nQB',
      store,
    }),
    now: () => NOW,
  });
  const ask = async (method: string, path: string, query: string, sent?: object) => {
    const body = Buffer.from(JSON.stringify(sent ?? ''));
    const answer = await guard.answer(
      {
        method,
        target: `/device${path}${query}`,
        fields: (name) => (name === 'content-type' && sent !== undefined ? ['application/json'] : []),
        body: () => Promise.resolve(body),
      },
      path,
    );
    return { status: answer?.status, body: JSON.parse(answer?.body ?? '{}') as Record<string, string> };
  };
  return {
    challenge: async (): Promise<string> =>
      (await ask('GET', '/challenge', '?device_id=device-1')).body['challenge'] as string,
    attest: (challenge: string, sent: string | undefined, more: object = {}) =>
      ask('POST', '/attest', '', { challenge, device_id: 'device-1', integrity_token: sent, ...more }),
    store,
  };
}

describe('a device that enrolls with Play Integrity', () => {
  it('gets a session for a token that is decoded here, once', async () => {
    const { challenge, attest } = backend(LOCAL);
    const issued = await challenge();
    const sent = token(request({ nonce: enrollmentHash(issued, 'device-1') }));
    // A token that does not hold consumes nothing.
    expect((await attest(issued, token())).status).toBe(403);
    const enrolled = await attest(issued, sent);
    expect(enrolled).toMatchObject({ status: 200, body: { status: 'attestation_success' } });
    const claims = JSON.parse(
      Buffer.from(enrolled.body['session_token']?.split('.')[1] ?? '', 'base64url').toString(),
    ) as object;
    expect(claims).toMatchObject({
      kind: 'playIntegrity',
      attestation: { platform: 'android', app_id: PACKAGE, facts: { appVerdict: 'PLAY_RECOGNIZED' } },
    });
    expect([400, 403]).toContain((await attest(issued, sent)).status);
  });

  it('spends its challenge before Google is asked', async () => {
    const google = decoder({ outcome: 'decoded', payload: verdict(CLEARED) });
    const { challenge, attest } = backend({ apps: APPS, decoder: google.decoder });
    const issued = await challenge();
    expect((await attest(issued, REMOTE)).status).toBe(403);
    expect((await attest(issued, REMOTE)).status).toBe(400);
    expect(google.asked).toHaveLength(1);
  });

  it('spends none on a body that Google is not asked about', async () => {
    const google = decoder(undefined);
    const { challenge, attest, store } = backend({ apps: APPS, decoder: google.decoder });
    const issued = await challenge();
    for (const fields of [{ package_name: PACKAGE }, { package_name: 'com.evil.app' }])
      expect((await attest(issued, undefined, fields)).status).toBeGreaterThanOrEqual(400);
    expect((await attest(issued, REMOTE, { package_name: 'com.evil.app' })).status).toBe(403);
    expect((await attest(issued, 'a b')).status).toBe(403);
    expect([store.claimed, google.asked]).toEqual([0, []]);
    google.answer(decoded(request({ nonce: undefined, requestHash: enrollmentHash(issued, 'device-1') })));
    expect((await attest(issued, REMOTE)).status).toBe(200);
    expect([store.claimed, google.asked.length]).toEqual([1, 1]);
  });

  it('is told to come back while Google is down', async () => {
    const google = decoder({ outcome: 'unavailable', problem: 'p', retryAfter: 7 });
    const { challenge, attest } = backend({ apps: APPS, decoder: google.decoder });
    expect((await attest(await challenge(), REMOTE)).status).toBe(503);
  });
});
