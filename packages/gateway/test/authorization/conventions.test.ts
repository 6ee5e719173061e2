import { expect, it } from 'vitest';
import { gateway } from '../support/gateway.js';
import { ask, HTTP_CONVENTIONS, question } from '../support/questions.js';
import { approovToken, SECRET } from '../support/tokens.js';

const yaml = (more = '') => `
authorization: { listen: '127.0.0.1:0' }
evidence: { approov: { secretBase64: '\${APPROOV_SECRET}' } }
routes:
  - { path: /health, open: true }
  - { path: /reported/*, enforcement: report }
  - { path: /host/*, host: other.example.com, open: true }
  - { path: /post, methods: [POST], enforcement: report }
default: {}
${more}`;
const { authorizationUrl: url, events } = await gateway(yaml(), { APPROOV_SECRET: SECRET });

const identity = (lines: readonly (readonly [string, string])[]) =>
  lines.filter(([name]) => name.startsWith('x-attest-'));
const token = `Approov-Token: ${approovToken()}`;

it.each(HTTP_CONVENTIONS)('%s: a yes is 200 without a body, with each identity field once', async (by) => {
  const answer = await question(url, by, { lines: [token] });
  expect(answer).toMatchObject({ status: 200, body: '', headers: { 'content-length': '0' } });
  expect(identity(answer.lines)).toEqual([
    ['x-attest-outcome', 'accepted'],
    ['x-attest-evidence', '"approov"'],
    ['x-attest-device', 'none'],
    ['x-attest-user', 'none'],
    ['x-attest-key', 'none'],
  ]);
  expect(events.findLast(({ type }) => type === 'question')).toMatchObject({
    convention: by,
    outcome: 'accepted',
  });
});

it.each(HTTP_CONVENTIONS)('%s: an open route, and a reported failure, say so', async (by) => {
  const open = await question(url, by, { target: '/health' });
  expect(open).toMatchObject({
    status: 200,
    headers: { 'x-attest-outcome': 'open', 'x-attest-evidence': 'none' },
  });
  const reported = await question(url, by, { target: '/reported/x' });
  expect(reported).toMatchObject({
    status: 200,
    headers: { 'x-attest-outcome': 'reported', 'x-attest-evidence': 'none' },
  });
});

it.each(HTTP_CONVENTIONS)(
  '%s: method, host and target of the request decide, not those of the question',
  async (by) => {
    expect((await question(url, by, { target: '/host/x', host: 'OTHER.example.com:8443' })).status).toBe(200);
    expect((await question(url, by, { target: '/host/x' })).status).toBe(401);
    expect((await question(url, by, { target: '/post', method: 'POST' })).status).toBe(200);
    expect((await question(url, by, { target: '/post', method: 'PUT' })).status).toBe(401);
    expect((await question(url, by, { target: '/health?x=/v1' })).status).toBe(200);
    expect((await question(url, by, { target: '/v1?x=/health' })).status).toBe(401);
  },
);

it.each(HTTP_CONVENTIONS)('%s: a no has neither identity nor reason', async (by) => {
  const { lines, body } = await question(url, by, { lines: ['Approov-Token: junk'] });
  const names = identity(lines).map(([name]) => name);
  expect(names).toEqual(by === 'auth-request' ? ['x-attest-status', 'x-attest-body'] : []);
  expect(body).toBe(by === 'auth-request' ? '' : '{}');
  expect(JSON.stringify(lines)).not.toMatch(/invalid|ERR_|junk/i);
});

it('nginx gets 401 for each no, and the status that is meant in a field', async () => {
  const of = async (asked: object) => {
    const { status, headers, body } = await question(url, 'auth-request', asked);
    expect({ status, body, length: headers['content-length'] }).toEqual({
      status: 401,
      body: '',
      length: '0',
    });
    return headers['x-attest-status'];
  };
  expect(await of({})).toBe('401');
  expect(await of({ target: '/v1/../x' })).toBe('400');
  expect(await of({ method: 'TRACE' })).toBe('405');
  expect(await of({ target: `/${'x'.repeat(9000)}` })).toBe('414');
  expect(await of({ lines: Array.from({ length: 101 }, (_, at) => `X-${at}: y`) })).toBe('431');
});

it.each(['/authz/auth-request', '/authz/forward-auth'])('the query of %s is nobody’s', async (path) => {
  const lines = [
    'Host: gateway',
    'X-Original-URI: /v1/x',
    'X-Original-Method: GET',
    'X-Forwarded-Uri: /v1/x',
    'X-Forwarded-Method: GET',
    'X-Forwarded-Host: api.example.com',
    'X-Forwarded-Proto: https',
    'X-Forwarded-For: 203.0.113.7',
  ];
  const query = '?uri=/health&X-Forwarded-Uri=/health&open=true';
  expect((await ask(url, `GET ${path}${query} HTTP/1.1`, lines)).status).toBe(401);
  expect((await ask(url, `GET ${path}${query} HTTP/1.1`, [...lines, token])).status).toBe(200);
});

it.each([
  '/',
  '/authz',
  '/authz/auth-request/',
  '/authz/auth-requests',
  '/authz/forward-auth/health',
  '/AUTHZ/forward-auth',
  '//authz/forward-auth',
  '/forward-auth',
  '/health',
  'http://gateway/authz/forward-auth',
])('%s is the path of no convention', async (path) => {
  const answer = await ask(url, `GET ${path} HTTP/1.1`, ['Host: gateway', 'X-Forwarded-Uri: /health']);
  expect(answer).toMatchObject({ status: 404, body: '' });
});

it.each([
  ['/authz/ext-authz/health', 200],
  ['/authz/ext-authz/health?a=/authz/ext-authz/v1', 200],
  ['/authz/ext-authz/authz/ext-authz/health', 401],
  ['/authz/ext-authz/v1/%2e%2e/health', 400],
  ['/authz/ext-authz/../ext-authz/health', 400],
  ['/authz/ext-authz//health', 400],
  ['/authz/ext-authz', 400],
  ['/authz/ext-authz?/health', 400],
  ['/authz/ext-authzhealth', 400],
  ['/authz/ext-authz*', 400],
])('the prefix of Envoy is cut off once, byte for byte: %s is %i', async (path, status) => {
  expect((await ask(url, `GET ${path} HTTP/1.1`, ['Host: api.example.com'])).status).toBe(status);
});

it('Envoy is told which fields end here: evidence, and what a client says in the name of the gateway', async () => {
  const removed = async (...lines: string[]) => {
    const { headers } = await question(url, 'ext-authz', { target: '/health', lines });
    return (headers['x-envoy-auth-headers-to-remove'] ?? '').split(', ').toSorted();
  };
  expect(await removed('Authorization: Bearer of-the-api')).toEqual(['x-attest-token']);
  expect(
    await removed(
      token,
      'X-App-Attest: v=1',
      'X-Firebase-AppCheck: x',
      'Authorization: Attest v=1',
      'x_attest_device: forged',
      'x.attest.user: forged',
      'X-Attest-Admin: yes',
      'X-Attest-Device: forged',
    ),
  ).toEqual(
    [
      'approov-token',
      'authorization',
      'x-app-attest',
      'x-attest-admin',
      'x-attest-token',
      'x-firebase-appcheck',
      'x.attest.user',
      'x_attest_device',
    ].toSorted(),
  );
});

it('the request’s name comes from the proxy, and goes into answers and events', async () => {
  const answer = await question(url, 'forward-auth', { lines: ['X-Request-Id: of-the-proxy-1'] });
  expect(answer.headers['x-request-id']).toBe('of-the-proxy-1');
  expect(
    events.filter((event) => 'requestId' in event && event.requestId === 'of-the-proxy-1'),
  ).toMatchObject([{ type: 'decision' }, { type: 'question' }]);
});
