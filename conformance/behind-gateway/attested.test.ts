import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FieldLine } from '../wire/message.js';
import { sendHttp1 } from '../wire/http1.js';
import { account, phoneAt, tokenOf } from './phone.js';
import { FRAMEWORKS, hasPython } from './processes.js';

// The API asks who it was that the gateway let through, and refuses what has not come through it.

const HEADERS: Readonly<Record<string, string>> = {
  'X-Attest-Outcome': 'accepted',
  'X-Attest-Evidence': '"session"',
  'X-Attest-Device': '"a-device"',
  'X-Attest-User': 'none',
  'X-Attest-Key': 'none',
};

describe.skipIf(!hasPython).each(FRAMEWORKS)('%s', async (framework) => {
  if (!hasPython) return;
  const { port, api, gateway } = await account(framework, { ATTEST_GATEWAYS: '127.0.0.1' });
  const url = `http://127.0.0.1:${port}`;
  const phone = phoneAt(port);
  const order = '{"to":"ben","amount":5}';
  const digest = `sha-256=:${createHash('sha256').update(order).digest('base64')}:`;
  const about = { iss: url, aud: 'account', htm: 'GET', htu: `http://api.example.com/account/me` };

  /** To the API itself. */
  async function around(path: string, headers: readonly FieldLine[], body?: string) {
    return await sendHttp1(api.port, {
      method: body === undefined ? 'GET' : 'POST',
      target: path,
      headers: [...headers, ['Content-Type', 'application/json']],
      ...(body !== undefined && { body: Buffer.from(body) }),
    });
  }
  const withToken = (claims: object, key?: Parameters<typeof tokenOf>[1]): FieldLine => [
    'X-Attest-Token',
    tokenOf({ ...about, ...claims }, key),
  ];

  it.each(['/account/me', '/account/me?x=1', '/account/me-by-headers'])(
    'knows the device that asks for %s',
    async (path) => {
      const answer = await phone.fetch(path);
      expect(await answer.json()).toEqual({
        device: expect.stringMatching(/^[\w-]{16,}$/) as unknown,
        user: null,
        outcome: 'accepted',
        evidence: ['session'],
      });
    },
  );

  it('is told nothing by the client, whatever way its server reads names', async () => {
    const names = ['X-Attest-Device', 'X_Attest_Device', 'x-attest_device', 'X.Attest.Device'];
    const headers = Object.fromEntries(names.map((name) => [name, '"forged"']));
    for (const path of ['/account/me', '/account/me-by-headers']) {
      const answer = await phone.fetch(path, { headers });
      expect([answer.status, await answer.text()]).toEqual([200, expect.not.stringContaining('forged')]);
    }
  });

  it('does not get what the gateway refuses', async () => {
    const answer = await fetch(`${url}/account/me`, { headers: HEADERS });
    expect([answer.status, await answer.text()]).toEqual([401, '{}']);
  });

  it('gets the body that the device signed', async () => {
    const init = { method: 'POST', body: order, headers: { 'content-type': 'application/json' } };
    const answer = await phone.fetch('/account/transfers', { ...init, signed: true });
    expect(await answer.json()).toMatchObject({ sent: 5, to: 'ben' });
    const headers = Object.fromEntries(phone.sent());
    const changed = await fetch(`${url}/account/transfers`, {
      ...init,
      headers,
      body: order.replace('5', '9'),
    });
    expect(changed.status).toBe(401);
  });

  it('accepts a token about this very request, whatever the client says in other fields', async () => {
    const forged: readonly FieldLine[] = [['X-Attest-Device', '"forged"']];
    const { status, body } = await around('/account/me?x=1', [withToken({ device: 'a' }), ...forged]);
    expect([status, (JSON.parse(body) as { device: string }).device]).toEqual([200, 'a']);
  });

  it.each<[string, () => readonly FieldLine[]]>([
    ['nothing', () => []],
    ['identity fields', () => Object.entries(HEADERS)],
    ['a token by another key', () => [withToken({}, generateKeyPairSync('ec', { namedCurve: 'P-256' }))]],
    ['a token for another method', () => [withToken({ htm: 'POST' })]],
    ['a token for another path', () => [withToken({ htu: `${about.htu}-by-headers` })]],
    ['a token for another host', () => [withToken({ htu: about.htu.replace('api.', 'www.') })]],
    ['a token for another API', () => [withToken({ aud: 'shapes' })]],
    ['a token by another gateway', () => [withToken({ iss: 'https://gateway.example.com' })]],
    ['a token that has expired', () => [withToken({ exp: 1 })]],
    ['a token of an open route', () => [withToken({ outcome: 'open' })]],
    ['a token with a body that is not there', () => [withToken({ content_digest: digest })]],
    ['a token of another kind', () => [['X-Attest-Token', tokenOf(about, undefined, 'JWT')]]],
    ['two tokens', () => [withToken({}), withToken({})]],
  ])('refuses a request that goes round the gateway with %s', async (_, headers) => {
    const { status, body } = await around('/account/me', headers());
    expect(status).toBe(403);
    expect(body).not.toMatch(/token|gateway|attest/i);
  });

  it('refuses another body than the one that was signed', async () => {
    const facts = {
      htm: 'POST',
      htu: 'http://api.example.com/account/transfers',
      content_digest: digest,
    };
    expect((await around('/account/transfers', [withToken(facts)], order)).status).toBe(200);
    const changed = await around('/account/transfers', [withToken(facts)], order.replace('5', '9'));
    expect(changed.status).toBe(403);
  });

  it('by headers, believes all who can connect', async () => {
    expect((await around('/account/me-by-headers', Object.entries(HEADERS))).status).toBe(200);
  });

  it.each(Object.keys(HEADERS))('by headers, refuses a request without %s, or with two', async (name) => {
    const lines = Object.entries(HEADERS);
    const others = lines.filter(([each]) => each !== name);
    const line = [name, HEADERS[name] ?? ''] as const;
    for (const wrong of [others, [...others, [name, ''] as const], [...others, line, line]])
      expect((await around('/account/me-by-headers', wrong)).status).toBe(403);
  });

  it('tells its operator the reason', async () => {
    await around('/account/me?secret=1', []);
    await around('/account/me', [withToken({ aud: 'shapes', jti: 'private' })]);
    await around('/account/me-by-headers', []);
    for (const reason of [
      "/account/me': no X-Attest-Token: the request did not come through the gateway",
      "/account/me': X-Attest-Token: ATTEST_AUDIENCE has to be the name of the upstream",
      "/account/me-by-headers': no X-Attest-Outcome: the request did not come through the gateway",
    ])
      expect(api.log()).toContain(`refused GET '${reason}`);
    expect(api.log().match(/^refused.*(secret=|eyJ).*$/m)).toBeNull();
    expect(gateway.log()).not.toMatch(/Bearer|eyJ/);
  });
});
