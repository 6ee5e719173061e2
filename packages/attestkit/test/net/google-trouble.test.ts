import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { googleAppCheck, googlePlayIntegrity } from '../../src/net/google/index.js';
import { GoogleService } from '../../src/net/google/service.js';
import type { GoogleFailure } from '../../src/ports/google.js';
import { FILE, googleServer, json, refused } from './support/google-server.js';

const NAME = 'com.example.app';
const decoded = { tokenPayloadExternal: { requestDetails: {} } };

/** What Google answers to `fetch`, for the access token and for all else; the access token is had by default. */
function fetching(answer: () => unknown, grant: () => unknown = granted): typeof globalThis.fetch {
  return (async (url: string) => (url.endsWith('/token') ? grant() : answer())) as typeof globalThis.fetch;
}

const granted = (): Response => Response.json({ access_token: 'a', expires_in: 3600, token_type: 'Bearer' });

describe('whatever a fetch brings, nothing rejects, and the next call is answered', () => {
  const raise = (): never => {
    throw new Error('secret words');
  };
  it.each<readonly [string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['an error', raise],
    ['an empty object', () => ({})],
    ['429 without fields', () => ({ status: 429 })],
    ['200 without fields', () => ({ status: 200 })],
    ['a status in words', () => ({ status: 'OK', headers: new Headers() })],
    ['fields in an object', () => ({ status: 429, headers: { 'retry-after': '1' } })],
    ['a body that is none', () => ({ status: 200, headers: new Headers(), body: 'x' })],
    ['an error with a body that is none', () => ({ status: 503, headers: new Headers(), body: 'x' })],
  ])('%s', async (_, odd) => {
    for (const onGrant of [false, true]) {
      let now = Date.UTC(2026, 0, 1);
      let isOdd = true;
      const answer = (): unknown => (isOdd && !onGrant ? odd() : Response.json(decoded));
      const grant = (): unknown => (isOdd && onGrant ? odd() : granted());
      const fetch = fetching(answer, grant);
      const decoder = googlePlayIntegrity({ serviceAccount: FILE, fetch, now: () => now });
      const outcome = await decoder.decode(NAME, 't');
      expect(outcome).toMatchObject({ outcome: 'unavailable' });
      expect(JSON.stringify(outcome)).not.toContain('secret');
      isOdd = false;
      now += 10_000;
      expect(await decoder.decode(NAME, 't')).toMatchObject({ outcome: 'decoded' });
    }
  });

  it.each<readonly [string, () => unknown]>([
    ['nothing', () => undefined],
    ['429 without fields', () => ({ status: 429 })],
    ['an error', raise],
  ])('also where the breaker lets one ask, to whom comes %s', async (_, odd) => {
    let answer: () => unknown = () => new Response('', { status: 503 });
    let elapsed = 0;
    const options = { serviceAccount: FILE, fetch: fetching(() => answer()) };
    const service = new GoogleService(options, { url: 'https://example.com', scope: 's' }, () => elapsed);
    const read = (): { outcome: 'read' } => ({ outcome: 'read' });
    const ask = (): Promise<{ outcome: string }> => service.ask('/x', {}, { invalid: [], read }, undefined);
    for (let at = 0; at < 5; at += 1) await ask();
    elapsed += 30_000;
    answer = odd;
    expect(await ask()).toMatchObject({ outcome: 'unavailable' });
    answer = () => Response.json({});
    elapsed += 30_000;
    expect(await ask()).toEqual({ outcome: 'read' });
  });
});

it('where one may ask and has no access token, one is next, and not all', async () => {
  let elapsed = 0;
  let now = Date.UTC(2026, 0, 1);
  let asked = 0;
  let status = 200;
  const answer = (): Response => {
    asked += 1;
    return new Response('', { status: 503 });
  };
  const grant = (): Response => (status === 200 ? granted() : new Response('', { status }));
  const options = { serviceAccount: FILE, fetch: fetching(answer, grant), now: () => now };
  const service = new GoogleService(options, { url: 'https://example.com', scope: 's' }, () => elapsed);
  const read = (): undefined => undefined;
  const ask = (): Promise<unknown> => service.ask('/x', {}, { invalid: [], read }, undefined);
  for (let at = 0; at < 5; at += 1) await ask();
  elapsed += 30_000;
  now += 3_600_000;
  status = 503;
  await ask();
  now += 10_000;
  status = 200;
  await Promise.all([ask(), ask(), ask()]);
  expect(asked).toBe(6);
});

it.each([1, 2, 3, 4])('a clock that fails once, at its reading %i, is got over', async (reading) => {
  let readings = 0;
  const now = (): number => {
    readings += 1;
    if (readings === reading) throw new Error('no clock');
    return Date.UTC(2026, 0, 1) + readings * 20_000;
  };
  const fetch = fetching(() => Response.json(decoded));
  const decoder = googlePlayIntegrity({ serviceAccount: FILE, fetch, now });
  const outcomes: string[] = [];
  for (let at = 0; at < 4; at += 1) outcomes.push((await decoder.decode(NAME, 't')).outcome);
  expect(outcomes.slice(2)).toEqual(['decoded', 'decoded']);
});

it('a clock that always fails is an outage, which no call rejects for', async () => {
  const now = (): never => {
    throw new Error('no clock');
  };
  const fetch = fetching(() => Response.json(decoded));
  const consumer = googleAppCheck({ serviceAccount: FILE, fetch, now, project: 'example-id' });
  for (let at = 0; at < 3; at += 1)
    expect(await consumer.consume('t')).toEqual({
      outcome: 'unavailable',
      problem: 'no access token: the request failed',
      retryAfter: 10,
    });
});

describe('what went wrong', () => {
  /** The problem that is reported where Google answers so. */
  async function problem(answer: RequestListener, timeoutMs = 3000): Promise<string> {
    const google = await googleServer(answer);
    const decoder = googlePlayIntegrity({ ...google.options, timeoutMs });
    const outcome = await decoder.decode(NAME, 't');
    return (outcome as Extract<GoogleFailure, { problem: string }>).problem;
  }

  const torn: RequestListener = (_request, response) => {
    response.writeHead(403, { 'content-length': 9 }).write('{');
    setTimeout(() => response.destroy(), 10);
  };
  const error = (more: object): RequestListener => json({ error: { code: 403, ...more } }, 403);

  it.each<readonly [string, RequestListener, string]>([
    [
      'an API that is not enabled',
      error({
        status: 'PERMISSION_DENIED',
        message: 'secret words',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'SERVICE_DISABLED', domain: 'd' },
          { '@type': 'type.googleapis.com/google.rpc.Help', links: [{ url: 'https://secret.example' }] },
          { reason: 'SERVICE_DISABLED' },
        ],
      }),
      ' (PERMISSION_DENIED, SERVICE_DISABLED)',
    ],
    ['a status alone', error({ status: 'PERMISSION_DENIED' }), ' (PERMISSION_DENIED)'],
    ['a reason alone', error({ details: [{ reason: 'IAM_PERMISSION_DENIED' }] }), ' (IAM_PERMISSION_DENIED)'],
    ['64 characters', error({ status: 'A'.repeat(64) }), ` (${'A'.repeat(64)})`],
    ['65 characters', error({ status: 'A'.repeat(65) }), ''],
    ['words', error({ status: 'secret words', details: [{ reason: 'SECRET WORDS' }, { reason: 'x' }] }), ''],
    ['a line feed', error({ status: 'A\n', details: [{ reason: 'B\n' }] }), ''],
    ['no text', error({ status: ['A'], details: [null, 7, { reason: ['A'] }, 'A'] }), ''],
    ['details that are no list', error({ details: { reason: 'A' } }), ''],
    ['an error that is a text', json({ error: 'INVALID' }, 403), ''],
    [
      'two errors',
      (_, response) => void response.writeHead(403).end('{"error":{"status":"A","status":"B"}}'),
      '',
    ],
    ['over 8 KiB', error({ status: 'A', message: 'x'.repeat(8192) }), ''],
    ['no JSON', (_, response) => void response.writeHead(403).end('<html>'), ''],
    ['a broken body', torn, ''],
  ])('is told in Google’s constants alone: %s', async (_, answer, names) => {
    expect(await problem(answer)).toBe(`the answer has the HTTP status 403${names}`);
  });

  it('is told without the body where that does not end in time', async () => {
    const slow: RequestListener = (_request, response) => void response.writeHead(403).write('{"error":');
    expect(await problem(slow, 100)).toBe('the answer has the HTTP status 403');
  });

  it('is told of an access token too', async () => {
    const google = await googleServer();
    google.grant = refused(403);
    expect(await googlePlayIntegrity(google.options).decode(NAME, 't')).toEqual({
      outcome: 'misconfigured',
      problem: 'the service account got no access token (HTTP status 403 (X)): check key and clock',
    });
    google.grant = refused(503);
    expect(await googlePlayIntegrity(google.options).decode(NAME, 't')).toMatchObject({
      outcome: 'unavailable',
      problem: 'no access token: the answer has the HTTP status 503 (X)',
    });
  });
});
