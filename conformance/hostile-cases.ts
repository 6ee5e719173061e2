import { createVirtualApple } from 'attestkit/testing';
import { backend, PREFIX, type Backend } from './backend.js';
import { bearer, Device, parsed, post, type Issued } from './device.js';
import type { Send, WireRequest } from './wire/message.js';

/** A device that is new, one that has enrolled, and their server. */
export interface Scene {
  readonly server: Backend;
  readonly send: Send;
  readonly device: Device;
  readonly enrolled: Device;
  readonly issued: Issued;
}

/** A request to an endpoint that has to be refused, and why. */
export interface HostileCase {
  readonly status: 400 | 403;
  readonly code: string;
  request(scene: Scene): Promise<WireRequest>;
}

export async function sceneOf(server: Backend, send: Send): Promise<Scene> {
  const enrolled = new Device(server.apple, send, 'device-2');
  return { server, send, device: new Device(server.apple, send), enrolled, issued: await enrolled.enrol() };
}

const attest = (status: 400 | 403, code: string, body: (scene: Scene) => Promise<object>): HostileCase => ({
  status,
  code,
  request: async (scene) => post('attest', await body(scene)),
});
const assert = (status: 400 | 403, code: string, body: (scene: Scene) => Promise<object>): HostileCase => ({
  status,
  code,
  request: async (scene) => post('assert', await body(scene)),
});
const refresh = (code: string, token: (scene: Scene) => Promise<string> | string): HostileCase => ({
  status: 403,
  code,
  request: async (scene) => post('refresh', { refresh_token: await token(scene) }),
});

/** Sends what has to be let in, once. */
async function onceLetIn(send: Send, request: WireRequest): Promise<WireRequest> {
  parsed(await send(request));
  return request;
}

/** Another character in the middle. */
function changed(text: string): string {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

async function foreignChallenge(id: string): Promise<string> {
  const target = `${PREFIX}/challenge?device_id=${id}`;
  const answer = await backend().guard.answer({ method: 'GET', target, fields: () => [] }, '/challenge');
  return (JSON.parse(answer?.body ?? '') as { challenge: string }).challenge;
}

export const hostileCases: Readonly<Record<string, HostileCase>> = {
  'attest: a challenge that is none': attest(400, 'ERR_CHALLENGE_MALFORMED', async ({ device }) =>
    device.attestation('challenge'),
  ),
  'attest: a challenge that was changed': attest(400, 'ERR_CHALLENGE_NOT_OURS', async ({ device }) =>
    device.attestation(changed(await device.challenge())),
  ),
  'attest: a challenge of another device': attest(
    400,
    'ERR_CHALLENGE_NOT_OURS',
    async ({ device, enrolled }) => device.attestation(await enrolled.challenge()),
  ),
  'attest: a challenge of another server': attest(400, 'ERR_CHALLENGE_NOT_OURS', async ({ device }) =>
    device.attestation(await foreignChallenge(device.id)),
  ),
  'attest: a challenge for another purpose': attest(400, 'ERR_CHALLENGE_PURPOSE', async ({ device }) =>
    device.attestation(await device.challenge('assert')),
  ),
  'attest: a challenge that has expired': attest(400, 'ERR_CHALLENGE_EXPIRED', async ({ device, server }) => {
    const challenge = await device.challenge();
    server.clock.now += 300_000;
    return device.attestation(challenge);
  }),
  'attest: a challenge that was used': {
    status: 400,
    code: 'ERR_CHALLENGE_USED',
    request: async ({ device, send }) =>
      onceLetIn(send, post('attest', device.attestation(await device.challenge()))),
  },
  'attest: evidence over another challenge': attest(
    403,
    'ERR_APP_ATTEST_NONCE_MISMATCH',
    async ({ device }) => device.attestation(await device.challenge(), await device.challenge()),
  ),
  'attest: evidence that is no base64': attest(
    403,
    'ERR_APP_ATTEST_ENCODING_INVALID',
    async ({ device }) => ({
      ...device.attestation(await device.challenge()),
      attestation: '!',
    }),
  ),
  'attest: evidence that is no CBOR': attest(403, 'ERR_APP_ATTEST_CBOR_INVALID', async ({ device }) => ({
    ...device.attestation(await device.challenge()),
    attestation: 'AAAA',
  })),
  'attest: evidence of another app': attest(
    403,
    'ERR_APP_ATTEST_APP_ID_MISMATCH',
    async ({ server, send }) => {
      const device = new Device(server.apple, send, 'device-1', 'TEAMID1234.com.example.other');
      return device.attestation(await device.challenge());
    },
  ),
  'attest: evidence under another root': attest(
    403,
    'ERR_APP_ATTEST_UNTRUSTED_ROOT',
    async ({ server, send }) => {
      const device = new Device(createVirtualApple({ now: () => server.clock.now }), send);
      return device.attestation(await device.challenge());
    },
  ),
  'attest: the id of another key': attest(
    403,
    'ERR_APP_ATTEST_KEY_ID_MISMATCH',
    async ({ device, enrolled }) => ({
      ...device.attestation(await device.challenge()),
      key_id: enrolled.key.keyId,
    }),
  ),
  'attest: the key of another device': attest(
    403,
    'ERR_ENROLMENT_KEY_BOUND',
    async ({ device, enrolled }) => {
      device.key = enrolled.key;
      return device.attestation(await device.challenge());
    },
  ),
  'attest: the id of another device': attest(403, 'ERR_ENROLMENT_TAKEOVER', async ({ server, send }) => {
    const taker = new Device(server.apple, send, 'device-2');
    return taker.attestation(await taker.challenge());
  }),
  'attest: the id of another device, beside a session of another': {
    status: 403,
    code: 'ERR_ENROLMENT_TAKEOVER',
    request: async ({ server, send, device }) => {
      const own = await device.enrol();
      const taker = new Device(server.apple, send, 'device-2');
      return post('attest', taker.attestation(await taker.challenge()), bearer(own));
    },
  },
  'attest: the id of another device, with a refresh token of another': attest(
    403,
    'ERR_ENROLMENT_TAKEOVER',
    async ({ server, send, device }) => {
      const { refresh_token } = await device.enrol();
      const taker = new Device(server.apple, send, 'device-2');
      return { ...taker.attestation(await taker.challenge()), refresh_token };
    },
  ),
  'assert: a challenge for another purpose': assert(400, 'ERR_CHALLENGE_PURPOSE', async ({ enrolled }) =>
    enrolled.assertion(await enrolled.challenge()),
  ),
  'assert: a challenge of another device': assert(
    400,
    'ERR_CHALLENGE_NOT_OURS',
    async ({ device, enrolled }) => enrolled.assertion(await device.challenge('assert')),
  ),
  'assert: a challenge that was used': {
    status: 400,
    code: 'ERR_CHALLENGE_USED',
    request: async ({ enrolled, send }) => {
      const challenge = await enrolled.challenge('assert');
      await onceLetIn(send, post('assert', enrolled.assertion(challenge)));
      return post('assert', enrolled.assertion(challenge));
    },
  },
  'assert: a counter that was used': assert(403, 'ERR_ASSERTION_COUNTER', async ({ enrolled, send }) => {
    await onceLetIn(send, post('assert', enrolled.assertion(await enrolled.challenge('assert'))));
    const challenge = await enrolled.challenge('assert');
    const clientData = `attestkit-session-v1\nhttps://api.example.com\ndevice-2\n${challenge}`;
    const assertion = Buffer.from(enrolled.key.assert({ clientData, counter: 1 })).toString('base64');
    return { ...enrolled.assertion(challenge), assertion };
  }),
  'assert: for another audience': assert(403, 'ERR_APP_ATTEST_ASSERTION_SIGNATURE', async ({ enrolled }) =>
    enrolled.assertion(await enrolled.challenge('assert'), 'https://other.example.com'),
  ),
  'assert: by a key that is not enrolled': assert(403, 'ERR_ASSERTION_KEY_UNKNOWN', async ({ enrolled }) => {
    enrolled.renewKey();
    return enrolled.assertion(await enrolled.challenge('assert'));
  }),
  'assert: of a device that is not enrolled': assert(403, 'ERR_ASSERTION_KEY_UNKNOWN', async ({ device }) =>
    device.assertion(await device.challenge('assert')),
  ),
  'refresh: a token that is none': refresh('ERR_REFRESH_MALFORMED', () => 'token'),
  'refresh: a token that was changed': refresh('ERR_REFRESH_NOT_OURS', ({ issued }) =>
    changed(issued.refresh_token),
  ),
  'refresh: a session token': refresh('ERR_REFRESH_MALFORMED', ({ issued }) => issued.session_token),
  'refresh: a token that was spent': refresh('ERR_REFRESH_REUSED', async ({ issued, send, server }) => {
    await onceLetIn(send, post('refresh', { refresh_token: issued.refresh_token }));
    server.clock.now += 31_000;
    return issued.refresh_token;
  }),
  'refresh: a token whose successor was used': refresh('ERR_REFRESH_REUSED', async ({ issued, send }) => {
    const next = parsed<Issued>(await send(post('refresh', { refresh_token: issued.refresh_token })));
    await onceLetIn(send, post('refresh', { refresh_token: next.refresh_token }));
    return issued.refresh_token;
  }),
  'refresh: after its session was revoked': refresh('ERR_SESSION_REVOKED', async ({ issued, send }) => {
    await onceLetIn(send, post('revoke', { token: issued.session_token }));
    return issued.refresh_token;
  }),
  'refresh: after its device was revoked': refresh('ERR_SESSION_REVOKED', async ({ issued, server }) => {
    await server.guard.sessions?.revokeDevice('device-2');
    return issued.refresh_token;
  }),
  'refresh: after 30 days': refresh('ERR_REFRESH_EXPIRED', ({ issued, server }) => {
    server.clock.now += 2_592_000_000;
    return issued.refresh_token;
  }),
};
