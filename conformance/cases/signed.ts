import { recordOf } from '../servers/backend.js';
import type { DeviceKind } from '../devices/device-kinds.js';
import { bearer, parsed, post as postTo, storedKeyId } from '../devices/device.js';
import {
  get,
  JSON_BYTES,
  JSON_TYPE,
  post,
  signed,
  withProof,
  type SignedScene,
  type Signing,
} from '../devices/signed-request.js';
import type { WireRequest } from '../wire/message.js';

type Request = (scene: SignedScene) => WireRequest | Promise<WireRequest>;

/** Requests that are refused, and why. */
export type HostileSigned = Readonly<Record<string, readonly [code: string, request: Request]>>;

/** A request beside the device's session; signed is what is sent, or something else. */
export const beside =
  (signing: Signing, request = post(JSON_BYTES)) =>
  ({ device, issued }: SignedScene): Promise<WireRequest> =>
    signed(device, issued, request, signing);

/** A good request whose field was changed afterwards. */
const changed =
  (change: (value: string) => string): Request =>
  async (scene) =>
    withProof(await beside({})(scene), change);

/** What is refused of every kind of device. */
export function hostileSigned({ codes }: DeviceKind): HostileSigned {
  return {
    'another body': [codes.signature, beside({ body: Buffer.from('{"b":1,"a":"é"}') })],
    'an empty body that was not': [codes.signature, beside({ body: JSON_BYTES }, post())],
    'a body that was empty': [codes.signature, beside({ body: Buffer.alloc(0) })],
    'another method': [codes.signature, beside({ method: 'PUT' })],
    'the method in lower case': [codes.signature, beside({ method: 'post' })],
    'another target': [codes.signature, beside({ target: '/key' })],
    'a query that was not signed': [
      codes.signature,
      beside({ target: '/signed' }, { ...post(JSON_BYTES), target: '/signed?a=1' }),
    ],
    'a query in another order': [
      codes.signature,
      beside({ target: '/signed?b=2&a=1' }, get('/signed?a=1&b=2')),
    ],
    'a query in another spelling': [codes.signature, beside({ target: '/signed?a=%31' }, get('/signed?a=1'))],
    'another audience': [codes.signature, beside({ audience: 'https://other.example.com' })],
    'another challenge than was signed': [
      codes.signature,
      async (scene) => {
        const [first, second] = [
          await scene.device.challenge('request'),
          await scene.device.challenge('request'),
        ];
        return withProof(await beside({ challenge: first })(scene), (value) => value.replace(first, second));
      },
    ],
    'the key of another device': [
      'ERR_ASSERTION_KEY_MISMATCH',
      ({ other, issued }) => signed(other, issued, post(JSON_BYTES)),
    ],
    'a key that is not enrolled': [
      'ERR_ASSERTION_KEY_MISMATCH',
      ({ device, issued }) => {
        device.renewKey();
        return signed(device, issued, post(JSON_BYTES));
      },
    ],
    'a key that is not enrolled, alone': [
      'ERR_ASSERTION_KEY_UNKNOWN',
      ({ device }) => {
        device.renewKey();
        return signed(device, undefined, post(JSON_BYTES, JSON_TYPE, '/key'));
      },
    ],
    'a key that was replaced, alone': [
      'ERR_ASSERTION_KEY_UNKNOWN',
      async ({ device, send }) => {
        const late = await signed(device, undefined, post(JSON_BYTES, JSON_TYPE, '/key'));
        parsed(await send(postTo('attest', device.replacement(await device.challenge()))));
        return late;
      },
    ],
    'a key of another kind': [
      'ERR_ASSERTION_KEY_UNKNOWN',
      async (scene) => {
        const { proof } = scene.device;
        const another = proof === 'assertion' ? 'signature' : 'assertion';
        const request = await beside({ challenge: await scene.device.challenge('request') })(scene);
        return withProof(request, (value) => value.replace(`${proof}=`, `${another}=`));
      },
    ],
    'a key that was replaced': [
      'ERR_SESSION_ENDED',
      async ({ device, issued, send }) => {
        const late = await signed(device, issued, post(JSON_BYTES));
        parsed(await send(postTo('attest', device.replacement(await device.challenge()))));
        return late;
      },
    ],
    'a device that was forgotten': [
      'ERR_SESSION_ENDED',
      async ({ device, issued, server }) => {
        const late = await signed(device, issued, post(JSON_BYTES));
        await server.guard.sessions?.forget(await recordOf(server, device));
        return late;
      },
    ],
    'a challenge that was used': [
      'ERR_CHALLENGE_REUSED',
      async ({ device, issued, send }) => {
        const challenge = await device.challenge('request');
        parsed(await send(await signed(device, issued, post(JSON_BYTES), { challenge })));
        return signed(device, issued, post(JSON_BYTES), { challenge });
      },
    ],
    'a challenge for another purpose': [
      'ERR_CHALLENGE_PURPOSE_MISMATCH',
      async ({ device, issued }) =>
        signed(device, issued, post(JSON_BYTES), { challenge: await device.challenge('assert') }),
    ],
    'a challenge of another device': [
      'ERR_CHALLENGE_UNKNOWN',
      async ({ device, other, issued }) =>
        signed(device, issued, post(JSON_BYTES), { challenge: await other.challenge('request') }),
    ],
    'a challenge that has expired': [
      'ERR_CHALLENGE_EXPIRED',
      async ({ device, issued, server }) => {
        const challenge = await device.challenge('request');
        server.clock.now += 300_000;
        return signed(device, issued, post(JSON_BYTES), { challenge });
      },
    ],
    'no challenge where one is demanded': [
      'ERR_ASSERTION_CHALLENGE_MISSING',
      beside({ challenge: undefined }, post(JSON_BYTES, JSON_TYPE, '/signed-afresh')),
    ],
    'no session': [
      'ERR_SESSION_MISSING',
      async ({ device, issued }) => {
        const { headers = [], ...request } = await signed(device, issued, post(JSON_BYTES));
        return { ...request, headers: headers.filter(([name]) => name !== 'Authorization') };
      },
    ],
    'no session, and the key alone': [
      'ERR_SESSION_MISSING',
      ({ device }) => signed(device, undefined, post(JSON_BYTES)),
    ],
    'a session that has expired': [
      'ERR_SESSION_EXPIRED',
      ({ device, issued, server }) => {
        server.clock.now += 1_800_000;
        return signed(device, issued, post(JSON_BYTES));
      },
    ],
    'no assertion': [
      'ERR_ASSERTION_MISSING',
      ({ issued }) => ({ ...post(JSON_BYTES), headers: [JSON_TYPE, bearer(issued)] }),
    ],
    'a field that is empty': ['ERR_ASSERTION_MISSING', changed(() => '')],
    'another version': ['ERR_ASSERTION_VERSION_UNKNOWN', changed((value) => value.replace('v=1', 'v=2'))],
    'a parameter twice': ['ERR_ASSERTION_MALFORMED', changed((value) => `${value}; v=1`)],
    'a parameter that is not known': [
      'ERR_ASSERTION_PARAMETERS_MALFORMED',
      changed((value) => `${value}; x=1`),
    ],
    'a field that is too long': [
      'ERR_ASSERTION_TOO_LARGE',
      changed((value) => `${value}; x=${'a'.repeat(8000)}`),
    ],
    'what was signed, cut short': [
      codes.cutShort,
      changed((value) =>
        value.replace(/(?<=assertion=|signature=)[\w-]+/, (made) =>
          Buffer.from(made, 'base64url').subarray(0, -6).toString('base64url'),
        ),
      ),
    ],
  };
}

/** What is refused with 403: the operator has blocked it. */
export const blockedSigned: HostileSigned = {
  'a device that was blocked': [
    'ERR_SESSION_DEVICE_BLOCKED',
    async ({ device, issued, server }) => {
      await server.guard.sessions?.block({ recordId: await recordOf(server, device) });
      return signed(device, issued, post(JSON_BYTES));
    },
  ],
  'a key that was blocked': [
    'ERR_SESSION_DEVICE_BLOCKED',
    async ({ device, issued, server }) => {
      await server.guard.sessions?.block({ keyId: storedKeyId(device) });
      return signed(device, issued, post(JSON_BYTES));
    },
  ],
  'a key that was blocked, alone': [
    'ERR_SESSION_DEVICE_BLOCKED',
    async ({ device, server }) => {
      await server.guard.sessions?.block({ keyId: storedKeyId(device) });
      return signed(device, undefined, post(JSON_BYTES, JSON_TYPE, '/key'));
    },
  ],
};
