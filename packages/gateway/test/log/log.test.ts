import { expect, it } from 'vitest';
import { createLog, type Log } from '../../src/log/log.js';
import type { Level } from '../../src/log/level.js';
import { decision, endpoint, failure, refusal, SAMPLES } from '../support/events.js';
import { gateway, raw, upstream } from '../support/gateway.js';
import { approovToken, SECRET } from '../support/tokens.js';

const APPROOV = { approov: {} };

interface Written {
  readonly log: Log;
  readonly lines: string[];
}

function written(
  env: NodeJS.ProcessEnv = {},
  { isTerminal = false, level = 'debug' as Level } = {},
): Written {
  const lines: string[] = [];
  const log = createLog({ isTerminal, write: (text) => lines.push(text) }, env);
  log.follow({ log: { level }, evidence: APPROOV });
  return { log, lines };
}

const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

it.each(Object.values(SAMPLES))('writes one line of JSON for an event of type $type', (event) => {
  const { log, lines } = written();
  log.hear(event);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^\{"level":"(?:error|warn|info|debug)","time":"2026-11-29T19:56:45\.123Z".*\}\n$/,
  );
  expect(parsed(lines)[0]).toMatchObject({ type: event.type, msg: expect.stringMatching(/\w{3}/) });
});

it('says of a refusal why, where and to whom, and nothing that the client sent', () => {
  const { log, lines } = written();
  log.hear(refusal('ERR_APPROOV_TOKEN_EXPIRED'));
  expect(parsed(lines)).toEqual([
    {
      level: 'warn',
      time: '2026-11-29T19:56:45.123Z',
      type: 'decision',
      requestId: 'r-1',
      outcome: 'refused',
      code: 'ERR_APPROOV_TOKEN_EXPIRED',
      stage: 'untrusted',
      address: 'hash-of-address',
      device: 'hash-of-device',
      app: { id: 'com.example.app', platform: 'android', version: '7' },
      durationMs: 0.123,
      route: '/v2/*',
      method: 'GET',
      status: 401,
      enforcement: 'enforce',
      evidence: [],
      lines: [
        'REJECTED REQUEST WITH INVALID APPROOV TOKEN',
        `ERR_APPROOV_TOKEN_EXPIRED: ${failure('ERR_APPROOV_TOKEN_EXPIRED').says}`,
      ],
      msg: failure('ERR_APPROOV_TOKEN_EXPIRED').says,
    },
  ]);
});

it('keeps tokens, queries, paths, bodies and addresses of a live gateway out of every line', async () => {
  const api = await upstream();
  const { log, lines } = written();
  const { url, events } = await gateway(
    `
traffic: { listen: '127.0.0.1:0' }
trustedProxies: [loopback]
upstreams: { api: '${api.url}' }
evidence: { approov: { secretBase64: '\${S}' } }
routes:
  - { path: /report/*, enforcement: report }
  - { path: /bound/*, binding: authorization }
default: {}
`
      .replace('trafficProxies', 'trustedProxies')
      .replace('[]', '[loopback]'),
    { S: SECRET },
  );
  const token = approovToken();
  const secrets = [
    'alice@example.com',
    'path-secret',
    'query-secret',
    'bearer-secret',
    'body-secret',
    '203.0.113.9',
  ];
  for (const path of ['/report', '/bound', '/v2'])
    for (const evidence of [token, approovToken({ exp: 1 }), 'junk-secret', ''])
      await fetch(`${url}${path}/alice@example.com/path-secret?q=query-secret`, {
        method: 'POST',
        headers: {
          ...(evidence !== '' && { 'approov-token': evidence }),
          authorization: 'Bearer bearer-secret',
          'x-forwarded-for': '203.0.113.9',
          'x-request-id': 'of-the-proxy',
          'user-agent': 'alice@example.com',
        },
        body: 'body-secret',
      });
  await raw(url, 'GET /path-secret/../x?query-secret HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n');
  await raw(url, 'GET /x HTTP/1.1\r\nHost: path-secret:query-secret\r\nConnection: close\r\n\r\n');
  for (const event of events) log.hear(event);
  const types = new Set(parsed(lines).map(({ type }) => type));
  expect([...types]).toEqual(expect.arrayContaining(['decision', 'fault', 'upstream']));
  expect(lines.length).toBeGreaterThan(20);
  const text = lines.filter((line) => !line.includes('"listening"')).join('');
  expect(text).toContain('of-the-proxy');
  for (const secret of [...secrets, 'junk-secret', token, token.split('.')[1] as string, SECRET, '127.0.0.1'])
    expect(text).not.toContain(secret);
});

it.each([
  ['error', 0],
  ['warn', 1],
  ['info', 2],
  ['debug', 3],
] as const)('writes at the level %s what it asks for', (level, count) => {
  const { log, lines } = written({}, { level });
  log.hear(refusal('ERR_APPROOV_TOKEN_EXPIRED'));
  log.hear(decision());
  log.hear({ ...SAMPLES.upstream, cause: undefined, status: 200 });
  expect(lines).toHaveLength(count);
});

it('takes another level while it runs', () => {
  const { log, lines } = written({}, { level: 'error' });
  log.hear(decision());
  log.follow({ log: undefined, evidence: APPROOV });
  log.hear(decision());
  expect(lines).toHaveLength(1);
});

it('raises what the operator has to mend, and not what a client does', () => {
  const { log, lines } = written();
  log.hear(refusal('ERR_STORE_UNAVAILABLE'));
  log.hear(SAMPLES.upstream);
  log.hear({ ...SAMPLES.upstream, cause: 'the client has gone' });
  log.hear(endpoint({ endpoint: 'challenge' }));
  log.hear({ ...SAMPLES.fault, status: 503 });
  expect(parsed(lines).map(({ level }) => level)).toEqual(['error', 'error', 'debug', 'debug', 'error']);
});

it.each([
  [{}, true],
  [{ APPROOV_LOGGING_ENABLED: 'true' }, true],
  [{ APPROOV_LOGGING_ENABLED: 'false' }, false],
])('has the lines of Approov with %o: %s', (env, hasLines) => {
  for (const isTerminal of [true, false]) {
    const { log, lines } = written(env, { isTerminal });
    log.hear(decision());
    expect(lines.join('').includes('ACCEPTED REQUEST WITH VALID APPROOV TOKEN')).toBe(hasLines);
    expect(lines.join('').includes('ACCEPTED REQUEST WITH VALID TOKEN BINDING')).toBe(hasLines);
    expect(lines.join('')).toContain('/v2/*');
  }
});

it('has none of them without Approov tokens', () => {
  const { log, lines } = written();
  log.follow({ log: undefined, evidence: {} });
  log.hear(refusal('ERR_SESSION_EXPIRED'));
  expect(parsed(lines)[0]).not.toHaveProperty('lines');
});

it('does not start where the switch of these lines is neither true nor false', () => {
  expect(() => written({ APPROOV_LOGGING_ENABLED: '0' })).toThrow(/APPROOV_LOGGING_ENABLED/);
});
