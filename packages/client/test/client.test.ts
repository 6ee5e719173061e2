import { describe, expect, it } from 'vitest';
import { phones } from './support/phones.js';
import { clientOf } from './support/client.js';
import { clock, testServer } from './support/server.js';

describe.each(phones)('$name', ({ make, isKeyed }) => {
  it('enrolls at the first request, and refreshes when the session is nearly over', async () => {
    const { client, steps } = clientOf(testServer(), make().attester);
    expect((await client.fetch('/balance')).status).toBe(200);
    expect(steps()).toEqual(['begin ok done']);
    expect((await client.fetch('/balance')).status).toBe(200);
    clock.now += 1_700_000;
    expect((await client.fetch('/balance')).status).toBe(200);
    expect(steps()).toEqual(['begin ok done', 'refresh ok done']);
  });

  it('has one episode for many requests at once', async () => {
    const server = testServer();
    const { client } = clientOf(server, make().attester);
    await client.ready();
    clock.now += 3_600_000;
    server.seen.length = 0;
    const responses = await Promise.all(Array.from({ length: 20 }, () => client.fetch('/balance')));
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(server.seen.filter((each) => each === 'POST /device/refresh')).toHaveLength(1);
  });

  it('goes on after a new start, with what it stored', async () => {
    const server = testServer();
    const { attester } = make();
    const first = clientOf(server, attester);
    await first.client.ready();
    const second = clientOf(server, attester, { storage: first.storage });
    expect((await second.client.fetch('/balance')).status).toBe(200);
    expect(second.steps()).toEqual(['refresh ok done']);
    expect((await second.client.state()).label).toBe((await first.client.state()).label);
  });

  it('forgets: the next request is of a new installation, and the old session has ended', async () => {
    const server = testServer();
    const { client, storage, steps } = clientOf(server, make().attester);
    await client.ready();
    const before = (await client.state()).label;
    await client.forget();
    expect(storage.values.size).toBe(0);
    expect(server.seen.at(-1)).toBe('POST /device/revoke');
    await client.ready();
    expect((await client.state()).label).not.toBe(before);
    expect(steps()).toEqual(['begin ok done', 'begin ok done']);
  });

  it.runIf(isKeyed)('signs requests, one after the other and side by side', async () => {
    const { client } = clientOf(testServer(), make().attester);
    for (const body of ['{"ä":1}', '', undefined, new Uint8Array([0, 255, 10])]) {
      const response = await client.fetch('/transfers?draft=no', {
        method: 'POST',
        signed: true,
        ...(body !== undefined && { body }),
      });
      expect(response.status).toBe(200);
    }
    const parallel = Array.from({ length: 8 }, (_, at) =>
      client.fetch('/transfers', { method: 'POST', body: `${at}`, signed: true }),
    );
    for (const [at, response] of (await Promise.all(parallel)).entries()) {
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ body: `${at}` });
    }
  });

  it.runIf(isKeyed)('signs over a challenge where the route asks for one, or the app does', async () => {
    const server = testServer();
    const { client } = clientOf(server, make().attester);
    expect((await client.fetch('/limits', { method: 'POST', signed: true })).status).toBe(200);
    server.seen.length = 0;
    expect((await client.fetch('/limits', { method: 'POST', signed: 'challenge' })).status).toBe(200);
    expect(server.seen.filter((each) => each === 'POST /limits')).toHaveLength(1);
  });

  it.runIf(isKeyed)('begins anew if the keys are lost, at the next signed request', async () => {
    const { attester, loseKeys } = make();
    const { client, steps } = clientOf(testServer(), attester);
    await client.ready();
    const before = (await client.state()).label;
    loseKeys();
    expect((await client.fetch('/transfers', { method: 'POST', signed: true })).status).toBe(200);
    expect((await client.state()).label).not.toBe(before);
    expect(steps()).toEqual(['begin ok done', 'assertKey keyLost reset', 'begin ok done']);
  });

  it.runIf(!isKeyed)('cannot sign, and says so', async () => {
    const { client } = clientOf(testServer(), make().attester);
    await expect(client.fetch('/transfers', { method: 'POST', signed: true })).rejects.toMatchObject({
      type: 'misconfigured',
      message: expect.stringContaining('does not have keys'),
    });
  });
});
