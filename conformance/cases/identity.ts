import { LOGIN, recordOf } from '../servers/backend.js';
import { bearer, parsed, post, storedKeyId, type Issued } from '../devices/device.js';
import { assert, attest, onceLetIn, refresh, type HostileCase, type Scene } from './hostile.js';
import { PlayDevice } from '../devices/play-device.js';
import type { WireRequest } from '../wire/message.js';

/** The name of a user that the application has logged in. */
const as = (user: string, request: WireRequest): WireRequest => ({
  ...request,
  headers: [...(request.headers ?? []), [LOGIN, user]],
});

/** Another device of the kind, under the label of the one that has enrolled. */
const takerOf = ({ kind, server, send, enrolled }: Scene) => kind.create(server, send, enrolled.id);

/** Whose a label and a key are: what genuine evidence does not get, of every kind of device with a key. */
const conflicts: Readonly<Record<string, HostileCase>> = {
  'attest: the label of another device': attest(409, 'ERR_ENROLLMENT_LABEL_TAKEN', async (scene) => {
    const taker = takerOf(scene);
    return taker.attestation(await taker.challenge());
  }),
  'attest: the label of another device, beside the session and the refresh token of that device': {
    status: 409,
    code: 'ERR_ENROLLMENT_LABEL_TAKEN',
    request: async (scene) => {
      const { issued } = scene;
      const taker = takerOf(scene);
      const body = taker.attestation(await taker.challenge());
      return post('attest', { ...body, refresh_token: issued.refresh_token }, bearer(issued));
    },
  },
  'attest: the label of another device, beside a session and a refresh token of its own': {
    status: 409,
    code: 'ERR_ENROLLMENT_LABEL_TAKEN',
    request: async (scene) => {
      const own = await scene.device.enroll();
      const taker = takerOf(scene);
      const body = taker.attestation(await taker.challenge());
      return post('attest', { ...body, refresh_token: own.refresh_token }, bearer(own));
    },
  },
  'attest: the label of another device, with a proof by another key': attest(
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async (scene) => {
      const taker = takerOf(scene);
      const body = taker.replacement(await taker.challenge());
      return { ...body, previous_key_id: scene.enrolled.key.keyId };
    },
  ),
  'attest: the label of another device, with a proof by a key that is enrolled elsewhere': attest(
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async (scene) => {
      await scene.device.enroll();
      const taker = takerOf(scene);
      return taker.replacement(await taker.challenge(), scene.device.key);
    },
  ),
  'attest: another key, with a proof by the last one for a key that was not sent': attest(
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async ({ enrolled }) => {
      const challenge = await enrolled.challenge();
      const proof = enrolled.replacement(challenge);
      enrolled.renewKey();
      return { ...proof, ...enrolled.attestation(challenge) };
    },
  ),
  'attest: another key, with a proof by the last one over another challenge': attest(
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async ({ enrolled }) => {
      const proof = enrolled.replacement(await enrolled.challenge());
      const challenge = await enrolled.challenge();
      enrolled.renewKey();
      return { ...proof, ...enrolled.attestation(challenge) };
    },
  ),
  'attest: another key, with a proof by the last one for another audience': attest(
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async ({ enrolled }) =>
      enrolled.replacement(await enrolled.challenge(), enrolled.key, 'https://other.example.com'),
  ),
  'attest: another key, with a proof by a key that was replaced': attest(
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async ({ enrolled, send }) => {
      const { key } = enrolled;
      await onceLetIn(send, post('attest', enrolled.replacement(await enrolled.challenge())));
      return enrolled.replacement(await enrolled.challenge(), key);
    },
  ),
  'attest: the label of a device that has no key': attest(
    409,
    'ERR_ENROLLMENT_KIND_MISMATCH',
    async ({ kind, server, send }) => {
      const { refresh_token } = await new PlayDevice(send, 'device-3').enroll();
      const taker = kind.create(server, send, 'device-3');
      return { ...taker.attestation(await taker.challenge()), refresh_token };
    },
  ),
  'attest: for another user': {
    status: 409,
    code: 'ERR_ENROLLMENT_USER_TAKEN',
    request: async ({ device, send }) => {
      const body = device.attestation(await device.challenge());
      await onceLetIn(send, as('alice', post('attest', body)));
      return as('bob', post('attest', device.replacement(await device.challenge())));
    },
  },
  'assert: for another user': {
    status: 409,
    code: 'ERR_ENROLLMENT_USER_TAKEN',
    request: async ({ enrolled, send }) => {
      const body = enrolled.assertion(await enrolled.challenge('assert'));
      await onceLetIn(send, as('alice', post('assert', body)));
      return as('bob', post('assert', enrolled.assertion(await enrolled.challenge('assert'))));
    },
  },
  'refresh: for another user': {
    status: 409,
    code: 'ERR_ENROLLMENT_USER_TAKEN',
    request: async ({ enrolled, send }) => {
      const body = enrolled.assertion(await enrolled.challenge('assert'));
      const { refresh_token } = parsed<Issued>(await send(as('alice', post('assert', body))));
      return as('bob', post('refresh', { refresh_token }));
    },
  },
};

/** What has ended can be healed by the device, and is answered with 401. */
const ended: Readonly<Record<string, HostileCase>> = {
  'assert: by a key that was replaced': assert(
    401,
    'ERR_ASSERTION_KEY_UNKNOWN',
    async ({ enrolled, send }) => {
      const late = enrolled.assertion(await enrolled.challenge('assert'));
      await onceLetIn(send, post('attest', enrolled.replacement(await enrolled.challenge())));
      return late;
    },
  ),
  'assert: of a device that was forgotten': assert(
    401,
    'ERR_ASSERTION_KEY_UNKNOWN',
    async ({ enrolled, server }) => {
      await server.guard.devices?.forget(await recordOf(server, enrolled));
      return enrolled.assertion(await enrolled.challenge('assert'));
    },
  ),
  'refresh: after its key was replaced': refresh('ERR_REFRESH_ENDED', async ({ enrolled, issued, send }) => {
    await onceLetIn(send, post('attest', enrolled.replacement(await enrolled.challenge())));
    return issued.refresh_token;
  }),
  'refresh: after its device was forgotten': refresh(
    'ERR_REFRESH_ENDED',
    async ({ enrolled, issued, server }) => {
      await server.guard.devices?.forget(await recordOf(server, enrolled));
      return issued.refresh_token;
    },
  ),
  'refresh: for a user, of a device that was enrolled for none': {
    status: 401,
    code: 'ERR_REFRESH_USER_UNKNOWN',
    request: async ({ issued }) => as('alice', post('refresh', { refresh_token: issued.refresh_token })),
  },
};

const blockedDevice = async ({ enrolled, server }: Scene): Promise<void> => {
  await server.guard.devices?.block({ recordId: await recordOf(server, enrolled) });
};
const blockedKey = async ({ enrolled, server }: Scene): Promise<void> => {
  await server.guard.devices?.block({ keyId: storedKeyId(enrolled) });
};
const blockedUser = async ({ server }: Scene): Promise<void> => {
  await server.guard.devices?.block({ user: 'alice' });
};

/** What the operator has blocked, of which nothing is let in by any endpoint. */
const blocked: Readonly<Record<string, HostileCase>> = {
  'attest: a device that was blocked, with a proof by its key': attest(
    403,
    'ERR_SESSION_DEVICE_BLOCKED',
    async (scene) => {
      await blockedDevice(scene);
      return scene.enrolled.replacement(await scene.enrolled.challenge());
    },
  ),
  'attest: with a proof by a key that was blocked': attest(
    403,
    'ERR_SESSION_DEVICE_BLOCKED',
    async (scene) => {
      await blockedKey(scene);
      return scene.enrolled.replacement(await scene.enrolled.challenge());
    },
  ),
  'assert: of a device that was blocked': assert(403, 'ERR_SESSION_DEVICE_BLOCKED', async (scene) => {
    await blockedDevice(scene);
    return scene.enrolled.assertion(await scene.enrolled.challenge('assert'));
  }),
  'refresh: after its device was blocked': refresh(
    'ERR_SESSION_DEVICE_BLOCKED',
    async (scene) => {
      await blockedDevice(scene);
      return scene.issued.refresh_token;
    },
    403,
  ),
  'refresh: after its key was blocked': refresh(
    'ERR_SESSION_DEVICE_BLOCKED',
    async (scene) => {
      await blockedKey(scene);
      return scene.issued.refresh_token;
    },
    403,
  ),
  'attest: for a user who was blocked': {
    status: 403,
    code: 'ERR_SESSION_USER_BLOCKED',
    request: async (scene) => {
      await blockedUser(scene);
      return as('alice', post('attest', scene.device.attestation(await scene.device.challenge())));
    },
  },
  'assert: for a user who was blocked': {
    status: 403,
    code: 'ERR_SESSION_USER_BLOCKED',
    request: async (scene) => {
      await blockedUser(scene);
      const { enrolled } = scene;
      return as('alice', post('assert', enrolled.assertion(await enrolled.challenge('assert'))));
    },
  },
  'refresh: of a device of a user who was blocked': {
    status: 403,
    code: 'ERR_SESSION_USER_BLOCKED',
    request: async (scene) => {
      const { device, send } = scene;
      const body = device.attestation(await device.challenge());
      const { refresh_token } = parsed<Issued>(await send(as('alice', post('attest', body))));
      await blockedUser(scene);
      // Nobody has to be logged in for that.
      return post('refresh', { refresh_token });
    },
  },
};

/** Unexpired challenges that a device can have used. */
const CHALLENGES = 16;

/** What is asked too often. */
export const limited: Readonly<Record<string, (scene: Scene) => Promise<WireRequest>>> = {
  'an assertion of a device that has used many challenges': async ({ enrolled, send }) => {
    // Its enrollment has used one.
    for (let used = 1; used < CHALLENGES; used += 1)
      await onceLetIn(send, post('assert', enrolled.assertion(await enrolled.challenge('assert'))));
    return post('assert', enrolled.assertion(await enrolled.challenge('assert')));
  },
};

/** What the identity of devices refuses, of every kind of device with a key. */
export const identityCases: Readonly<Record<string, HostileCase>> = { ...conflicts, ...ended, ...blocked };
