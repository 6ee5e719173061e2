import {
  KEY_ATTESTATION_DEFECTS,
  type KeyAttestationChainDefect,
  type KeyAttestationDefect,
  type KeyAttestationSignatureDefect,
  type VirtualAndroid,
} from 'attestkit-testing';
import { AndroidPhone } from './android-phone.js';
import type { Answered } from './client.js';
import { app, attacker, conflict, denied, nextDeviceId, suite, type Scene } from './scene.js';

/** The phones that come on. */
export interface Fleet {
  readonly server: string;
  readonly genuine: () => VirtualAndroid;
  /** Its attestation key is from the factory, not from Google’s servers. */
  readonly older: () => VirtualAndroid;
  readonly unlocked: () => VirtualAndroid;
  /** Signed by somebody else, under the same name. */
  readonly repackaged: () => VirtualAndroid;
  readonly otherApp: () => VirtualAndroid;
  /** A phone whose chain ends at a root that somebody made. */
  readonly counterfeit: () => VirtualAndroid;
  /** Puts the certificate on Google's list. */
  readonly revoke: (certificate: Uint8Array) => void;
  readonly passTime: (seconds: number) => void;
}

/** All that a virtual device can get wrong, but in attestation keys of the app: this server accepts none of these. */
const DEFECTS = (Object.keys(KEY_ATTESTATION_DEFECTS) as KeyAttestationDefect[]).filter(
  (name) => KEY_ATTESTATION_DEFECTS[name].needs !== 'allowAttestKeys',
);
const [CHAIN_DEFECTS, SIGNATURE_DEFECTS] = [
  DEFECTS.filter(
    (name): name is KeyAttestationChainDefect => KEY_ATTESTATION_DEFECTS[name].target === 'chain',
  ),
  DEFECTS.filter(
    (name): name is KeyAttestationSignatureDefect => KEY_ATTESTATION_DEFECTS[name].target === 'signature',
  ),
];

/** Refused for the body, before anybody looks at the chain: no certificate at all, and more than any body may have. */
const BAD_BODIES: Readonly<Record<string, readonly [code: string, status: number]>> = {
  'no-certificate': ['ERR_KEY_ATTESTATION_MISSING', 400],
  'certificate-too-large': ['ERR_ENROLLMENT_BODY_TOO_LARGE', 413],
};

/** Seconds. After twice as long the server fetches Google's list anew; a challenge made between is still good. */
const HALF_A_LIST = 151;

const REVOKED_SINCE = 'ERR_KEY_ATTESTATION_ENROLLED_CHAIN_REVOKED';

const SMALL = '{"amount":1}';

/** What an attacker changes of a transfer. */
interface Altered {
  readonly body?: string;
  readonly challenge?: string;
  readonly defect?: KeyAttestationSignatureDefect;
}

/** A transfer that the phone has signed. */
async function transfer(
  phone: AndroidPhone,
  { body = SMALL, challenge, defect }: Altered = {},
): Promise<Answered> {
  const request = { target: '/transfers', body: SMALL };
  const { xAppAttest } = await phone.sign(
    challenge === undefined ? request : { ...request, challenge },
    defect,
  );
  return phone.post('/transfers', body, { ...phone.bearer(), 'x-app-attest': xAppAttest });
}

/** Signed with the key alone, without a session. */
async function withdraw(phone: AndroidPhone): Promise<Answered> {
  const { authorization } = await phone.sign({ target: '/withdrawals', body: '{}' });
  return phone.post('/withdrawals', '{}', { authorization });
}

/** The story of the Android fleet, in its order. */
export function androidStory(fleet: Fleet): readonly Scene[] {
  const phone = (android: VirtualAndroid, deviceId = nextDeviceId()): AndroidPhone =>
    new AndroidPhone(fleet.server, android, deviceId);
  const bob = phone(fleet.genuine());
  const leaking = fleet.older();
  const old = phone(leaking);
  let challenge = '';
  return [
    {
      title: 'An Android phone enrolls, and signs its requests (Key Attestation)',
      steps: [
        app('enrolls on Android', () => bob.enroll()),
        app('reads the balance there', () => bob.get('/balance')),
        app('sends a signed transfer from there', async () => {
          challenge = await bob.challenge('request');
          return transfer(bob, { challenge });
        }),
        attacker('uses its challenge again', 'ERR_CHALLENGE_REUSED', () => transfer(bob, { challenge })),
        attacker('changes the amount', 'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID', () =>
          transfer(bob, { body: '{"amount":1000}' }),
        ),
        conflict('takes the device id of that phone', 'ERR_ENROLLMENT_LABEL_TAKEN', () =>
          phone(fleet.genuine(), bob.deviceId).enroll(),
        ),
        denied(
          'enrolls a phone with an unlocked bootloader',
          'ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED',
          () => phone(fleet.unlocked()).enroll(),
        ),
        denied('enrolls a repackaged app', 'ERR_KEY_ATTESTATION_DIGEST_MISMATCH', () =>
          phone(fleet.repackaged()).enroll(),
        ),
        denied('enrolls another app', 'ERR_KEY_ATTESTATION_PACKAGE_MISMATCH', () =>
          phone(fleet.otherApp()).enroll(),
        ),
        denied('enrolls under a root of its own making', 'ERR_KEY_ATTESTATION_ROOT_UNKNOWN', () =>
          phone(fleet.counterfeit()).enroll(),
        ),
      ],
    },
    {
      title: 'Broken certificate chains and signatures of Android phones',
      steps: [
        ...suite(
          'broken certificate chains',
          CHAIN_DEFECTS.map((defect) => {
            const { says, code, needs } = KEY_ATTESTATION_DEFECTS[defect];
            const wait = (): void => void (needs === 'revocations' && fleet.passTime(HALF_A_LIST));
            const run = (): Promise<Answered> => {
              wait();
              return phone(fleet.genuine()).enroll(defect, wait);
            };
            const [badBody, status] = BAD_BODIES[defect] ?? [code, 403];
            return attacker(`attests: ${says}`, badBody, run, status);
          }),
        ),
        ...suite(
          'broken signatures of requests',
          SIGNATURE_DEFECTS.map((defect) => {
            const { says, code } = KEY_ATTESTATION_DEFECTS[defect];
            return attacker(`signs: ${says}`, code, () => transfer(bob, { defect }));
          }),
        ),
      ],
    },
    {
      title: 'The first Android phone renews its session',
      steps: [
        app('refreshes', () => bob.refresh()),
        app('gets a session with its key alone, since the answer was lost', () => bob.assert()),
      ],
    },
    {
      title: 'A factory key leaks, and Google revokes it',
      steps: [
        app('enrolls on an older phone', () => old.enroll()),
        app('withdraws there, with the key alone', () => withdraw(old)),
        attacker('withdraws with a leaked key, which Google has revoked since', REVOKED_SINCE, () => {
          fleet.revoke(old.key?.certificateChain[1] ?? new Uint8Array());
          fleet.passTime(2 * HALF_A_LIST);
          return withdraw(old);
        }),
        attacker('sends a signed transfer beside the session', REVOKED_SINCE, () => transfer(old)),
        attacker('refreshes the session', REVOKED_SINCE, () => old.refresh()),
        denied('enrolls with what leaked', 'ERR_KEY_ATTESTATION_REVOKED', () => phone(leaking).enroll()),
        app('sends a signed transfer from the first phone', () => transfer(bob)),
      ],
    },
  ];
}
