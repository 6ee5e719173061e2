import { createHash, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import type { AddressInfo } from 'node:net';
import { createClient } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { fakeExpoAppAttest, memoryStorage } from 'attestkit-client/testing';
import { createVirtualApple } from 'attestkit-testing';
import { createLocalJWKSet, createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { afterAll, expect, it } from 'vitest';
import { gateway, pairs, upstream } from '../support/gateway.js';

const AUDIENCE = 'https://api.example.com';
const APP_ID = 'TEAMID1234.com.example.app';
const apple = createVirtualApple();
const roots = [apple.attestationRoot, apple.receiptRoot].map((root) => new X509Certificate(root).toString());
const pem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;

// The operator's own login.
const login = await generateKeyPair('ES256');
const keySet = { keys: [{ ...(await exportJWK(login.publicKey)), kid: 'login', alg: 'ES256', use: 'sig' }] };
const issuer = createServer((_, res) =>
  res.setHeader('content-type', 'application/json').end(JSON.stringify(keySet)),
);
await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
afterAll(() => void issuer.close());

const api = await upstream();
const settings = {
  traffic: { listen: '127.0.0.1:0' },
  upstreams: { api: { url: api.url, audience: 'https://shapes.internal' } },
  devices: {
    evidence: { appAttest: { appIds: [APP_ID], roots } },
    secret: '${JWT_SECRET}',
    audience: AUDIENCE,
    sessions: { header: 'X-Session' },
  },
  store: 'memory',
  resultToken: {
    key: '${RESULT_KEY}',
    previousKey: '${PREVIOUS_KEY}',
    issuer: 'https://gateway.example.com',
  },
  users: {
    jwks: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`,
    issuer: 'https://login.example.com',
    audience: 'https://gateway.example.com',
  },
  routes: [
    { path: '/open', open: true },
    { path: '/transfers', signedRequest: true },
  ],
  default: {},
  shutdown: { deadlineMs: 500 },
};
const { url } = await gateway(JSON.stringify(settings), {
  JWT_SECRET: randomBytes(48).toString('base64'),
  RESULT_KEY: pem(),
  PREVIOUS_KEY: pem(),
});

function loginOf(user: string, more: { audience?: string; expires?: string } = {}): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: 'login' })
    .setSubject(user)
    .setIssuer('https://login.example.com')
    .setAudience(more.audience ?? 'https://gateway.example.com')
    .setExpirationTime(more.expires ?? '5m')
    .sign(login.privateKey);
}

async function phoneOf(user: string | undefined, more?: Parameters<typeof loginOf>[1]) {
  const bearer = user === undefined ? undefined : await loginOf(user, more);
  return createClient({
    baseUrl: url,
    audience: AUDIENCE,
    sessionHeader: 'X-Session',
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: APP_ID }))),
    storage: memoryStorage(),
    headers: () => ({ ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) }),
  });
}

/** What the upstream was told last. */
function told(): Record<string, string> {
  return Object.fromEntries(pairs(api.got.at(-1)?.raw ?? []));
}

it('tells who asks by a token that the upstream checks', async () => {
  const phone = await phoneOf('anna');
  await phone.fetch('/transfers?x=1', { method: 'POST', body: '{"ä":1}', signed: true });
  const fields = told();
  const keys = createRemoteJWKSet(new URL(`${url}/.well-known/attestkit/results.json`));
  const { payload, protectedHeader } = await jwtVerify(fields['x-attest-token'] ?? '', keys, {
    issuer: 'https://gateway.example.com',
    audience: 'https://shapes.internal',
    typ: 'attest-result+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['exp', 'jti', 'htm', 'htu'],
  });
  expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'attest-result+jwt' });
  expect(payload).toMatchObject({
    jti: fields['x-request-id'],
    htm: 'POST',
    htu: `${url}/transfers`,
    outcome: 'accepted',
    evidence: ['session', 'signedRequest'],
    user: 'anna',
    content_digest: `sha-256=:${createHash('sha256').update('{"ä":1}').digest('base64')}:`,
  });
  expect(payload.exp).toBe((payload.iat ?? 0) + 60);
  expect(`"${String(payload['device'])}"`).toBe(fields['x-attest-device']);
  expect(`"${String(payload['key'])}"`).toBe(fields['x-attest-key']);
  expect(fields['x-attest-user']).toBe('"anna"');
});

it('an open request has one too, which says so, and nothing of a device', async () => {
  await fetch(`${url}/open`, { headers: { 'x-attest-token': 'forged' } });
  const [, payload = ''] = (told()['x-attest-token'] ?? '').split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  expect(claims).toMatchObject({ outcome: 'open', evidence: [] });
  for (const name of ['device', 'user', 'key', 'content_digest']) expect(claims).not.toHaveProperty(name);
});

it('publishes the key before, so that upstreams go on while keys change', async () => {
  const { keys } = (await (await fetch(`${url}/.well-known/attestkit/results.json`)).json()) as {
    keys: { kid: string; d?: string }[];
  };
  expect(keys).toHaveLength(2);
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2);
  expect(keys.every((key) => key.d === undefined)).toBe(true);
  await expect(
    jwtVerify(told()['x-attest-token'] ?? '', createLocalJWKSet({ keys: keys.slice(1) } as never)),
  ).rejects.toThrow();
});

it.each([
  ['without a login', undefined, {}],
  ['with a login for somebody else', 'anna', { audience: 'https://elsewhere.example.com' }],
  ['with a login that has expired', 'anna', { expires: '-1m' }],
])('%s there is no user', async (_, user, more) => {
  const phone = await phoneOf(user, more);
  expect((await phone.fetch('/balance')).status).toBe(200);
  expect(told()['x-attest-user']).toBe('none');
});

const python = spawnSync('/usr/bin/python3', ['-c', 'import jwt, cryptography']).status === 0;
if (!python && process.env['CI'] === 'true')
  throw new Error('PyJWT is missing: apt-get install python3-jwt python3-cryptography');

it.skipIf(!python)('PyJWT verifies it', async () => {
  const phone = await phoneOf('ben');
  await phone.fetch('/balance');
  const script = `
import json, sys, urllib.request, jwt
token, url = sys.argv[1:]
keys = json.load(urllib.request.urlopen(url))["keys"]
kid = jwt.get_unverified_header(token)["kid"]
key = jwt.PyJWK(next(k for k in keys if k["kid"] == kid)).key
print(json.dumps(jwt.decode(token, key, algorithms=["ES256"], audience="https://shapes.internal", issuer="https://gateway.example.com")))
`;
  const args = ['-c', script, told()['x-attest-token'] ?? '', `${url}/.well-known/attestkit/results.json`];
  // Not while this process is held up: the script asks it for the keys.
  const { stdout } = await promisify(execFile)('/usr/bin/python3', args);
  expect(JSON.parse(stdout)).toMatchObject({ user: 'ben', outcome: 'accepted' });
});
