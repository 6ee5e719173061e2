import { AUDIENCE, type Backend } from './backend.js';
import { bearer, Device, parsed, type Issued } from './device.js';
import type { FieldLine, Send, WireRequest } from './wire/message.js';

export const BINARY = Buffer.from(Array.from({ length: 1024 }, (_, at) => (at * 7) % 256));
export const JSON_BYTES = Buffer.from('{ "b":1.0,\n"a":"\\u00e9" }');
export const JSON_TYPE: FieldLine = ['Content-Type', 'application/json'];
export const BYTES_TYPE: FieldLine = ['Content-Type', 'application/octet-stream'];

/** What is signed, where it is not what is sent. */
interface Signing {
  readonly audience?: string;
  readonly method?: string;
  readonly target?: string;
  readonly body?: Uint8Array;
  readonly challenge?: string;
}

/** A signed request of a device: beside its session, or with its key alone. */
export function signed(
  device: Device,
  issued: Issued | undefined,
  request: WireRequest,
  signing: Signing = {},
): WireRequest {
  const { method = 'GET', target, headers = [], body } = request;
  const bytes = body instanceof Uint8Array ? body : Buffer.concat(body ?? []);
  const { authorization, xAppAttest } = device.key.signRequest({
    audience: AUDIENCE,
    method,
    target,
    body: bytes,
    ...signing,
  });
  const own: readonly FieldLine[] =
    issued === undefined
      ? [['Authorization', authorization]]
      : [bearer(issued), ['X-App-Attest', xAppAttest]];
  return { ...request, headers: [...headers, ...own] };
}

export const get = (target: string): WireRequest => ({ target });
export const post = (
  body?: Uint8Array | readonly Uint8Array[],
  type = JSON_TYPE,
  target = '/signed',
): WireRequest => ({
  method: 'POST',
  target,
  headers: body === undefined ? [] : [type],
  ...(body && { body }),
});

/** Puts another value in the place of a header field. */
function withField(request: WireRequest, name: string, change: (value: string) => string): WireRequest {
  const { headers = [] } = request;
  return {
    ...request,
    headers: headers.map(([each, value]) => [each, each === name ? change(value) : value]),
  };
}

export interface SignedScene {
  readonly server: Backend;
  readonly send: Send;
  readonly device: Device;
  readonly issued: Issued;
  readonly other: Device;
  readonly issuedToOther: Issued;
}

export async function sceneOf(server: Backend, send: Send): Promise<SignedScene> {
  const device = new Device(server.apple, send);
  const other = new Device(server.apple, send, 'device-2');
  return { server, send, device, other, issued: await device.enrol(), issuedToOther: await other.enrol() };
}

/** Requests that are refused, and why. */
type Hostile = readonly [code: string, request: (scene: SignedScene) => WireRequest | Promise<WireRequest>];

const beside =
  (signing: Signing, request = post(JSON_BYTES)) =>
  ({ device, issued }: SignedScene): WireRequest =>
    signed(device, issued, request, signing);
const SIGNATURE = 'ERR_APP_ATTEST_ASSERTION_SIGNATURE';

export const hostileSigned: Readonly<Record<string, Hostile>> = {
  'another body': [SIGNATURE, beside({ body: Buffer.from('{"b":1,"a":"é"}') })],
  'an empty body that was not': [SIGNATURE, beside({ body: JSON_BYTES }, post())],
  'a body that was empty': [SIGNATURE, beside({ body: Buffer.alloc(0) })],
  'another method': [SIGNATURE, beside({ method: 'PUT' })],
  'the method in lower case': [SIGNATURE, beside({ method: 'post' })],
  'another target': [SIGNATURE, beside({ target: '/key' })],
  'a query that was not signed': [
    SIGNATURE,
    beside({ target: '/signed' }, { ...post(JSON_BYTES), target: '/signed?a=1' }),
  ],
  'a query in another order': [SIGNATURE, beside({ target: '/signed?b=2&a=1' }, get('/signed?a=1&b=2'))],
  'a query in another spelling': [SIGNATURE, beside({ target: '/signed?a=%31' }, get('/signed?a=1'))],
  'another audience': [SIGNATURE, beside({ audience: 'https://other.example.com' })],
  'a challenge beside what was signed': [
    SIGNATURE,
    async ({ device, issued }) => {
      const challenge = await device.challenge('request');
      return withField(
        signed(device, issued, post(JSON_BYTES)),
        'X-App-Attest',
        (value) => `${value}; challenge=${challenge}`,
      );
    },
  ],
  'a counter that was used': [
    'ERR_ASSERTION_COUNTER',
    async ({ device, issued, send }) => {
      const request = signed(device, issued, post(JSON_BYTES));
      parsed(await send(request));
      return request;
    },
  ],
  'a counter below the last': [
    'ERR_ASSERTION_COUNTER',
    async ({ device, issued, send }) => {
      const late = signed(device, issued, post(JSON_BYTES));
      parsed(await send(signed(device, issued, post(JSON_BYTES))));
      return late;
    },
  ],
  'the key of another device': [
    'ERR_ASSERTION_KEY_OWNER',
    ({ other, issued }) => signed(other, issued, post(JSON_BYTES)),
  ],
  'a key that is not enrolled': [
    'ERR_ASSERTION_KEY_UNKNOWN',
    ({ device, issued }) => {
      device.renewKey();
      return signed(device, issued, post(JSON_BYTES));
    },
  ],
  'a key that was revoked': [
    'ERR_SESSION_REVOKED',
    async ({ device, issued, server }) => {
      await server.guard.sessions?.revokeDevice(device.id);
      return signed(device, issued, post(JSON_BYTES));
    },
  ],
  'a challenge that was used': [
    'ERR_CHALLENGE_USED',
    async ({ device, issued, send }) => {
      const challenge = await device.challenge('request');
      parsed(await send(signed(device, issued, post(JSON_BYTES), { challenge })));
      return signed(device, issued, post(JSON_BYTES), { challenge });
    },
  ],
  'a challenge for another purpose': [
    'ERR_CHALLENGE_PURPOSE',
    async ({ device, issued }) =>
      signed(device, issued, post(JSON_BYTES), { challenge: await device.challenge('assert') }),
  ],
  'a challenge of another device': [
    'ERR_CHALLENGE_NOT_OURS',
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
    beside({}, post(JSON_BYTES, JSON_TYPE, '/signed-afresh')),
  ],
  'no session': [
    'ERR_SESSION_MISSING',
    ({ device, issued }) => {
      const { headers = [], ...request } = signed(device, issued, post(JSON_BYTES));
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
  'a field that is empty': [
    'ERR_ASSERTION_MISSING',
    (scene) => withField(beside({})(scene), 'X-App-Attest', () => ''),
  ],
  'another version': [
    'ERR_ASSERTION_VERSION',
    (scene) => withField(beside({})(scene), 'X-App-Attest', (value) => value.replace('v=1', 'v=2')),
  ],
  'a parameter twice': [
    'ERR_ASSERTION_MALFORMED',
    (scene) => withField(beside({})(scene), 'X-App-Attest', (value) => `${value}; v=1`),
  ],
  'a parameter that is not known': [
    'ERR_ASSERTION_PARAMETERS',
    (scene) => withField(beside({})(scene), 'X-App-Attest', (value) => `${value}; x=1`),
  ],
  'a field that is too long': [
    'ERR_ASSERTION_TOO_LARGE',
    (scene) => withField(beside({})(scene), 'X-App-Attest', (value) => `${value}; x=${'a'.repeat(8000)}`),
  ],
  'an assertion that is cut short': [
    'ERR_APP_ATTEST_ASSERTION_CBOR_INVALID',
    (scene) =>
      withField(beside({})(scene), 'X-App-Attest', (value) => {
        const [rest = '', assertion = ''] = value.split('assertion=');
        return `${rest}assertion=${Buffer.from(assertion, 'base64url').subarray(0, -6).toString('base64url')}`;
      }),
  ],
  'a defect: hashed once': [
    SIGNATURE,
    ({ device, issued }) => {
      const { xAppAttest } = device.key.signRequest(
        { audience: AUDIENCE, method: 'POST', target: '/signed', body: JSON_BYTES },
        'assertion-single-hash',
      );
      return { ...post(JSON_BYTES), headers: [JSON_TYPE, bearer(issued), ['X-App-Attest', xAppAttest]] };
    },
  ],
};
