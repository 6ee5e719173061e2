import type { DeviceControl } from 'attestkit/devices';
import type { VirtualIPhone, VirtualKey } from 'attestkit-testing';
import type { Answered } from './client.js';
import { Phone } from './phone.js';
import { app, attacker, AUDIENCE, conflict, denied, nextDeviceId, type Scene } from './scene.js';

/** What it takes to tell one installation of the app from another. */
export interface Household {
  readonly server: string;
  readonly phone: () => VirtualIPhone;
  /** What the operator can do. */
  readonly control: Pick<DeviceControl, 'block' | 'unblock' | 'forget'>;
}

/** What the server calls the installation of a session. */
async function recordOf(phone: Phone): Promise<string> {
  const { body } = await phone.get('/balance');
  return String(body['device']);
}

/** The story of one installation after another: whose a label and a key are, and how that ends. */
export function identityStory({ server, phone, control }: Household): readonly Scene[] {
  const newPhone = (deviceId = nextDeviceId()): Phone => new Phone(server, phone(), deviceId);
  const erin = newPhone();
  const mallory = newPhone();
  // Of this run alone: a block stays in the store until it is lifted.
  const user = `mallory-${mallory.deviceId}`;
  const old = { key: erin.key, session: '', record: '' };
  const balance = (session: string): Promise<Answered> =>
    erin.get('/balance', { authorization: `Bearer ${session}` });
  const withKey = async (deviceId: string, key: VirtualKey): Promise<Answered> => {
    const other = newPhone(deviceId);
    other.key = key;
    return other.enroll();
  };
  return [
    {
      title: 'The app replaces its key, and is installed again',
      steps: [
        app('enrolls a phone', () => erin.enroll()),
        conflict(
          'makes a key of its own for a session that it has stolen',
          'ERR_ENROLLMENT_LABEL_TAKEN',
          () => newPhone(erin.deviceId).enroll({ refresh_token: erin.refreshToken }, erin.bearer()),
        ),
        conflict('enrolls the key of that phone under a label of its own', 'ERR_ENROLLMENT_KEY_TAKEN', () =>
          withKey(nextDeviceId(), erin.key),
        ),
        app('has the same key attested again, which proves that it is the same phone', async () => {
          old.record = await recordOf(erin);
          return erin.enroll();
        }),
        app('replaces its key, with a proof by the last one', async () => {
          old.key = erin.key;
          old.session = erin.session;
          return erin.replaceKey(AUDIENCE);
        }),
        app('is the same installation to the wallet as before', async () => {
          const answered = await erin.get('/balance');
          return answered.body['device'] === old.record ? answered : { ...answered, status: 500 };
        }),
        attacker('goes on with a session of the last key', 'ERR_SESSION_ENDED', () => balance(old.session)),
        attacker('asks for a session with the last key', 'ERR_ASSERTION_KEY_UNKNOWN', () =>
          newPhone(erin.deviceId).assert(AUDIENCE, old.key),
        ),
        conflict('enrolls the last key again', 'ERR_ENROLLMENT_KEY_ENDED', () =>
          withKey(erin.deviceId, old.key),
        ),
        conflict('replaces the key with a proof by the last key', 'ERR_ENROLLMENT_LABEL_TAKEN', () =>
          newPhone(erin.deviceId).replaceKey(AUDIENCE, old.key),
        ),
        app('is installed again: its device id gets 409, so it takes a new one', async () => {
          erin.reinstall();
          const refused = await erin.enroll();
          if (refused.status !== 409) return { ...refused, status: 500 };
          erin.beginAnew(nextDeviceId());
          return erin.enroll();
        }),
      ],
    },
    {
      title: 'The operator blocks a phone, then a user',
      steps: [
        app('enrolls with a login', () => {
          mallory.user = user;
          return mallory.enroll();
        }),
        conflict('enrolls that phone with another login', 'ERR_ENROLLMENT_USER_TAKEN', () => {
          mallory.user = 'alice';
          return mallory.enroll();
        }),
        denied(
          'goes on with a phone that the operator has blocked',
          'ERR_SESSION_DEVICE_BLOCKED',
          async () => {
            mallory.user = user;
            await control.block({ recordId: (old.record = await recordOf(mallory)) });
            return mallory.get('/balance');
          },
        ),
        denied('enrolls it anew', 'ERR_SESSION_DEVICE_BLOCKED', () => mallory.enroll()),
        denied('replaces its key', 'ERR_SESSION_DEVICE_BLOCKED', () => mallory.replaceKey(AUDIENCE)),
        app('enrolls under a new device id, since a phone can', () => {
          mallory.beginAnew(nextDeviceId());
          return mallory.enroll();
        }),
        denied('refreshes after the operator has blocked the user', 'ERR_SESSION_USER_BLOCKED', async () => {
          await control.unblock({ recordId: old.record });
          await control.block({ user });
          return mallory.refresh();
        }),
        denied('enrolls under another new device id', 'ERR_SESSION_USER_BLOCKED', () => {
          mallory.beginAnew(nextDeviceId());
          return mallory.enroll();
        }),
        app('enrolls once the operator has lifted the block of the user', async () => {
          await control.unblock({ user });
          return mallory.enroll();
        }),
      ],
    },
    {
      title: 'The operator forgets an installation',
      steps: [
        attacker('goes on with an installation that was forgotten', 'ERR_SESSION_ENDED', async () => {
          await control.forget(await recordOf(erin));
          return erin.get('/balance');
        }),
        attacker('refreshes what was forgotten', 'ERR_REFRESH_ENDED', () => erin.refresh()),
        conflict('enrolls the key that was forgotten', 'ERR_ENROLLMENT_KEY_ENDED', () => erin.enroll()),
        app('enrolls a new key under the label, which is free', () => newPhone(erin.deviceId).enroll()),
      ],
    },
  ];
}
