import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AUDIENCE, backend, enrollmentServer } from './servers/backend.js';
import { bearer, type Issued } from './devices/device.js';
import { IPhone } from './devices/iphone.js';
import { expectRefusal, expectReply, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { NOW, token } from './devices/tokens.js';
import type { FieldLine } from './wire/message.js';

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const KEY = newKey();
const HEADER = { typ: 'attested-session+jwt', alg: 'ES256', kid: 'one' };

/** The session token again, with parts replaced; signed by the server's own key, or by another. */
function forged({ session_token }: Issued, claims: object, header: object = {}, key = KEY): string {
  const payload = JSON.parse(
    Buffer.from(session_token.split('.')[1] ?? '', 'base64url').toString(),
  ) as object;
  const parts = [
    { ...HEADER, ...header },
    { ...payload, ...claims },
  ];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const field = (session_token: string): readonly FieldLine[] => [bearer({ session_token })];

/** Header fields that open nothing, and why. */
const hostile: Readonly<
  Record<string, readonly [code: string, fields: (issued: Issued) => readonly FieldLine[]]>
> = {
  'no field': ['ERR_SESSION_MISSING', () => []],
  'an empty field': ['ERR_SESSION_MISSING', () => [['Authorization', '']]],
  'another scheme': [
    'ERR_SESSION_MISSING',
    ({ session_token }) => [['Authorization', `Basic ${session_token}`]],
  ],
  'no scheme': ['ERR_SESSION_MISSING', ({ session_token }) => [['Authorization', session_token]]],
  'a bearer token that is none of ours': ['ERR_SESSION_MISSING', () => field('the-credential-of-a-user')],
  'a JWT of another kind': ['ERR_SESSION_MISSING', () => field(token())],
  'a refresh token': ['ERR_SESSION_MISSING', ({ refresh_token }) => field(refresh_token)],
  'a session of another type by its header': [
    'ERR_SESSION_MISSING',
    (issued) => field(forged(issued, {}, { typ: 'JWT' })),
  ],
  'a session of another type by its claim': [
    'ERR_SESSION_CLAIM_TYPE_MISMATCH',
    (issued) => field(forged(issued, { type: 'session' })),
  ],
  'a session signed by another key': [
    'ERR_SESSION_SIGNATURE_INVALID',
    (issued) => field(forged(issued, {}, {}, newKey())),
  ],
  'a session of another audience': [
    'ERR_SESSION_AUDIENCE_MISMATCH',
    (issued) => field(forged(issued, { aud: 'https://other.example.com' })),
  ],
  'a session that has expired': [
    'ERR_SESSION_EXPIRED',
    (issued) => field(forged(issued, { exp: NOW / 1000 })),
  ],
  'a session without end': ['ERR_SESSION_EXP_MISSING', (issued) => field(forged(issued, { exp: undefined }))],
  'a session of no device': [
    'ERR_SESSION_DEVICE_ID_INVALID',
    (issued) => field(forged(issued, { device_id: '' })),
  ],
  'an unsigned session': [
    'ERR_SESSION_ALGORITHM_MISMATCH',
    (issued) => field(forged(issued, {}, { alg: 'none' })),
  ],
  'a session that was cut short': [
    'ERR_SESSION_ENCODING_MALFORMED',
    ({ session_token }) => field(session_token.slice(0, -1)),
  ],
  'a session that is too long': [
    'ERR_SESSION_TOO_LARGE',
    ({ session_token }) => field(`${session_token}${'A'.repeat(9000)}`),
  ],
};

describe.each(targets)('$name', (target) => {
  const serve = serveEach();
  const start = async () => {
    const keys = { algorithm: 'ES256', privateKey: KEY, kid: 'one' } as const;
    const server = backend({ sessions: { keys } });
    const { send } = await serve(target, enrollmentServer(server));
    // Enrolled past the adapter: where a parser stands in front of the endpoints does not matter here.
    const device = new IPhone(server.apple, async ({ method = 'GET', target: url, headers = [], body }) => {
      const request = {
        method,
        target: url,
        fields: (name: string) =>
          headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value),
        body: async () => body as Uint8Array,
      };
      const answer = await server.guard.answer(request, url.replace('/device', '').split('?')[0] ?? '');
      return { status: answer?.status ?? 404, headers: [], body: answer?.body ?? '' };
    });
    return { server, send, device, issued: await device.enroll() };
  };

  it.each(Object.entries(hostile))('refuses %s', async (_name, [code, fieldsOf]) => {
    const { server, send, issued } = await start();
    const headers = fieldsOf(issued);
    if (target.refuses?.({ target: '/session', headers })) {
      expect((await send({ target: '/session', headers })).status).toBe(400);
      return expect(server.decisions).toEqual([]);
    }
    expectRefusal(await send({ target: '/session', headers }));
    expect(server.decisions.at(-1)).toBe(code);
    expectRefusal(await send({ target: '/session-403', headers }), 403);
    expectRefusal(await send({ target: '/session', method: 'HEAD', headers }), 401, '');
  });

  it('refuses a session that comes twice', async () => {
    const { server, send, issued } = await start();
    const twice = { target: '/session', headers: [bearer(issued), bearer(issued)] };
    if (target.refuses?.(twice)) return expect((await send(twice)).status).toBe(400);
    expectRefusal(await send(twice));
    expect(server.decisions).toEqual(['ERR_SESSION_REPEATED']);
  });

  it('lets a session in until it expires', async () => {
    const { server, send, issued, device } = await start();
    const request = { target: '/session', headers: [bearer(issued)] };
    expectReply(await send(request), { session: device.id, key: null, counter: null });
    expectReply(
      await send({ target: '/session', headers: field(forged(issued, { aud: [AUDIENCE, 'x'] })) }),
      {
        session: device.id,
        key: null,
        counter: null,
      },
    );
    server.clock.now += 1_799_999;
    expect((await send(request)).status).toBe(200);
    server.clock.now += 1;
    expectRefusal(await send(request));
  });
});
