import { APP_ATTEST_DEFECTS, type DefectOf, type VirtualIPhone } from 'attestkit-testing';
import type { Answered } from './client.js';
import { Phone } from './phone.js';
import { app, attacker, AUDIENCE, conflict, denied, nextDeviceId, suite, type Scene } from './scene.js';

/** What happens on the stage, and who is on it. */
export interface Stage {
  readonly server: string;
  readonly genuine: () => VirtualIPhone;
  readonly otherApp: () => VirtualIPhone;
  readonly development: () => VirtualIPhone;
  /** A phone whose attestations chain to a root that somebody made. */
  readonly counterfeit: () => VirtualIPhone;
  /** Puts the server's clock forward. */
  readonly passTime: (seconds: number) => void;
}

/** What a virtual iPhone can get wrong in an attestation, except for defects that only a stricter policy refuses. */
const DEFECTS = (Object.keys(APP_ATTEST_DEFECTS) as DefectOf<'attestation' | 'receipt'>[]).filter((name) => {
  const { target, needs } = APP_ATTEST_DEFECTS[name];
  return target !== 'assertion' && needs === undefined;
});

/** Refused for the field, before anybody reads what is in it: nothing at all, and more than any attestation has. */
const BAD_FIELDS: Readonly<Record<string, string>> = {
  empty: 'ERR_APP_ATTEST_MISSING',
  oversized: 'ERR_APP_ATTEST_ENCODING_MALFORMED',
  'receipt-oversized': 'ERR_APP_ATTEST_ENCODING_MALFORMED',
  'receipt-nested-deep': 'ERR_APP_ATTEST_ENCODING_MALFORMED',
  'receipt-many-fields': 'ERR_APP_ATTEST_ENCODING_MALFORMED',
};

type Headers = Readonly<Record<string, string>>;

/** The header of a transfer that a phone has signed. */
function signed(phone: Phone, body: string, target = '/transfers'): Headers {
  const request = { audience: AUDIENCE, method: 'POST', target, body };
  return { 'x-app-attest': phone.key.signRequest(request).xAppAttest };
}

function transfer(phone: Phone, body: string, headers: Headers): Promise<Answered> {
  return phone.post('/transfers', body, { ...phone.bearer(), ...headers });
}

/** Signed with the key alone, without a session. */
function withdraw(phone: Phone, challenge?: string): Promise<Answered> {
  const request = { audience: AUDIENCE, method: 'POST', target: '/withdrawals', body: '{}' };
  const { authorization } = phone.key.signRequest(
    challenge === undefined ? request : { ...request, challenge },
  );
  return phone.post('/withdrawals', '{}', { authorization });
}

/** The story, in its order: each scene goes on from where the last one ended. */
export function story(stage: Stage): readonly Scene[] {
  const alice = new Phone(stage.server, stage.genuine(), nextDeviceId());
  const mallory = new Phone(stage.server, stage.genuine(), nextDeviceId());
  const small = '{"amount":1}';
  let replayed: Headers = {};
  let spent = '';
  let challenge = '';
  return [
    {
      title: 'An iPhone enrolls, and signs its requests (App Attest)',
      steps: [
        attacker('reads the balance without a session', 'ERR_SESSION_MISSING', () =>
          alice.get('/balance', {}),
        ),
        attacker(
          'enrolls without a device id',
          'ERR_ENROLLMENT_DEVICE_ID_MALFORMED',
          () => alice.get('/device/challenge', {}),
          400,
        ),
        app('enrolls', () => alice.enroll()),
        app('reads the balance', () => alice.get('/balance')),
        app('sends a signed transfer', () => transfer(alice, small, (replayed = signed(alice, small)))),
        attacker('sends the same transfer again', 'ERR_ASSERTION_COUNTER_REUSED', () =>
          transfer(alice, small, replayed),
        ),
        attacker(
          'changes the amount of a signed transfer',
          'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
          () => transfer(alice, '{"amount":1000}', signed(alice, small)),
        ),
        attacker('sends what was signed for another path', 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID', () =>
          transfer(alice, small, signed(alice, small, '/withdrawals')),
        ),
        attacker('transfers with a session alone', 'ERR_ASSERTION_MISSING', () => transfer(alice, small, {})),
        attacker('changes the session token', 'ERR_SESSION_SIGNATURE_INVALID', () =>
          alice.get('/balance', { authorization: `Bearer ${alice.session.slice(0, -6)}AAAAAA` }),
        ),
      ],
    },
    {
      title: 'A request without a session: the key alone, over a challenge',
      steps: [
        app('withdraws with the key alone, over a challenge', async () => {
          challenge = await alice.challenge('request');
          return withdraw(alice, challenge);
        }),
        attacker('uses that challenge again', 'ERR_CHALLENGE_REUSED', () => withdraw(alice, challenge)),
        attacker('withdraws without a challenge', 'ERR_ASSERTION_CHALLENGE_MISSING', () => withdraw(alice)),
      ],
    },
    {
      title: 'Other phones, other apps, other builds',
      steps: [
        conflict('takes the device id of another phone', 'ERR_ENROLLMENT_LABEL_TAKEN', () =>
          new Phone(stage.server, stage.genuine(), alice.deviceId).enroll(),
        ),
        app('enrolls on a second phone', () => mallory.enroll()),
        attacker('signs with a key of another phone', 'ERR_ASSERTION_KEY_MISMATCH', () =>
          transfer(alice, small, signed(mallory, small)),
        ),
        attacker(
          'uses one challenge for two devices',
          'ERR_CHALLENGE_UNKNOWN',
          async () => {
            const ofAlice = await alice.challenge();
            return mallory.attest(ofAlice, mallory.key.attest({ challenge: ofAlice }));
          },
          400,
        ),
        denied('enrolls an attestation over another challenge', 'ERR_APP_ATTEST_NONCE_MISMATCH', async () => {
          const [mine, other] = [await mallory.challenge(), await mallory.challenge()];
          return mallory.attest(mine, mallory.key.attest({ challenge: other }));
        }),
        denied('enrolls with another app', 'ERR_APP_ATTEST_APP_ID_MISMATCH', () =>
          new Phone(stage.server, stage.otherApp(), nextDeviceId()).enroll(),
        ),
        denied('enrolls a development build', 'ERR_APP_ATTEST_ENVIRONMENT_DENIED', () =>
          new Phone(stage.server, stage.development(), nextDeviceId()).enroll(),
        ),
        denied('enrolls under a root of its own making', 'ERR_APP_ATTEST_ROOT_UNKNOWN', () =>
          new Phone(stage.server, stage.counterfeit(), nextDeviceId()).enroll(),
        ),
      ],
    },
    {
      title: 'Broken attestations of iPhones',
      steps: suite(
        'broken attestations',
        DEFECTS.map((defect) => {
          const { says, code } = APP_ATTEST_DEFECTS[defect];
          const run = async (): Promise<Answered> => {
            const phone = new Phone(stage.server, stage.genuine(), nextDeviceId());
            const over = await phone.challenge();
            return phone.attest(over, phone.key.attest({ challenge: over }, defect));
          };
          // Without an octet the member is missing, and the body malformed.
          const status = defect === 'empty' ? 400 : 403;
          return attacker(`attests: ${says}`, BAD_FIELDS[defect] ?? code, run, status);
        }),
      ),
    },
    {
      title: 'The session expires, is renewed, and is stolen',
      steps: [
        app('goes on after its session has expired: a refresh', async () => {
          stage.passTime(1801);
          spent = alice.refreshToken;
          return alice.refresh();
        }),
        app('asks again, since the answer was lost', () => alice.refresh(spent)),
        app('reads the balance with the new session', () => alice.get('/balance')),
        app('gets a session with nothing but its new key', () => alice.assert(AUDIENCE)),
        app('refreshes', () => {
          spent = alice.refreshToken;
          return alice.refresh();
        }),
        app('and again', () => alice.refresh()),
        attacker('uses a refresh token that was spent', 'ERR_REFRESH_REUSED', () => mallory.refresh(spent)),
        attacker('goes on with the session that this has ended', 'ERR_SESSION_ENDED', () =>
          alice.get('/balance'),
        ),
        app('starts over with its key', () => alice.assert(AUDIENCE)),
      ],
    },
  ];
}
