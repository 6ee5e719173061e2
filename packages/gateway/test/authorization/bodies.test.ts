import { describe, expect, it } from 'vitest';
import { gateway, upstream } from '../support/gateway.js';
import { PHONE_DEVICES, PHONE_ENV, phoneAt } from '../support/phone.js';
import { question, type Asked, type HttpConvention, type RawAnswer } from '../support/questions.js';

const api = await upstream();
const settings = {
  traffic: { listen: '127.0.0.1:0' },
  authorization: { listen: '127.0.0.1:0' },
  upstreams: { api: api.url },
  devices: PHONE_DEVICES,
  store: 'memory',
  shutdown: { deadlineMs: 500 },
  routes: [
    { path: '/signed/*', signedRequest: true },
    { path: '/open', open: true },
  ],
  default: {},
};
const { url, authorizationUrl, events } = await gateway(JSON.stringify(settings), PHONE_ENV);
const phone = phoneAt(url);

const chunked = (body: string) => ({
  lines: ['Transfer-Encoding: chunked'],
  body: `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`,
});
const whole = (body: string) => ({ lines: [`Content-Length: ${Buffer.byteLength(body)}`], body });
const meant = ({ status, headers }: RawAnswer) => Number(headers['x-attest-status'] ?? status);
const lastCode = () => events.findLast((event) => event.type === 'decision')?.code;

/** Asks about a signed request, of which the question has `handed`. */
async function signed(
  by: HttpConvention,
  asked: Asked & { readonly sent?: string },
  handed: { readonly lines: readonly string[]; readonly body?: string } = { lines: [] },
): Promise<number> {
  const { method = 'POST', target = '/signed/x', sent } = asked;
  const lines = await phone.signed(target, { method, ...(sent !== undefined && { body: sent }) });
  const own = lines.filter((line) => !/^content-length/i.test(line));
  return meant(
    await question(authorizationUrl, by, {
      ...asked,
      method,
      target,
      ...handed,
      lines: [...own, ...handed.lines],
    }),
  );
}

describe('Traefik, with forwardBody', () => {
  it('hands the body over in chunks, and what was signed is verified', async () => {
    expect(await signed('forward-auth', { sent: '{"a":"ä"}' }, chunked('{"a":"ä"}'))).toBe(200);
    expect(await signed('forward-auth', { sent: '{"a":1}' }, whole('{"a":1}'))).toBe(200);
  });

  it('another body than the signed one is refused', async () => {
    expect(await signed('forward-auth', { sent: '{"a":1}' }, chunked('{"a":2}'))).toBe(401);
    expect(await signed('forward-auth', { method: 'GET' }, chunked('{"a":2}'))).toBe(401);
  });

  it('keeps its connection, also if nobody reads the body', async () => {
    const answer = await question(authorizationUrl, 'forward-auth', {
      target: '/open',
      lines: ['Transfer-Encoding: chunked'],
      body: chunked('x'.repeat(100_000)).body,
    });
    expect(answer.status).toBe(200);
  });
});

describe.each(['auth-request', 'forward-auth', 'ext-authz'] as const)('%s without a body', (by) => {
  it('a signed GET is verified: its content means nothing', async () => {
    expect(await signed(by, { method: 'GET' })).toBe(200);
    expect(await signed(by, { method: 'HEAD' })).toBe(200);
  });

  it('a signed POST is refused, whatever was signed: its body is not known, and is not taken for empty', async () => {
    expect(await signed(by, { sent: '{"a":1}' })).toBe(503);
    expect(lastCode()).toBe('ERR_GUARD_BODY_UNAVAILABLE');
    expect(await signed(by, { method: 'POST' })).toBe(503);
    expect(await signed(by, { method: 'DELETE' })).toBe(503);
    expect(lastCode()).toBe('ERR_GUARD_BODY_UNAVAILABLE');
  });
});

describe('nginx', () => {
  it.each(['Content-Length: 5', 'Transfer-Encoding: chunked', 'Content-Length: 05'])(
    'a question that has %s is refused, and its connection closed',
    async (line) => {
      const answer = await question(authorizationUrl, 'auth-request', { target: '/open', lines: [line] });
      expect(meant(answer)).toBe(400);
      expect(answer.headers['connection']).toBe('close');
      expect(events.findLast((event) => event.type === 'fault')?.says).toBe(
        'Content-Length is not cleared in the question',
      );
    },
  );

  it('a length of 0 is none', async () => {
    const lines = ['Content-Length: 0'];
    expect(meant(await question(authorizationUrl, 'auth-request', { target: '/open', lines }))).toBe(200);
  });
});

describe('Envoy, with with_request_body', () => {
  const partial = (said: string) => [`X-Envoy-Auth-Partial-Body: ${said}`];
  const handed = (body: string, said: readonly string[]) => ({
    lines: [...whole(body).lines, ...said],
    body,
  });

  it('a body that Envoy says is whole is verified', async () => {
    expect(await signed('ext-authz', { sent: '{"a":1}' }, handed('{"a":1}', partial('false')))).toBe(200);
    expect(await signed('ext-authz', { sent: '{"a":1}' }, handed('{"a":2}', partial('false')))).toBe(401);
    expect(await signed('ext-authz', { method: 'POST' }, handed('', partial('false')))).toBe(200);
  });

  it('one that is cut off, or of which nothing is said, is not: also if its beginning was signed', async () => {
    expect(await signed('ext-authz', { sent: '{"a":1}' }, handed('{"a":1}', partial('true')))).toBe(503);
    expect(await signed('ext-authz', { sent: '{"a":1}' }, handed('{"a":1}', []))).toBe(503);
    expect(await signed('ext-authz', { method: 'GET' }, handed('', partial('true')))).toBe(503);
  });

  it.each(['False', 'maybe', '0'])('%j is neither true nor false', async (said) => {
    const lines = partial(said);
    expect((await question(authorizationUrl, 'ext-authz', { target: '/open', lines })).status).toBe(400);
  });
});

it.each(['gzip, chunked', 'identity', 'chunked, chunked'])(
  'a question framed by %s is refused',
  async (coding) => {
    for (const by of ['forward-auth', 'ext-authz'] as const) {
      const lines = [`Transfer-Encoding: ${coding}`];
      const answer = await question(authorizationUrl, by, { target: '/open', lines, body: '0\r\n\r\n' });
      expect(answer.status).toBe(400);
    }
  },
);
