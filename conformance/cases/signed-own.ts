import { KEY_ATTESTATION_DEFECTS, type KeyAttestationSignatureDefect } from 'attestkit/testing';
import { Android } from '../devices/android.js';
import { AUDIENCE } from '../servers/backend.js';
import type { DeviceKind } from '../devices/device-kinds.js';
import { bearer, parsed } from '../devices/device.js';
import { IPhone } from '../devices/iphone.js';
import { beside, type HostileSigned } from './signed.js';
import {
  JSON_BYTES,
  JSON_TYPE,
  post,
  signed,
  withProof,
  type SignedScene,
} from '../devices/signed-request.js';
import type { WireRequest } from '../wire/message.js';

const SIGNED = { audience: AUDIENCE, method: 'POST', target: '/signed', body: JSON_BYTES };

/** Sends a good request, and gives it back to be sent again. */
async function sentOnce(scene: SignedScene): Promise<WireRequest> {
  const request = await beside({})(scene);
  parsed(await scene.send(request));
  return request;
}

function withField({ issued }: SignedScene, xAppAttest: string): WireRequest {
  return { ...post(JSON_BYTES), headers: [JSON_TYPE, bearer(issued), ['X-App-Attest', xAppAttest]] };
}

/** A key that counts. */
const hostileCounted: HostileSigned = {
  'a challenge beside what was signed': [
    'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    async (scene) => {
      const challenge = await scene.device.challenge('request');
      return withProof(await beside({})(scene), (value) => `${value}; challenge=${challenge}`);
    },
  ],
  'a counter that was used': ['ERR_ASSERTION_COUNTER_REUSED', sentOnce],
  'a counter below the last': [
    'ERR_ASSERTION_COUNTER_REUSED',
    async ({ device, issued, send }) => {
      const late = await signed(device, issued, post(JSON_BYTES));
      parsed(await send(await signed(device, issued, post(JSON_BYTES))));
      return late;
    },
  ],
  'a defect: hashed once': [
    'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    (scene) => {
      if (!(scene.device instanceof IPhone)) throw new Error('the device is no iPhone');
      const { xAppAttest } = scene.device.key.signRequest(SIGNED, 'assertion-single-hash');
      return withField(scene, xAppAttest);
    },
  ],
};

/** A defect of a signature, over a fresh challenge. */
function defect(name: KeyAttestationSignatureDefect): HostileSigned[string] {
  return [
    KEY_ATTESTATION_DEFECTS[name].code,
    async (scene) => {
      if (!(scene.device instanceof Android)) throw new Error('the device is no Android device');
      const challenge = await scene.device.challenge('request');
      return withField(scene, scene.device.key.signRequest({ ...SIGNED, challenge }, name).xAppAttest);
    },
  ];
}

/** A key that does not: nothing but the challenge keeps what it signed from being sent again. */
const hostileChallenged: HostileSigned = {
  'a request that was sent before': ['ERR_CHALLENGE_REUSED', sentOnce],
  'no challenge': ['ERR_ASSERTION_CHALLENGE_MISSING', beside({ challenge: undefined })],
  'a challenge that was taken out': [
    'ERR_ASSERTION_CHALLENGE_MISSING',
    async (scene) => withProof(await beside({})(scene), (value) => value.replace(/; challenge=[\w-]+/, '')),
  ],
  'a defect: of a stranger': defect('signature-of-stranger'),
  'a defect: of other bytes': defect('signature-of-other-bytes'),
  'a defect: bytes behind it': defect('signature-trailing-bytes'),
  'a defect: 2 KiB long': defect('signature-too-long'),
};

/** What is refused of this kind of device, beside what is refused of every kind. */
export function hostileOfKind({ name }: DeviceKind): HostileSigned {
  return name === 'iPhone' ? hostileCounted : hostileChallenged;
}
