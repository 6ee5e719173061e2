import { APP_CHECK_DEFECTS, type AppCheckDefect, type VirtualAppCheck } from 'attestkit-testing';
import { Client, type Answered } from './client.js';
import { app, attacker, nextDeviceId, suite, type Scene, type Step } from './scene.js';

/** Firebase, as the apps know it. */
export interface Firebase {
  readonly server: string;
  readonly wallet: VirtualAppCheck;
  /** Of the same project. */
  readonly otherApp: VirtualAppCheck;
  readonly otherProject: VirtualAppCheck;
}

/** All that can be wrong with a token, but for one that is larger than any header field that Node.js reads. */
const DEFECTS = (Object.keys(APP_CHECK_DEFECTS) as AppCheckDefect[]).filter((name) => name !== 'too-large');

/** A policy that no other token of this app meets is answered with 403, all else with 401. */
function refused(what: string, code: string, run: Step['run']): Step {
  return attacker(what, code, run, code === 'ERR_APP_CHECK_PROVIDER_DENIED' ? 403 : 401);
}

/** The story of an app without an enrolled device, in its order. */
export function appCheckStory({ server, wallet, otherApp, otherProject }: Firebase): readonly Scene[] {
  const client = new Client(server, nextDeviceId());
  const read = (token: string): Promise<Answered> => client.get('/rates', { 'x-firebase-appcheck': token });
  const signUp = (token: string): Promise<Answered> =>
    client.post('/sign-ups', {}, { 'x-firebase-appcheck': token });
  let many = '';
  let once = '';
  return [
    {
      title: 'Before enrollment: App Check tokens',
      steps: [
        app('reads the rates with an App Check token', () => read((many = wallet.token()))),
        app('and again', () => read(many)),
        app('signs up with a limited-use token', () => signUp((once = wallet.token({ limitedUse: true })))),
        refused('signs up with it again', 'ERR_APP_CHECK_TOKEN_REUSED', () => signUp(once)),
        refused('signs up with a token for many requests', 'ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH', () =>
          signUp(many),
        ),
        refused('reads the rates without a token', 'ERR_APP_CHECK_TOKEN_MISSING', () =>
          client.get('/rates', {}),
        ),
        refused('shows the token of another app of the project', 'ERR_APP_CHECK_TOKEN_APP_MISMATCH', () =>
          read(otherApp.token()),
        ),
        refused('shows the token of another project', 'ERR_APP_CHECK_TOKEN_ISSUER_MISMATCH', () =>
          read(otherProject.token()),
        ),
      ],
    },
    {
      title: 'Broken App Check tokens',
      steps: suite(
        'broken tokens',
        DEFECTS.map((defect) => {
          const { says, code } = APP_CHECK_DEFECTS[defect];
          return refused(`App Check: ${says}`, code, () => read(wallet.token({}, defect)));
        }),
      ),
    },
  ];
}
