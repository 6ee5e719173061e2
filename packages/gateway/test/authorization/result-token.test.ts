import { createHash, generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { expect, it } from 'vitest';
import { CheckClient, checkRequest } from '../support/check.js';
import { grpcGateway } from '../support/grpc-gateway.js';
import { phoneAt } from '../support/phone.js';
import { ask, HTTP_CONVENTIONS, question } from '../support/questions.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const env = { RESULT_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
const resultToken = { key: '${RESULT_KEY}', issuer: 'https://gateway.example.com' };
const { url, authorizationUrl, grpcUrl } = await grpcGateway({ resultToken }, env);
const keys = createLocalJWKSet(
  (await (await fetch(`${url}/.well-known/attestkit/results.json`)).json()) as JSONWebKeySet,
);
const claimsOf = async (token: string | undefined) =>
  (await jwtVerify(token ?? '', keys, { issuer: 'https://gateway.example.com', audience: 'api' })).payload;

it.each(HTTP_CONVENTIONS)('%s: the result is signed, about the request as the client sent it', async (by) => {
  const { headers } = await question(authorizationUrl, by, {
    method: 'DELETE',
    target: '/open?secret=1',
    host: 'api.example.com:8443',
    lines: ['X-Request-Id: of-the-proxy-7'],
  });
  expect(await claimsOf(headers['x-attest-token'])).toMatchObject({
    htm: 'DELETE',
    htu: 'https://api.example.com:8443/open',
    jti: 'of-the-proxy-7',
    outcome: 'open',
  });
  expect(headers['x-envoy-auth-headers-to-remove'] ?? '').not.toContain('x-attest-token');
});

it('by gRPC too, with the digest of a body that was checked', async () => {
  const client = new CheckClient(grpcUrl);
  const body = '{"a":1}';
  const lines = await phoneAt(url).signed('/signed/x', { method: 'POST', body });
  const answer = await client.check(
    checkRequest({
      method: 'POST',
      path: '/signed/x',
      headers: [
        ...lines.map((line) => line.split(': ') as [string, string]),
        ['x-envoy-auth-partial-body', 'false'],
      ],
      rawBody: Buffer.from(body),
    }),
  );
  const claims = await claimsOf(Object.fromEntries(answer.headers)['x-attest-token']);
  const digest = createHash('sha256').update(body).digest('base64');
  expect(claims).toMatchObject({ outcome: 'accepted', content_digest: `sha-256=:${digest}:` });
  expect(answer.removed).not.toContain('x-attest-token');
  client.close();
});

it('is not made up if Envoy does not tell the scheme, and one of the client does not pass for it', async () => {
  const { headers } = await question(authorizationUrl, 'ext-authz', { target: '/open' });
  expect(headers).toHaveProperty('x-attest-token');
  const [first, host] = ['GET /authz/ext-authz/open HTTP/1.1', 'Host: api.example.com'];
  const answer = await ask(authorizationUrl, first, [host, 'X-Attest-Token: forged']);
  expect(answer.status).toBe(200);
  expect(answer.headers).not.toHaveProperty('x-attest-token');
  expect(answer.headers['x-envoy-auth-headers-to-remove']).toBe('x-attest-token');
});
