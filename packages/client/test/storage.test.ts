import { describe, expect, it } from 'vitest';
import { memoryStorage } from 'attestkit-client/testing';
import { AttesterError, type KeyAttester } from 'attestkit-client';
import { clientOf } from './support/client.js';
import { phones } from './support/phones.js';
import { clock, LOGIN, testServer } from './support/server.js';

const [iPhone] = phones as [(typeof phones)[number]];

describe('the install marker', () => {
  const start = async () => {
    const server = testServer();
    const { attester, loseKeys } = iPhone.make();
    const storage = memoryStorage();
    const marker = memoryStorage();
    // Each start has a place of its own over the same values.
    const app = () => clientOf(server, attester, { storage, installMarker: memoryStorage(marker.values) });
    const first = app();
    await first.client.ready();
    return { server, storage, marker, app, loseKeys, label: (await first.client.state()).label };
  };

  it('says that the app was reinstalled: the old session ends, and a new installation begins', async () => {
    const { server, marker, app, loseKeys, label } = await start();
    marker.values.clear();
    loseKeys();
    const { client, steps } = app();
    expect((await client.fetch('/transfers', { method: 'POST', signed: true })).status).toBe(200);
    expect(steps()).toEqual(['begin ok done']);
    expect(server.seen).toContain('POST /device/revoke');
    expect((await client.state()).label).not.toBe(label);
  });

  it('is adopted if the app has it only since an update', async () => {
    const server = testServer();
    const { attester } = iPhone.make();
    const storage = memoryStorage();
    await clientOf(server, attester, { storage }).client.ready();
    const updated = clientOf(server, attester, { storage, installMarker: memoryStorage() });
    await updated.client.ready();
    expect(updated.steps()).toEqual(['refresh ok done']);
  });

  it('that cannot be read, or that a process does not have, says nothing', async () => {
    const { server, storage, app, label } = await start();
    const broken = { ...memoryStorage(), get: () => Promise.reject(new Error('no')) };
    const { attester } = iPhone.make();
    for (const installMarker of [broken, undefined]) {
      const other = clientOf(server, attester, { storage, ...(installMarker && { installMarker }) });
      await other.client.ready();
      expect(other.steps()).toEqual(['refresh ok done']);
    }
    expect((await app().client.state()).label).toBe(label);
  });
});

describe('a storage', () => {
  it('that cannot be read for a while loses nothing; for good, it counts as empty', async () => {
    const server = testServer();
    const { attester } = iPhone.make();
    const storage = memoryStorage();
    await clientOf(server, attester, { storage }).client.ready();
    let broken = 1;
    const get = (name: string) =>
      (broken -= 1) >= 0 ? Promise.reject(new Error('locked')) : storage.get(name);
    const { client, steps } = clientOf(server, attester, { storage: { ...storage, get } });
    await expect(client.ready()).rejects.toMatchObject({ type: 'throttled' });
    clock.now += 2000;
    await client.ready();
    expect(steps()).toEqual(['refresh ok done']);
    broken = 9;
    const other = clientOf(server, iPhone.make().attester, { storage: { ...storage, get } });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(other.client.ready()).rejects.toMatchObject({ type: 'throttled' });
      clock.now += 25_000;
    }
    await other.client.ready();
    expect(other.steps()).toEqual(['begin ok done']);
  });

  it.each(['', '{', 'null', '{"format":2}', '{"format":1,"label":7}', '[]'])(
    'with %j in it begins anew',
    async (text) => {
      const storage = memoryStorage();
      const server = testServer();
      await clientOf(server, iPhone.make().attester, { storage }).client.ready();
      for (const name of storage.values.keys()) storage.values.set(name, text);
      const { client, steps } = clientOf(server, iPhone.make().attester, { storage });
      await client.ready();
      expect(steps()).toEqual(['begin ok done']);
    },
  );
});

describe('an extension', () => {
  it('that cannot make keys does not take the installation of its app away', async () => {
    const server = testServer();
    const { attester } = iPhone.make();
    const storage = memoryStorage();
    const app = clientOf(server, attester, { storage });
    await app.client.ready();
    const unsupported = async (): Promise<never> => {
      throw new AttesterError('unsupported', 'no App Attest in extensions');
    };
    const lost = async (): Promise<never> => {
      throw new AttesterError('keyLost', 'not here');
    };
    const bare: KeyAttester = {
      proof: 'assertion',
      createKey: unsupported,
      attest: unsupported,
      keyId: async (key) => key,
      sign: lost,
    };
    const extension = clientOf(server, bare, { storage });
    expect((await extension.client.fetch('/balance')).status).toBe(200);
    await expect(
      extension.client.fetch('/transfers', { method: 'POST', signed: true }),
    ).rejects.toMatchObject({
      type: 'unsupported',
    });
    expect((await app.client.fetch('/transfers', { method: 'POST', signed: true })).status).toBe(200);
    expect(app.steps().filter((step) => step.startsWith('begin'))).toHaveLength(1);
  });
});

describe('users', () => {
  it('a login after enrollment is seen by the next session; another user is another installation', async () => {
    const server = testServer();
    let user: string | undefined;
    const { client, steps } = clientOf(server, iPhone.make().attester, {
      headers: () => (user === undefined ? {} : { [LOGIN]: user }),
    });
    const who = async () => {
      const { device } = (await (await client.fetch('/balance')).json()) as { device: string };
      return { device, user: (await server.guard.devices.find({ recordId: device }))?.user };
    };
    const before = await who();
    expect(before.user).toBeUndefined();
    user = 'anna';
    await client.ready({ renew: true });
    expect(await who()).toEqual({ device: before.device, user: 'anna' });
    expect(steps()).toEqual(['begin ok done', 'refresh unproven climb', 'assertKey ok done']);
    user = 'ben';
    await client.ready({ renew: true });
    const ben = await who();
    expect(ben.user).toBe('ben');
    expect(ben.device).not.toBe(before.device);
  });

  it('have an installation each, and come back without a new key', async () => {
    const server = testServer();
    const storage = memoryStorage();
    const { attester } = iPhone.make();
    for (const account of ['anna', 'ben', 'anna'])
      await clientOf(server, attester, { storage, account }).client.ready();
    expect(storage.values.size).toBe(2);
    expect(server.seen.filter((each) => each === 'POST /device/attest')).toHaveLength(2);
    expect([...storage.values.keys()].join()).not.toContain('anna');
    clock.now += 1000;
  });
});

describe('an installation without a key', () => {
  it('lives for longer than its session: it attests again before the end', async () => {
    const server = testServer();
    const { client } = clientOf(server, (phones[2] as (typeof phones)[number]).make().attester);
    await client.ready();
    const { label } = await client.state();
    for (let hour = 0; hour < 75 * 24; hour += 6) {
      expect((await client.fetch('/balance')).status).toBe(200);
      clock.now += 6 * 3_600_000;
    }
    expect((await client.state()).label).toBe(label);
  });
});

describe('a start of several at once', () => {
  it('makes one marker, so that no installation counts as reinstalled', async () => {
    const server = testServer();
    const [storage, installMarker] = [memoryStorage(), memoryStorage()];
    const clients = ['anna', 'ben'].map((account) =>
      clientOf(server, iPhone.make().attester, { storage, installMarker, account }),
    );
    await Promise.all(clients.flatMap(({ client }) => [client.ready(), client.state()]));
    clock.now += 3_600_000;
    for (const { client, steps } of clients) {
      await client.fetch('/balance');
      expect(steps()).toEqual(['begin ok done', 'refresh ok done']);
    }
  });

  it('after a reinstall goes on though the old session cannot be ended', async () => {
    const server = testServer();
    const { attester, loseKeys } = iPhone.make();
    const storage = memoryStorage();
    await clientOf(server, attester, { storage, installMarker: memoryStorage() }).client.ready();
    loseKeys();
    const fetch = (request: Request) =>
      request.url.endsWith('/revoke')
        ? Promise.resolve(new Response('', { status: 404 }))
        : server.fetch(request);
    const { client } = clientOf({ fetch }, attester, { storage, installMarker: memoryStorage() });
    expect((await client.fetch('/balance')).status).toBe(200);
  });
});
