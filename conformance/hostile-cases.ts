import { backend, PREFIX, type Backend } from './backend.js';
import type { DeviceKind } from './device-kinds.js';
import { bearer, parsed, post, type Issued, type KeyDevice } from './device.js';
import type { Send, WireRequest } from './wire/message.js';

/** A device that is new, one that has enrolled, and their server. */
export interface Scene {
  readonly kind: DeviceKind;
  readonly server: Backend;
  readonly send: Send;
  readonly device: KeyDevice;
  readonly enrolled: KeyDevice;
  readonly issued: Issued;
}

/** A request to an endpoint that has to be refused, and why. */
export interface HostileCase {
  readonly status: 400 | 401 | 403;
  readonly code: string;
  request(scene: Scene): Promise<WireRequest>;
}

export async function sceneOf(kind: DeviceKind, server: Backend, send: Send): Promise<Scene> {
  const enrolled = kind.create(server, send, 'device-2');
  const device = kind.create(server, send);
  return { kind, server, send, device, enrolled, issued: await enrolled.enrol() };
}

/** A body for `attest` that has to be refused. */
export const attest = (
  status: 400 | 401 | 403,
  code: string,
  body: (scene: Scene) => Promise<object>,
): HostileCase => ({
  status,
  code,
  request: async (scene) => post('attest', await body(scene)),
});
/** The same for `assert`. */
export const assert = (
  status: 400 | 401 | 403,
  code: string,
  body: (scene: Scene) => Promise<object>,
): HostileCase => ({
  status,
  code,
  request: async (scene) => post('assert', await body(scene)),
});
const refresh = (code: string, token: (scene: Scene) => Promise<string> | string): HostileCase => ({
  // What is revoked is refused for good.
  status: code === 'ERR_SESSION_REVOKED' ? 403 : 401,
  code,
  request: async (scene) => post('refresh', { refresh_token: await token(scene) }),
});

/** Sends what has to be let in, once. */
export async function onceLetIn(send: Send, request: WireRequest): Promise<WireRequest> {
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

/** What is refused of every kind of device. */
export const hostileCases = ({ codes, replayed }: DeviceKind): Readonly<Record<string, HostileCase>> => ({
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
  'attest: a challenge that was used, beside the session of its device': {
    status: 400,
    code: 'ERR_CHALLENGE_USED',
    request: async ({ device, send }) => {
      const body = device.attestation(await device.challenge());
      const issued = parsed<Issued>(await send(post('attest', body)));
      return post('attest', body, bearer(issued));
    },
  },
  'attest: what was let in, once more': {
    ...replayed,
    request: async ({ device, send }) =>
      onceLetIn(send, post('attest', device.attestation(await device.challenge()))),
  },
  'attest: the id of another device': attest(
    403,
    'ERR_ENROLMENT_TAKEOVER',
    async ({ kind, server, send }) => {
      const taker = kind.create(server, send, 'device-2');
      return taker.attestation(await taker.challenge());
    },
  ),
  'attest: the id of another device, beside a session of another': {
    status: 403,
    code: 'ERR_ENROLMENT_TAKEOVER',
    request: async ({ kind, server, send, device }) => {
      const own = await device.enrol();
      const taker = kind.create(server, send, 'device-2');
      return post('attest', taker.attestation(await taker.challenge()), bearer(own));
    },
  },
  'attest: the id of another device, with a refresh token of another': attest(
    403,
    'ERR_ENROLMENT_TAKEOVER',
    async ({ kind, server, send, device }) => {
      const { refresh_token } = await device.enrol();
      const taker = kind.create(server, send, 'device-2');
      return { ...taker.attestation(await taker.challenge()), refresh_token };
    },
  ),
  'attest: the id of another device, with the word of another key': attest(
    403,
    'ERR_ENROLMENT_TAKEOVER',
    async ({ kind, server, send, enrolled }) => {
      const taker = kind.create(server, send, 'device-2');
      const body = taker.replacement(await taker.challenge());
      return { ...body, previous_key_id: enrolled.key.keyId };
    },
  ),
  'attest: another key, with the word of the last one for one that was not sent': attest(
    403,
    'ERR_ENROLMENT_TAKEOVER',
    async ({ enrolled }) => {
      const challenge = await enrolled.challenge();
      const word = enrolled.replacement(challenge);
      enrolled.renewKey();
      return { ...word, ...enrolled.attestation(challenge) };
    },
  ),
  'attest: another key, with the word of the last one for another audience': attest(
    403,
    'ERR_ENROLMENT_TAKEOVER',
    async ({ enrolled }) =>
      enrolled.replacement(await enrolled.challenge(), enrolled.key, 'https://other.example.com'),
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
  'assert: for another audience': assert(401, codes.signature, async ({ enrolled }) =>
    enrolled.assertion(await enrolled.challenge('assert'), 'https://other.example.com'),
  ),
  'assert: by a key that is not enrolled': assert(401, 'ERR_ASSERTION_KEY_UNKNOWN', async ({ enrolled }) => {
    enrolled.renewKey();
    return enrolled.assertion(await enrolled.challenge('assert'));
  }),
  'assert: of a device that is not enrolled': assert(401, 'ERR_ASSERTION_KEY_UNKNOWN', async ({ device }) =>
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
});
