import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Android } from './devices/android.js';
import { google } from './devices/authorities.js';
import { backend, enrollmentServer, parserOf } from './servers/backend.js';
import { FIELDS, parsed, post, type Issued } from './devices/device.js';
import { expectRefusal, serveEach } from './servers/serving.js';
import { JSON_BYTES, post as postSigned, signed } from './devices/signed-request.js';
import { targets } from './targets/index.js';
import { ownFields } from './wire/message.js';

/** Longer than any list of revoked certificates is used: the next use has to wait for another one. */
const THREE_DAYS = 259_200_000;

describe.each(targets)('$name', (target) => {
  const serve = serveEach();
  const start = async () => {
    const server = backend();
    const { send } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
    const now = (): number => server.clock.now;
    return { server, send, device: new Android(send, 'device-1', { now }) };
  };

  it.each(['attester-revoked', 'attester-suspended'] as const)('enrolls no device: %s', async (defect) => {
    const { server, send, device } = await start();
    const challenge = await device.challenge();
    const response = await send(post('attest', device.attestation(challenge, challenge, defect)));
    expect(response).toMatchObject({ status: 403, body: '{}' });
    expect(ownFields(response)).toEqual(FIELDS);
    expect(server.events.at(-1)?.refused?.code).toBe('ERR_KEY_ATTESTATION_REVOKED');
  });

  it('a device whose certificate is revoked gets nothing any more', async () => {
    const { server, send, device } = await start();
    const issued = await device.enroll();
    const { refresh_token } = parsed<Issued>(
      await send(post('refresh', { refresh_token: issued.refresh_token })),
    );
    const [, attester] = device.key.certificateChain;
    google.revoke(new X509Certificate(attester ?? '').serialNumber);
    server.clock.now += THREE_DAYS;
    const alone = postSigned(JSON_BYTES, ['Content-Type', 'application/json'], '/key');
    if (!target.isAskedWithoutBody) {
      expectRefusal(await send(await signed(device, undefined, alone)));
      expect(server.decisions.at(-1)).toBe('ERR_KEY_ATTESTATION_ENROLLED_CHAIN_REVOKED');
    }
    for (const request of [
      post('refresh', { refresh_token }),
      post('assert', device.assertion(await device.challenge('assert'))),
    ]) {
      expect(await send(request)).toMatchObject({ status: 401, body: '{}' });
      expect(server.events.at(-1)?.refused?.code).toBe('ERR_KEY_ATTESTATION_ENROLLED_CHAIN_REVOKED');
    }
  });

  it('a device whose certificate is not stays in, by a list of then', async () => {
    const { server, send, device } = await start();
    const { refresh_token } = await device.enroll();
    server.clock.now += THREE_DAYS;
    expect((await send(post('refresh', { refresh_token }))).status).toBe(200);
  });
});
