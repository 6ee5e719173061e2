import { backend, PREFIX, type Backend } from '../servers/backend.js';
import type { DeviceKind } from '../devices/device-kinds.js';
import { bearer, changedText, parsed, post, type Issued, type KeyDevice } from '../devices/device.js';
import type { Send, WireRequest } from '../wire/message.js';

/** A device that is new, one that has enrolled, and their server. */
export interface Scene {
  readonly kind: DeviceKind;
  readonly server: Backend;
  readonly send: Send;
  readonly device: KeyDevice;
  readonly enrolled: KeyDevice;
  readonly issued: Issued;
}

/** A bad request; what the client can heal; what is denied; what cannot go on. */
type Status = 400 | 401 | 403 | 409;

/** A request to an endpoint that has to be refused, and why. */
export interface HostileCase {
  readonly status: Status;
  readonly code: string;
  request(scene: Scene): Promise<WireRequest>;
}

export async function sceneOf(kind: DeviceKind, server: Backend, send: Send): Promise<Scene> {
  const enrolled = kind.create(server, send, 'device-2');
  const device = kind.create(server, send);
  return { kind, server, send, device, enrolled, issued: await enrolled.enroll() };
}

/** A body for `attest` that has to be refused. */
export const attest = (
  status: Status,
  code: string,
  body: (scene: Scene) => Promise<object>,
): HostileCase => ({
  status,
  code,
  request: async (scene) => post('attest', await body(scene)),
});
/** The same for `assert`. */
export const assert = (
  status: Status,
  code: string,
  body: (scene: Scene) => Promise<object>,
): HostileCase => ({
  status,
  code,
  request: async (scene) => post('assert', await body(scene)),
});
/** The same for `refresh`. */
export const refresh = (
  code: string,
  token: (scene: Scene) => Promise<string> | string,
  status: Status = 401,
): HostileCase => ({
  status,
  code,
  request: async (scene) => post('refresh', { refresh_token: await token(scene) }),
});

/** Sends what has to be let in, once. */
export async function onceLetIn(send: Send, request: WireRequest): Promise<WireRequest> {
  parsed(await send(request));
  return request;
}

async function foreignChallenge(id: string): Promise<string> {
  const target = `${PREFIX}/challenge?device_id=${id}`;
  const answer = await backend().guard.answer({ method: 'GET', target, fields: () => [] }, '/challenge');
  return (JSON.parse(answer?.body ?? '') as { challenge: string }).challenge;
}

/** What is refused of every kind of device. */
export const hostileCases = ({ codes }: DeviceKind): Readonly<Record<string, HostileCase>> => ({
  'attest: a challenge that is none': attest(400, 'ERR_CHALLENGE_MALFORMED', async ({ device }) =>
    device.attestation('challenge'),
  ),
  'attest: a challenge that was changed': attest(400, 'ERR_CHALLENGE_UNKNOWN', async ({ device }) =>
    device.attestation(changedText(await device.challenge())),
  ),
  'attest: a challenge of another device': attest(
    400,
    'ERR_CHALLENGE_UNKNOWN',
    async ({ device, enrolled }) => device.attestation(await enrolled.challenge()),
  ),
  'attest: a challenge of another server': attest(400, 'ERR_CHALLENGE_UNKNOWN', async ({ device }) =>
    device.attestation(await foreignChallenge(device.id)),
  ),
  'attest: a challenge for another purpose': attest(
    400,
    'ERR_CHALLENGE_PURPOSE_MISMATCH',
    async ({ device }) => device.attestation(await device.challenge('assert')),
  ),
  'attest: a challenge that has expired': attest(400, 'ERR_CHALLENGE_EXPIRED', async ({ device, server }) => {
    const challenge = await device.challenge();
    server.clock.now += 300_000;
    return device.attestation(challenge);
  }),
  'attest: what was let in, once more': attest(400, 'ERR_CHALLENGE_REUSED', async ({ device, send }) => {
    const body = device.attestation(await device.challenge());
    await onceLetIn(send, post('attest', body));
    return body;
  }),
  'attest: what was let in, once more, beside the session of its device': {
    status: 400,
    code: 'ERR_CHALLENGE_REUSED',
    request: async ({ device, send }) => {
      const body = device.attestation(await device.challenge());
      const issued = parsed<Issued>(await send(post('attest', body)));
      return post('attest', body, bearer(issued));
    },
  },
  'assert: a challenge for another purpose': assert(
    400,
    'ERR_CHALLENGE_PURPOSE_MISMATCH',
    async ({ enrolled }) => enrolled.assertion(await enrolled.challenge()),
  ),
  'assert: a challenge of another device': assert(
    400,
    'ERR_CHALLENGE_UNKNOWN',
    async ({ device, enrolled }) => enrolled.assertion(await device.challenge('assert')),
  ),
  'assert: a challenge that was used': {
    status: 400,
    code: 'ERR_CHALLENGE_REUSED',
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
  'refresh: a token that was changed': refresh('ERR_REFRESH_UNKNOWN', ({ issued }) =>
    changedText(issued.refresh_token),
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
  'refresh: after its session was revoked': refresh('ERR_REFRESH_ENDED', async ({ issued, send }) => {
    await onceLetIn(send, post('revoke', { token: issued.session_token }));
    return issued.refresh_token;
  }),
  'refresh: after 30 days': refresh('ERR_REFRESH_ENDED', ({ issued, server }) => {
    server.clock.now += 2_592_000_000;
    return issued.refresh_token;
  }),
});
