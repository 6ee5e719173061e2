import { enrollmentHash } from '../../../src/play-integrity/index.js';
import { Installation } from './installation.js';
import { newLabel, Served, type Sent, type Told } from './served.js';

/** Brings one answer about. */
type Scene = (served: Served) => Promise<Told>;

const post = (served: Served, endpoint: string, sent: Sent): Promise<Told> =>
  served.send('POST', `/device/${endpoint}`, sent);

/** A body of `attest` whose challenge is made another one. */
const attestWith =
  (challenge: (phone: Installation) => Promise<string>): Scene =>
  async (served) => {
    const phone = new Installation(served);
    return post(served, 'attest', { body: phone.bodyFor(await challenge(phone)) });
  };

const asUser = (user: string): Sent => ({ headers: { 'x-user': user } });

/** What an enrolled device of Alice's asks, after something has happened to it. */
const enrolledThen =
  (
    happens: (phone: Installation, served: Served) => Promise<unknown>,
    asks: (phone: Installation, served: Served) => Promise<Told>,
  ): Scene =>
  async (served) => {
    const phone = await Installation.enrolled(served, 'alice');
    await happens(phone, served);
    return asks(phone, served);
  };

const nothing = async (): Promise<void> => undefined;
const blocked = async (phone: Installation, served: Served): Promise<unknown> =>
  served.guard.devices.block({ recordId: await phone.recordId() });
const keyBlocked = (phone: Installation, served: Served): Promise<unknown> =>
  served.guard.devices.block({ keyId: Buffer.from(phone.key.keyId, 'base64').toString('base64url') });
const userBlocked = (_phone: Installation, served: Served): Promise<unknown> =>
  served.guard.devices.block({ user: 'alice' });

async function keylessUnderKey(served: Served): Promise<Told> {
  const phone = await Installation.enrolled(served);
  const challenge = await phone.challenge('attest');
  const token = served.play.classicToken({ nonce: enrollmentHash(challenge, phone.label) });
  return post(served, 'attest', { body: { challenge, device_id: phone.label, integrity_token: token } });
}

/** How each refusal of an endpoint comes about, by endpoint and code, and each other answer by endpoint and status. */
export const ENDPOINT_SCENES: Readonly<Record<string, Scene>> = {
  'challenge 200': (served) => served.send('GET', `/device/challenge?device_id=${newLabel()}`),
  'challenge ERR_ENROLLMENT_DEVICE_ID_MALFORMED': (served) => served.send('GET', '/device/challenge'),
  'challenge ERR_ENROLLMENT_PURPOSE_UNKNOWN': (served) =>
    served.send('GET', '/device/challenge?device_id=a&purpose=login'),

  'attest 200': (served) => new Installation(served).attest(),
  'attest ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED': (served) =>
    post(served, 'attest', { body: '{}', headers: { 'content-type': 'text/plain' } }),
  'attest ERR_ENROLLMENT_BODY_MALFORMED': (served) => post(served, 'attest', { body: '[]' }),
  'attest ERR_ENROLLMENT_MEMBERS_MALFORMED': (served) => post(served, 'attest', { body: { device_id: 'a' } }),
  'attest ERR_ENROLLMENT_EVIDENCE_MALFORMED': async (served) => {
    const phone = new Installation(served);
    const challenge = await phone.challenge('attest');
    return post(served, 'attest', { body: { challenge, device_id: phone.label } });
  },
  'attest ERR_CHALLENGE_UNKNOWN': attestWith(({ served }) => new Installation(served).challenge('attest')),
  'attest ERR_CHALLENGE_PURPOSE_MISMATCH': attestWith((phone) => phone.challenge('assert')),
  'attest ERR_CHALLENGE_EXPIRED': attestWith(async (phone) => {
    const challenge = await phone.challenge('attest');
    phone.served.time += 301_000;
    return challenge;
  }),
  'attest ERR_CHALLENGE_REUSED': async (served) => {
    const phone = new Installation(served);
    const body = phone.bodyFor(await phone.challenge('attest'));
    await post(served, 'attest', { body });
    return post(served, 'attest', { body });
  },
  'attest ERR_APP_ATTEST_NONCE_MISMATCH': (served) =>
    new Installation(served).attest({ defect: 'other-challenge' }),
  'attest ERR_ENROLLMENT_KEY_BLOCKED': async (served) => {
    const phone = new Installation(served);
    await phone.attest();
    await keyBlocked(phone, served);
    await served.guard.devices.forget(await phone.recordId());
    return phone.attest();
  },
  'attest ERR_SESSION_DEVICE_BLOCKED': enrolledThen(blocked, (phone) => phone.attest(asUser('alice'))),
  'attest ERR_SESSION_USER_BLOCKED': enrolledThen(userBlocked, (phone) => phone.attest(asUser('alice'))),
  'attest ERR_ENROLLMENT_LABEL_TAKEN': enrolledThen(nothing, (phone, served) => {
    const other = new Installation(served);
    phone.key = other.key;
    return phone.attest(asUser('alice'));
  }),
  'attest ERR_ENROLLMENT_KEY_TAKEN': async (served) => {
    const other = new Installation(served);
    other.key = (await Installation.enrolled(served)).key;
    return other.attest();
  },
  'attest ERR_ENROLLMENT_KEY_ENDED': async (served) => {
    const phone = await Installation.enrolled(served);
    await served.guard.devices.forget(await phone.recordId());
    return phone.attest();
  },
  'attest ERR_ENROLLMENT_KIND_MISMATCH': keylessUnderKey,
  'attest ERR_ENROLLMENT_USER_TAKEN': enrolledThen(nothing, (phone) => phone.attest(asUser('bob'))),

  'refresh 200': enrolledThen(nothing, (phone) => phone.refresh()),
  'refresh ERR_ENROLLMENT_MEMBERS_MALFORMED': (served) => post(served, 'refresh', { body: {} }),
  'refresh ERR_REFRESH_MALFORMED': (served) => post(served, 'refresh', { body: { refresh_token: 'x' } }),
  'refresh ERR_REFRESH_UNKNOWN': async (served) => {
    const { refreshToken } = await Installation.enrolled(await Served.start());
    return post(served, 'refresh', { body: { refresh_token: refreshToken } });
  },
  'refresh ERR_REFRESH_ENDED': enrolledThen(
    (phone, served) => post(served, 'revoke', { body: { token: phone.refreshToken } }),
    (phone) => phone.refresh(),
  ),
  'refresh ERR_REFRESH_REUSED': enrolledThen(nothing, async (phone, served) => {
    const body = { refresh_token: phone.refreshToken };
    await phone.refresh();
    await phone.refresh();
    return post(served, 'refresh', { body });
  }),
  'refresh ERR_REFRESH_USER_UNKNOWN': async (served) =>
    (await Installation.enrolled(served)).refresh(asUser('alice')),
  'refresh ERR_REFRESH_PROOF_MISSING': async () => {
    const strict = await Served.start({ sessions: { refresh: 'proof' } });
    return (await Installation.enrolled(strict)).refresh();
  },
  'refresh ERR_SESSION_DEVICE_BLOCKED': enrolledThen(blocked, (phone) => phone.refresh()),
  'refresh ERR_SESSION_USER_BLOCKED': enrolledThen(userBlocked, (phone) => phone.refresh()),
  'refresh ERR_ENROLLMENT_USER_TAKEN': enrolledThen(nothing, (phone) => phone.refresh(asUser('bob'))),

  'assert 200': enrolledThen(nothing, (phone) => phone.assert()),
  'assert ERR_ENROLLMENT_MEMBERS_MALFORMED': (served) => post(served, 'assert', { body: { device_id: 'a' } }),
  'assert ERR_CHALLENGE_PURPOSE_MISMATCH': enrolledThen(nothing, async (phone, served) => {
    const challenge = await phone.challenge('attest');
    return post(served, 'assert', { body: { ...(await phone.assertBody()), challenge } });
  }),
  'assert ERR_CHALLENGE_REUSED': enrolledThen(nothing, async (phone, served) => {
    const body = await phone.assertBody();
    await post(served, 'assert', { body });
    return post(served, 'assert', { body });
  }),
  'assert ERR_ASSERTION_KEY_UNKNOWN': (served) => new Installation(served).assert(),
  'assert ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID': enrolledThen(nothing, async (phone, served) =>
    post(served, 'assert', { body: await phone.assertBody('wrong-signature') }),
  ),
  'assert ERR_ASSERTION_COUNTER_REUSED': enrolledThen(nothing, async (phone, served) => {
    const early = await phone.assertBody();
    await phone.assert();
    return post(served, 'assert', { body: early });
  }),
  'assert ERR_SESSION_DEVICE_BLOCKED': enrolledThen(blocked, (phone) => phone.assert()),
  'assert ERR_SESSION_USER_BLOCKED': enrolledThen(userBlocked, (phone) => phone.assert(asUser('alice'))),
  'assert ERR_ENROLLMENT_USER_TAKEN': enrolledThen(nothing, (phone) => phone.assert(asUser('bob'))),

  'revoke 200': (served) => post(served, 'revoke', { body: { token: 'x' } }),
  'revoke ERR_ENROLLMENT_MEMBERS_MALFORMED': (served) => post(served, 'revoke', { body: {} }),

  'jwks.json 200': (served) => served.send('GET', '/device/jwks.json'),

  'any 405': (served) => served.send('DELETE', '/device/attest'),
  'any ERR_ENROLLMENT_BODY_TOO_LARGE': (served) =>
    post(served, 'attest', { body: { challenge: 'a'.repeat(65_536) } }),
  'any ERR_ENDPOINT_MEMBERS_TOO_LARGE': (served) =>
    post(served, 'refresh', {
      body: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`m${at}`, 1])),
    }),
  'any ERR_ENDPOINT_LIMIT': async () => {
    const strict = await Served.start({ limits: { addressPerMinute: 1 } });
    await strict.send('GET', '/device/challenge?device_id=a');
    return strict.send('GET', '/device/challenge?device_id=a');
  },
  'any ERR_STORE_UNAVAILABLE': enrolledThen(
    async (_phone, served) => void (served.isStoreDown = true),
    (phone) => phone.refresh(),
  ),
};
