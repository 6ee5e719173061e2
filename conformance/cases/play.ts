import { PLAY_INTEGRITY_DEFECTS, type PlayIntegrityVerdictDefect } from 'attestkit-testing';
import { Android } from '../devices/android.js';
import { google, play } from '../devices/authorities.js';
import { changedText, parsed, post } from '../devices/device.js';
import { PlayDevice } from '../devices/play-device.js';
import type { Send } from '../wire/message.js';

/** A device that is new, one that has enrolled, and their server. */
export interface PlayScene {
  readonly send: Send;
  readonly device: PlayDevice;
  readonly enrolled: PlayDevice;
}

/** Bodies for `attest` that have to be refused, and why. */
type Cases = Readonly<
  Record<
    string,
    readonly [status: 400 | 403 | 409, code: string, body: (scene: PlayScene) => Promise<object>]
  >
>;

/** A verdict with a defect. */
function defect(name: PlayIntegrityVerdictDefect): Cases[string] {
  return [
    403,
    PLAY_INTEGRITY_DEFECTS[name].code,
    async ({ device }) => {
      const challenge = await device.challenge();
      return device.attestation(challenge, challenge, name);
    },
  ];
}

/** A good body with members replaced. */
function changed(
  status: 400 | 403 | 409,
  code: string,
  members: (good: { challenge: string }, scene: PlayScene) => object,
): Cases[string] {
  return [
    status,
    code,
    async (scene) => {
      const challenge = await scene.device.challenge();
      return { ...scene.device.attestation(challenge), ...members({ challenge }, scene) };
    },
  ];
}

export const hostilePlay: Cases = {
  'a challenge that is none': [
    400,
    'ERR_CHALLENGE_MALFORMED',
    async ({ device }) => device.attestation('challenge'),
  ],
  'a challenge for another purpose': [
    400,
    'ERR_CHALLENGE_PURPOSE_MISMATCH',
    async ({ device }) => device.attestation(await device.challenge('request')),
  ],
  'a challenge that was used': [
    400,
    'ERR_CHALLENGE_REUSED',
    async ({ device, send }) => {
      const body = device.attestation(await device.challenge());
      parsed(await send(post('attest', body)));
      return body;
    },
  ],
  'an empty token': changed(400, 'ERR_PLAY_INTEGRITY_TOKEN_MISSING', () => ({ integrity_token: '' })),
  'another package': changed(403, 'ERR_PLAY_INTEGRITY_PACKAGE_UNKNOWN', () => ({
    package_name: 'com.example.other',
  })),
  'a token that is none of Google’s by its form': changed(
    403,
    'ERR_PLAY_INTEGRITY_TOKEN_FORM_MALFORMED',
    () => ({
      integrity_token: 'a.b.c.d.e',
    }),
  ),
  'a token that Google did not make': changed(
    403,
    'ERR_PLAY_INTEGRITY_TOKEN_INVALID',
    ({ challenge }, { device }) => {
      const token = play.standardToken({ requestHash: device.hashOf(challenge) });
      return { integrity_token: changedText(token) };
    },
  ),
  'a token of another app': changed(403, 'ERR_PLAY_INTEGRITY_TOKEN_INVALID', ({ challenge }, { device }) => {
    const other = { packageName: 'com.example.other', signingDigests: [Buffer.alloc(32, 1)] };
    const requestHash = device.hashOf(challenge);
    return { integrity_token: google.playIntegrity(other).standardToken({ requestHash }) };
  }),
  'a classic token': changed(
    403,
    'ERR_PLAY_INTEGRITY_BINDING_KIND_MISMATCH',
    ({ challenge }, { device }) => ({
      integrity_token: play.classicToken({ nonce: device.hashOf(challenge) }),
    }),
  ),
  'a token over another challenge': [
    403,
    'ERR_PLAY_INTEGRITY_BINDING_MISMATCH',
    async ({ device }) => device.attestation(await device.challenge(), await device.challenge()),
  ],
  'a token over the id of another device': changed(
    403,
    'ERR_PLAY_INTEGRITY_BINDING_MISMATCH',
    ({ challenge }, { enrolled }) => ({
      integrity_token: play.standardToken({ requestHash: enrolled.hashOf(challenge) }),
    }),
  ),
  'a token that was decoded elsewhere': changed(
    403,
    'ERR_PLAY_INTEGRITY_EVALUATION_MISSING',
    ({ challenge }, { device }) => {
      const token = play.standardToken({ requestHash: device.hashOf(challenge) });
      play.decode(token);
      return { integrity_token: token };
    },
  ),
  'the label of another device': [
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async ({ enrolled }) => enrolled.attestation(await enrolled.challenge()),
  ],
  'the label of another device, with a refresh token of its own': [
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async ({ device, enrolled }) => {
      const { refresh_token } = await device.enroll();
      return { ...enrolled.attestation(await enrolled.challenge()), refresh_token };
    },
  ],
  'the label of another device, with a refresh token that is none': [
    409,
    'ERR_ENROLLMENT_LABEL_TAKEN',
    async ({ enrolled }) => ({ ...enrolled.attestation(await enrolled.challenge()), refresh_token: 'a' }),
  ],
  'the label of a device that has a key': [
    409,
    'ERR_ENROLLMENT_KIND_MISMATCH',
    async ({ send }) => {
      const { refresh_token } = await new Android(send, 'device-3').enroll();
      const taker = new PlayDevice(send, 'device-3');
      return { ...taker.attestation(await taker.challenge()), refresh_token };
    },
  ],
  'a verdict on a request of another app': defect('requested-by-other-app'),
  'a verdict that is an hour old': defect('too-old'),
  'a verdict for testers': defect('testing-response'),
  'a version that Play does not know': defect('unrecognized-version'),
  'another certificate': defect('other-certificate'),
  'a device of basic integrity': defect('basic-device'),
  'an emulator': defect('virtual-device'),
  'a user without a license': defect('unlicensed'),
};
