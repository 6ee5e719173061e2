import { describe, expect, it } from 'vitest';
import { Android } from './devices/android.js';
import { FIREBASE, google, type GoogleOfServers } from './devices/authorities.js';
import { backend, enrollmentServer, parserOf, type Backend } from './servers/backend.js';
import { FIELDS, post } from './devices/device.js';
import { PlayDevice } from './devices/play-device.js';
import { expectRefusal, REFUSED, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { ownFields, type Send, type WireResponse } from './wire/message.js';

const { keyAttestationRoots, serviceAccount } = google;
const token = google.appCheck(FIREBASE).token();
const unreachable: GoogleOfServers = {
  keyAttestationRoots,
  serviceAccount,
  fetch: () => Promise.reject(new TypeError('fetch failed')),
};

describe.each(targets)('$name, while Google cannot be reached', (target) => {
  const serve = serveEach();
  const start = async (): Promise<{ server: Backend; send: Send }> => {
    const server = backend({}, { google: unreachable });
    const { send } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
    return { server, send };
  };
  const expectUnavailable = (response: WireResponse, fields: Record<string, string>): void => {
    expect(response).toMatchObject({ status: 503, body: '{}' });
    const { 'retry-after': retryAfter, ...others } = ownFields(response);
    expect(Number(retryAfter)).toBeGreaterThan(0);
    expect(others).toEqual(fields);
  };

  it('a certificate chain lets nobody in, and spends no challenge', async () => {
    const { server, send } = await start();
    const device = new Android(send);
    const request = post('attest', device.attestation(await device.challenge()));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expectUnavailable(await send(request), FIELDS);
      expect(server.events.at(-1)?.refused?.code).toBe('ERR_REVOCATIONS_UNAVAILABLE');
    }
  });

  it('a token lets nobody in, and spends its challenge, as Google is asked about it once', async () => {
    const { server, send } = await start();
    const device = new PlayDevice(send);
    const request = post('attest', device.attestation(await device.challenge()));
    expectUnavailable(await send(request), FIELDS);
    expect(server.events.at(-1)?.refused?.code).toBe('ERR_PLAY_INTEGRITY_UNAVAILABLE');
    expect((await send(request)).status).toBe(400);
    expect(server.events.at(-1)?.refused?.code).toBe('ERR_CHALLENGE_REUSED');
  });

  it('an App Check token opens nothing', async () => {
    const { server, send } = await start();
    const response = await send({ target: '/app', headers: [['X-Firebase-AppCheck', token]] });
    expectUnavailable(response, REFUSED);
    expect(server.decisions).toEqual(['ERR_JWKS_UNAVAILABLE']);
    // For no token nobody has to be asked.
    expectRefusal(await send({ target: '/app' }), 401);
  });
});
