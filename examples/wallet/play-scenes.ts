import {
  PLAY_INTEGRITY_DEFECTS,
  type PlayIntegrityDefect,
  type PlayIntegrityVerdictDefect,
  type VirtualPlayIntegrity,
} from 'attestkit-testing';
import { PlayPhone, type Vouched } from './play-phone.js';
import { app, attacker, conflict, denied, nextDeviceId, suite, type Scene } from './scene.js';

/** Google, as the apps know it. */
export interface PlayStore {
  readonly server: string;
  readonly wallet: VirtualPlayIntegrity;
  readonly otherApp: VirtualPlayIntegrity;
  readonly passTime: (seconds: number) => void;
}

/**
 * All that can be wrong with a verdict, but for one that the server does not even read as Google's answer. Only Google can open
 * the tokens of standard requests.
 */
const DEFECTS = (Object.keys(PLAY_INTEGRITY_DEFECTS) as PlayIntegrityDefect[])
  .filter((name): name is PlayIntegrityVerdictDefect => PLAY_INTEGRITY_DEFECTS[name].target === 'verdict')
  .filter((name) => name !== 'verdict-nested');

const DAY = 86_400;

/** The story of the phones that Google vouches for, in its order. */
export function playStory({ server, wallet, otherApp, passTime }: PlayStore): readonly Scene[] {
  const phone = (play = wallet, deviceId = nextDeviceId()): PlayPhone =>
    new PlayPhone(server, play, deviceId);
  const carol = phone();
  let sent: Vouched;
  let spent = '';
  return [
    {
      title: 'An Android phone enrolls without a key (Play Integrity)',
      steps: [
        app('enrolls with Play Integrity', async () => {
          sent = await carol.vouched();
          return carol.attest(sent);
        }),
        app('reads the balance with that session', () => carol.get('/balance')),
        attacker('sends its token again', 'ERR_CHALLENGE_REUSED', () => carol.attest(sent), 400),
        denied('sends it under a new challenge', 'ERR_PLAY_INTEGRITY_BINDING_MISMATCH', async () =>
          carol.attest({ ...sent, challenge: await carol.challenge() }),
        ),
        denied('sends a token that was decoded before', 'ERR_PLAY_INTEGRITY_EVALUATION_MISSING', async () => {
          const one = phone();
          const vouched = await one.vouched();
          wallet.decode(vouched.integrity_token);
          return one.attest(vouched);
        }),
        denied('sends a token of another app', 'ERR_PLAY_INTEGRITY_TOKEN_INVALID', () =>
          phone(otherApp).enroll(),
        ),
        conflict('takes the device id of that phone, too', 'ERR_ENROLLMENT_LABEL_TAKEN', () =>
          phone(wallet, carol.deviceId).enroll(),
        ),
        attacker('transfers with that session: there is no key', 'ERR_ASSERTION_MISSING', () =>
          carol.post('/transfers', { amount: 1 }, carol.bearer()),
        ),
      ],
    },
    {
      title: 'Broken Play Integrity verdicts',
      steps: suite(
        'broken verdicts',
        DEFECTS.map((defect) => {
          const { says, code } = PLAY_INTEGRITY_DEFECTS[defect];
          return denied(`Play Integrity: ${says}`, code, () => phone().enroll(defect));
        }),
      ),
    },
    {
      title: 'A day later, the verdict is too old',
      steps: [
        attacker('goes on with the verdict of the day before', 'ERR_PLAY_INTEGRITY_REFRESH_TOO_OLD', () => {
          passTime(DAY + 1);
          return carol.refresh();
        }),
        app('enrolls again with its refresh token, which is all that it can prove itself with', async () =>
          carol.attest(await carol.vouched(), { refresh_token: (spent = carol.refreshToken) }),
        ),
        app('refreshes that session', () => carol.refresh()),
        conflict(
          'enrolls under its device id with the token of another',
          'ERR_ENROLLMENT_LABEL_TAKEN',
          async () => {
            const thief = phone();
            await thief.enroll();
            const { refreshToken } = thief;
            thief.deviceId = carol.deviceId;
            return thief.attest(await thief.vouched(), { refresh_token: refreshToken });
          },
        ),
        app('is not disturbed by that', () => carol.get('/balance')),
        conflict('enrolls with a copy of a token that was spent', 'ERR_ENROLLMENT_LABEL_TAKEN', async () =>
          phone(wallet, carol.deviceId).attest(await carol.vouched(), { refresh_token: spent }),
        ),
        attacker('goes on with the session that this has ended', 'ERR_SESSION_ENDED', () =>
          carol.get('/balance'),
        ),
      ],
    },
  ];
}
