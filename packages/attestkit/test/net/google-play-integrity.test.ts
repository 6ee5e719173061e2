import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { googlePlayIntegrity } from '../../src/net/google/index.js';
import { assertionIn, EMAIL, googleServer, json, raw, refused, silent } from './support/google-server.js';

const NAME = 'com.example.app';
const PAYLOAD = { requestDetails: { requestPackageName: NAME } };
const decoded = json({ tokenPayloadExternal: PAYLOAD });

describe('decoding by Google', () => {
  it('asks as Google documents it', async () => {
    const google = await googleServer(decoded);
    const decoder = googlePlayIntegrity(google.options);
    expect(await decoder.decode(NAME, 'a.b.c')).toEqual({ outcome: 'decoded', payload: PAYLOAD });
    expect(google.asked).toMatchObject([
      {
        method: 'POST',
        path: `/v1/${NAME}:decodeIntegrityToken`,
        headers: { authorization: 'Bearer access-1', 'content-type': 'application/json' },
        body: '{"integrityToken":"a.b.c"}',
      },
    ]);
    expect(assertionIn(google.grants[0] as never)).toMatchObject({
      header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
      claims: { iss: EMAIL, scope: 'https://www.googleapis.com/auth/playintegrity' },
    });
  });

  it('sends nothing before it is asked', async () => {
    const google = await googleServer(decoded);
    googlePlayIntegrity(google.options);
    expect(google.requests).toBe(0);
  });

  it.each<readonly [number, string]>([
    [400, 'invalid'],
    [403, 'misconfigured'],
    [404, 'misconfigured'],
    [204, 'unavailable'],
    [408, 'unavailable'],
    [409, 'unavailable'],
    [425, 'unavailable'],
    [429, 'throttled'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('takes the status %i for %s, and asks no second time', async (status, outcome) => {
    const google = await googleServer(refused(status), decoded);
    const answer = await googlePlayIntegrity(google.options).decode(NAME, 't');
    expect(answer).toMatchObject({ outcome });
    expect(JSON.stringify(answer)).not.toContain('secret words');
    expect(google.asked).toHaveLength(1);
  });

  it.each<readonly [string, unknown]>([
    ['no JSON', undefined],
    ['a list', []],
    ['no payload', {}],
    ['a payload that is a text', { tokenPayloadExternal: 'x' }],
    ['a payload in a list', { tokenPayloadExternal: [PAYLOAD] }],
    ['two payloads', raw('{"tokenPayloadExternal":{"a":1},"tokenPayloadExternal":{"a":2}}')],
    ['a name twice within', raw('{"tokenPayloadExternal":{"a":1,"a":2}}')],
    ['more than 64 KiB', { tokenPayloadExternal: { x: 'x'.repeat(70_000) } }],
  ])('cannot use an answer of 200 with %s', async (_, body) => {
    const google = await googleServer(typeof body === 'function' ? (body as RequestListener) : json(body));
    const answer = await googlePlayIntegrity(google.options).decode(NAME, 't');
    expect(answer).toMatchObject({ outcome: 'unavailable', retryAfter: 30 });
  });

  it('follows no redirect', async () => {
    const google = await googleServer(json({}, 302, { location: 'http://127.0.0.1:1/' }), decoded);
    expect(await googlePlayIntegrity(google.options).decode(NAME, 't')).toMatchObject({
      outcome: 'unavailable',
    });
    expect(google.asked).toHaveLength(1);
  });

  it('waits no longer than it is told to, and for no caller that gave up', async () => {
    const google = await googleServer(silent);
    const hasty = googlePlayIntegrity({ ...google.options, timeoutMs: 100 });
    expect(await hasty.decode(NAME, 't')).toMatchObject({
      outcome: 'unavailable',
      problem: 'there was no complete answer within 100 ms',
    });
    const given = await googlePlayIntegrity(google.options).decode(NAME, 't', AbortSignal.abort());
    expect(given).toMatchObject({ outcome: 'unavailable', problem: 'the caller gave up' });
  });

  it('believes Retry-After in seconds, within bounds', async () => {
    for (const [text, seconds] of [
      ['7', 7],
      ['0', 1],
      ['60', 60],
      ['999999', 60],
      ['soon', 30],
    ] as const) {
      const google = await googleServer(refused(429, { 'retry-after': text }));
      const answer = await googlePlayIntegrity(google.options).decode(NAME, 't');
      expect(answer).toMatchObject({ outcome: 'throttled', retryAfter: seconds });
    }
  });
});

describe('an access token', () => {
  it('is replaced once where the service refuses it', async () => {
    const google = await googleServer(refused(401), decoded);
    const decoder = googlePlayIntegrity(google.options);
    expect(await decoder.decode(NAME, 't')).toMatchObject({ outcome: 'decoded' });
    expect(google.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-1',
      'Bearer access-2',
    ]);
  });

  it('that is refused twice is the operator’s business, and nobody asks for ten seconds', async () => {
    const google = await googleServer(refused(401));
    const clock = { ms: Date.UTC(2026, 0, 1) };
    const decoder = googlePlayIntegrity({ ...google.options, now: () => clock.ms });
    for (let at = 0; at < 5; at += 1)
      expect(await decoder.decode(NAME, 't')).toEqual({
        outcome: 'misconfigured',
        problem: 'the answer has the HTTP status 401 (X)',
      });
    expect([google.grants.length, google.asked.length]).toEqual([2, 2]);
    google.answers = [decoded];
    clock.ms += 10_000;
    expect(await decoder.decode(NAME, 't')).toMatchObject({ outcome: 'decoded' });
  });

  it('that cannot be had says nothing about the service, and is counted by nobody', async () => {
    const google = await googleServer(decoded);
    const { grant } = google;
    const clock = { ms: Date.UTC(2026, 0, 1) };
    const decoder = googlePlayIntegrity({ ...google.options, now: () => clock.ms });
    google.grant = refused(500);
    for (let at = 0; at < 12; at += 1)
      expect(await decoder.decode(NAME, 't')).toMatchObject({ outcome: 'unavailable' });
    expect([google.grants.length, google.asked.length]).toEqual([1, 0]);
    google.grant = grant;
    clock.ms += 10_000;
    expect(await decoder.decode(NAME, 't')).toMatchObject({ outcome: 'decoded' });
  });
});

describe('while Google is down', () => {
  it('is asked no more after five failures, and by one first when it may be up', async () => {
    const google = await googleServer(
      ...Array.from({ length: 5 }, () => refused(503, { 'retry-after': '1' })),
      decoded,
    );
    const decoder = googlePlayIntegrity(google.options);
    for (let at = 0; at < 5; at += 1) await decoder.decode(NAME, 't');
    const during = await Promise.all(Array.from({ length: 50 }, () => decoder.decode(NAME, 't')));
    expect(google.asked).toHaveLength(5);
    expect(during.every((answer) => answer.outcome === 'unavailable')).toBe(true);
  });

  it('tokens that it refuses neither open the breaker nor keep it closed: any client can send some', async () => {
    const google = await googleServer(refused(400));
    const decoder = googlePlayIntegrity(google.options);
    for (let at = 0; at < 8; at += 1) await decoder.decode(NAME, 'rubbish');
    expect(google.asked).toHaveLength(8);
    for (let at = 0; at < 5; at += 1) {
      google.answers = [refused(503)];
      await decoder.decode(NAME, 't');
      google.answers = [refused(400)];
      await decoder.decode(NAME, 'rubbish');
    }
    // The last rubbish was not sent.
    expect(google.asked).toHaveLength(17);
  });

  it.each([401, 403, 404, 408, 409, 413, 425])('nor do answers with the status %i', async (status) => {
    const google = await googleServer(refused(status));
    const decoder = googlePlayIntegrity(google.options);
    for (let at = 0; at < 8; at += 1) await decoder.decode(NAME, 't');
    google.answers = [decoded];
    const last = await decoder.decode(NAME, 't');
    expect(last.outcome).toBe(status === 401 ? 'misconfigured' : 'decoded');
  });

  it('callers that give up say nothing about it', async () => {
    const google = await googleServer(decoded);
    const decoder = googlePlayIntegrity(google.options);
    await decoder.decode(NAME, 't');
    for (let at = 0; at < 8; at += 1) await decoder.decode(NAME, 't', AbortSignal.abort());
    expect(await decoder.decode(NAME, 't')).toMatchObject({ outcome: 'decoded' });
  });

  it('over the quota of one app it is asked about the others', async () => {
    const google = await googleServer(refused(429, { 'retry-after': '3600' }), decoded);
    const decoder = googlePlayIntegrity(google.options);
    expect(await decoder.decode(NAME, 't')).toMatchObject({ outcome: 'throttled', retryAfter: 60 });
    expect(await decoder.decode('com.example.other', 't')).toMatchObject({ outcome: 'decoded' });
    expect(await decoder.decode(NAME, 't')).toMatchObject({ outcome: 'throttled', retryAfter: 60 });
    expect(google.asked).toHaveLength(2);
  });
});

describe('the options', () => {
  it.each<readonly [string, object]>([
    ['credentials', { serviceAccount: undefined }],
    ['credentials', { credentials: 'metadata' }],
    ['endpoint', { endpoint: 'http://play.example' }],
    ['endpoint', { endpoint: 'https://play.example/?x=1' }],
    ['endpoint', { endpoint: 'https://user:word@play.example/' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: '5' }],
    ['fetch', { fetch: 'x' }],
    ['project', { project: 'x' }],
  ])('are refused with a wrong %s', async (variable, more) => {
    const { options } = await googleServer();
    const run = (): unknown => googlePlayIntegrity({ ...options, ...more } as typeof options);
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }) as Error);
  });
});
