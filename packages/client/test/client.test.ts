import { describe, expect, it } from 'vitest';
import {
  createClient,
  type ClientEvent,
  type ClientOptions,
  type KeyAttester,
  type KeylessAttester,
} from 'attestkit-client';
import { expoAppAttest, expoKeyAttestation, expoPlayIntegrity } from 'attestkit-client/expo';
import {
  fakeExpoAppAttest,
  fakeExpoKeyAttestation,
  fakeExpoPlayIntegrity,
  memoryStorage,
} from 'attestkit-client/testing';
import { AUDIENCE, clock, platforms, testServer, type TestServer } from './support/server.js';

const kinds: Record<string, () => { attester: KeyAttester | KeylessAttester; loseKeys: () => void }> = {
  iPhone: () => {
    const bridge = fakeExpoAppAttest(platforms.iPhone());
    return { attester: expoAppAttest(bridge), loseKeys: bridge.loseKeys };
  },
  Android: () => {
    const bridge = fakeExpoKeyAttestation(platforms.android());
    return { attester: expoKeyAttestation(bridge.integrity, bridge.keystore), loseKeys: bridge.loseKeys };
  },
  Play: () => ({
    attester: expoPlayIntegrity(fakeExpoPlayIntegrity(platforms.play), {
      cloudProjectNumber: '123456789012',
    }),
    loseKeys: () => undefined,
  }),
};

function clientOf(
  server: TestServer,
  attester: KeyAttester | KeylessAttester,
  options: Partial<ClientOptions> = {},
) {
  const events: ClientEvent[] = [];
  const storage = memoryStorage();
  const client = createClient({
    baseUrl: AUDIENCE,
    audience: AUDIENCE,
    attester,
    storage,
    clock: { wall: () => clock.now, monotonic: () => clock.now },
    fetch: (url, init) => server.fetch(new Request(url, init)),
    onEvent: (event) => events.push(event),
    ...options,
  });
  return {
    client,
    storage,
    events,
    steps: () =>
      events.flatMap((event) =>
        event.type === 'step' ? [`${event.rung} ${event.answer} ${event.next}`] : [],
      ),
  };
}

describe.each(Object.keys(kinds))('%s', (kind) => {
  const isKeyed = kind !== 'Play';

  it('enrolls at the first request, and refreshes when the session is nearly over', async () => {
    const server = testServer();
    const { attester } = kinds[kind]!();
    const { client, steps } = clientOf(server, attester);
    expect((await client.fetch('/balance')).status).toBe(200);
    expect(steps()).toEqual(['begin ok done']);
    expect((await client.fetch('/balance')).status).toBe(200);
    clock.now += 1700_000;
    expect((await client.fetch('/balance')).status).toBe(200);
    expect(steps()).toEqual(['begin ok done', 'refresh ok done']);
  });

  it.runIf(isKeyed)('signs requests', async () => {
    const server = testServer();
    const { attester } = kinds[kind]!();
    const { client } = clientOf(server, attester);
    for (let round = 0; round < 3; round += 1) {
      const response = await client.fetch('/transfers?draft=no', {
        method: 'POST',
        body: `{"ä":${round}}`,
        signed: true,
      });
      expect(response.status).toBe(200);
      expect(((await response.json()) as { body: string }).body).toBe(`{"ä":${round}}`);
    }
    expect((await client.fetch('/limits', { method: 'POST', signed: true })).status).toBe(200);
    expect((await client.fetch('/limits', { method: 'POST', signed: 'challenge' })).status).toBe(200);
  });

  it('begins anew if the keys are lost', async () => {
    const server = testServer();
    const { attester, loseKeys } = kinds[kind]!();
    const { client, steps } = clientOf(server, attester);
    await client.ready();
    const before = (await client.state()).label;
    loseKeys();
    if (isKeyed) {
      expect((await client.fetch('/transfers', { method: 'POST', signed: true })).status).toBe(200);
      expect((await client.state()).label).not.toBe(before);
      expect(steps()).toEqual(['begin ok done', 'begin ok done']);
    }
    expect((await client.fetch('/balance')).status).toBe(200);
  });
});
