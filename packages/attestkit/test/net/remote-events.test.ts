import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { appCheck } from '../../src/app-check/index.js';
import { approov } from '../../src/approov/index.js';
import { createGuard } from '../../src/create-guard.js';
import { devices } from '../../src/devices/index.js';
import { keyAttestation } from '../../src/key-attestation/index.js';
import { remoteRevocations } from '../../src/net/android-revocations.js';
import { googlePlayIntegrity } from '../../src/net/google/index.js';
import { remoteJwks } from '../../src/net/index.js';
import { playIntegrity } from '../../src/play-integrity/index.js';
import type { GuardEvent, RemoteEvent } from '../../src/ports/events.js';
import { signedToken } from '../../src/signed-token/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { newSecret, requestOf } from '../sessions/support/backend.js';

const answering = (status: number, body: unknown) => async (): Promise<Response> =>
  Response.json(body, { status });

/** What a watcher is told, without what differs each time. */
async function told(fetch: typeof globalThis.fetch): Promise<object[]> {
  const events: RemoteEvent[] = [];
  const keys = remoteJwks('https://keys.example.com/jwks.json?secret=1', { algorithm: 'ES256', fetch });
  keys.watch?.((event) => void events.push(event));
  keys.watch?.(() => {
    throw new Error('a listener of somebody else');
  });
  await Promise.allSettled([keys.candidates('a')]);
  return events.map(({ at, durationMs, ...event }) => {
    expect([typeof at, durationMs >= 0]).toEqual(['number', true]);
    return event;
  });
}

const event = { type: 'remote', host: 'keys.example.com', circuit: undefined };

describe('a request to another service', () => {
  it('is told with its host and status, and no more of its URL', async () => {
    expect(await told(answering(200, { keys: [] }))).toEqual([{ ...event, status: 200, cause: undefined }]);
    expect(await told(answering(404, {}))).toEqual([{ ...event, status: 404, cause: undefined }]);
  });

  it('is told with the reason if there is no answer', async () => {
    const fetch = (): Promise<Response> => Promise.reject(new TypeError('the URL and its secret'));
    expect(await told(fetch)).toEqual([{ ...event, status: undefined, cause: 'the request failed' }]);
  });

  it('is told to the listener of each guard that its evidence belongs to', async () => {
    const events: GuardEvent[] = [];
    const fetch = answering(503, {});
    const apps = [{ packageName: 'com.example.app' }];
    const digests = ['ab'.repeat(32)];
    const revocations = remoteRevocations('https://list.example.com/status', { fetch });
    const decoder = googlePlayIntegrity({ credentials: 'metadata', fetch });
    const keys = remoteJwks('https://keys.example.com/jwks.json', { algorithm: 'ES256', fetch });
    createGuard({
      evidence: [approov({ keys })],
      devices: devices({
        evidence: [
          keyAttestation({
            apps: apps.map((app) => ({ ...app, signingCertificates: digests })),
            revocations,
            playIntegrity: playIntegrity({
              apps: apps.map((app) => ({ ...app, acceptedCertificates: digests })),
              decoder,
            }),
          }),
          appAttest({ appIds: ['TEAMID1234.com.example.app'] }),
        ],
        secret: newSecret(),
        store: memoryStore(),
        audience: 'https://api.example.com',
      }),
      accept: ['session'],
      onEvent: (each) => void events.push(each),
    });
    await Promise.allSettled([
      keys.candidates('a'),
      revocations.current(),
      decoder.decode('com.example.app', 'a.b.c.d.e'),
    ]);
    const hosts = events.flatMap((each) => (each.type === 'remote' ? each.host : []));
    expect(new Set(hosts)).toEqual(
      new Set(['keys.example.com', 'list.example.com', 'metadata.google.internal']),
    );
  });

  it('tells one request once, though kinds of requests and of enrollment share the source of keys', async () => {
    let fetched = 0;
    const fetch = (async () => {
      fetched += 1;
      return Response.json({ keys: [] });
    }) as typeof globalThis.fetch;
    const keys = remoteJwks('https://keys.example.com/jwks', { algorithm: 'RS256', fetch });
    const events: RemoteEvent[] = [];
    const guard = createGuard({
      evidence: [
        approov({ keys }),
        appCheck({ keys, projectNumber: '123456789', appIds: ['1:123456789:ios:abc'] } as never),
      ],
      devices: devices({
        evidence: [signedToken({ keys, appIds: ['com.example.app'] })],
        secret: newSecret(),
        store: memoryStore(),
      }),
      accept: ['approov'],
      onEvent: (each) => {
        if (each.type === 'remote') events.push(each);
      },
    });
    const token = `${Buffer.from('{"alg":"RS256","kid":"a"}').toString('base64url')}.e30.${randomBytes(256).toString('base64url')}`;
    await guard.check(requestOf({ fields: { 'approov-token': token } }));
    expect([fetched, events.length]).toEqual([1, 1]);
  });
});
