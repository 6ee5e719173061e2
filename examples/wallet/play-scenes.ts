import {
  PLAY_INTEGRITY_DEFECTS,
  type PlayIntegrityDefect,
  type PlayIntegrityVerdictDefect,
  type VirtualPlayIntegrity,
} from 'attestkit/testing';
import { PlayPhone, type Vouched } from './play-phone.js';
import { app, attacker, nextDeviceId, type Scene } from './scene.js';

/** Google, as the apps know it. */
export interface PlayStore {
  readonly server: string;
  readonly wallet: VirtualPlayIntegrity;
  readonly otherApp: VirtualPlayIntegrity;
  readonly passTime: (seconds: number) => void;
}

/**
 * All that can be wrong with a verdict, but for one that the server does not even read as an answer of Google's. The tokens of
 * standard requests are Google's affair: nobody else can open them.
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
  return [
    app('enrols with Play Integrity', async () => {
      sent = await carol.vouched();
      return carol.attest(sent);
    }),
    app('reads the balance with that session', () => carol.get('/balance')),
    attacker('sends its token again', 'ERR_CHALLENGE_USED', () => carol.attest(sent), 400),
    attacker('sends it under a new challenge', 'ERR_PLAY_INTEGRITY_BINDING_MISMATCH', async () =>
      carol.attest({ ...sent, challenge: await carol.challenge() }),
    ),
    attacker('sends a token that was decoded before', 'ERR_PLAY_INTEGRITY_CLEARED', async () => {
      const one = phone();
      const vouched = await one.vouched();
      wallet.decode(vouched.integrity_token);
      return one.attest(vouched);
    }),
    attacker('sends a token of another app', 'ERR_PLAY_INTEGRITY_TOKEN_INVALID', () =>
      phone(otherApp).enrol(),
    ),
    attacker('takes the device id of that phone, too', 'ERR_ENROLMENT_TAKEOVER', () =>
      phone(wallet, carol.deviceId).enrol(),
    ),
    attacker('transfers with that session: there is no key', 'ERR_ASSERTION_MISSING', () =>
      carol.post('/transfers', { amount: 1 }, carol.bearer()),
    ),
    ...DEFECTS.map((defect) => {
      const { says, code } = PLAY_INTEGRITY_DEFECTS[defect];
      return attacker(`Play Integrity: ${says}`, code, () => phone().enrol(defect));
    }),
    attacker('goes on with the verdict of the day before', 'ERR_PLAY_INTEGRITY_REFRESH_TOO_OLD', () => {
      passTime(DAY + 1);
      return carol.refresh();
    }),
    app('enrols again, and proves with its refresh token that it is the same phone', async () =>
      carol.attest(await carol.vouched(), { refresh_token: carol.refreshToken }),
    ),
    app('refreshes that session', () => carol.refresh()),
  ];
}
