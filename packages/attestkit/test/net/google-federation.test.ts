import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  access,
  AUDIENCE,
  cloud,
  EXTERNAL,
  IMPERSONATION,
  impersonatedUntil,
  STS,
  SUBJECT_URL,
} from './support/google-cloud-server.js';
import { json, raw, refused, silent } from './support/google-server.js';

const IMPERSONATING = { ...EXTERNAL, service_account_impersonation_url: IMPERSONATION };
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

/** A folder of this test alone. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'attestkit-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const fromFile = (file: string, format?: object) => ({ ...EXTERNAL, credential_source: { file, format } });
const form = (body: string | undefined): object => Object.fromEntries(new URLSearchParams(body));

describe('workload identity federation', () => {
  it('exchanges the subject token as RFC 8693 and Google have it', async () => {
    const { asked, tokens } = await cloud({ credentials: EXTERNAL });
    expect(await tokens.current()).toEqual({ outcome: 'access', token: 'pool' });
    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ['GET', SUBJECT_URL],
      ['POST', STS],
    ]);
    expect(asked[1]?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(asked[1]?.headers).not.toHaveProperty('authorization');
    expect(form(asked[1]?.body)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: AUDIENCE,
      scope: 'https://scope',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: 'subject',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    });
  });

  it('impersonates a service account, where the configuration says so', async () => {
    const { asked, tokens } = await cloud({ credentials: JSON.stringify(IMPERSONATING) });
    expect(await tokens.current()).toEqual({ outcome: 'access', token: 'impersonated' });
    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ['GET', SUBJECT_URL],
      ['POST', STS],
      ['POST', IMPERSONATION],
    ]);
    expect(form(asked[1]?.body)).toMatchObject({ scope: CLOUD_PLATFORM });
    expect(asked[2]).toMatchObject({
      headers: { authorization: 'Bearer pool', 'content-type': 'application/json' },
      body: '{"scope":["https://scope"]}',
    });
  });

  it('asks for the lifetime that the configuration names', async () => {
    const how = { ...IMPERSONATING, service_account_impersonation: { token_lifetime_seconds: 600 } };
    const { asked, tokens } = await cloud({ credentials: how });
    await tokens.current();
    expect(asked[2]?.body).toBe('{"scope":["https://scope"],"lifetime":"600s"}');
  });

  it('keeps a token until shortly before its end, and asks for one at a time', async () => {
    const { asked, answers, clock, tokens } = await cloud({ credentials: IMPERSONATING });
    answers['iamcredentials.googleapis.com'] = impersonatedUntil(clock.ms + 600_000);
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.current()));
    expect(new Set(all).size).toBe(1);
    expect(asked).toHaveLength(3);
    clock.ms += 539_999;
    expect(tokens.current()).toBe(all[0]);
    clock.ms += 1;
    answers['iamcredentials.googleapis.com'] = impersonatedUntil(clock.ms + 43_200_000, 'second');
    const second = await tokens.current();
    expect(second).toMatchObject({ token: 'second' });
    // However long it lives.
    clock.ms += 3_539_999;
    expect(tokens.current()).toBe(second);
    clock.ms += 1;
    expect(tokens.current()).toBeInstanceOf(Promise);
  });
});

describe('the subject token', () => {
  it.each([
    ['text', 'token.of.pod', undefined, 'token.of.pod'],
    ['text with a line feed at its end', 'token.of.pod\n', { type: 'text' }, 'token.of.pod'],
    ['JSON', '{"access_token":"t","x":1}', { type: 'json', subject_token_field_name: 'access_token' }, 't'],
  ])('is read from a file, as %s', async (_, content, format, subject) => {
    const file = join(folder(), 'token');
    writeFileSync(file, content);
    const { asked, tokens } = await cloud({ credentials: fromFile(file, format) });
    expect(await tokens.current()).toMatchObject({ outcome: 'access' });
    expect(asked.map(({ url }) => url)).toEqual([STS]);
    expect(form(asked[0]?.body)).toMatchObject({ subject_token: subject });
  });

  it('is read again for each exchange, through the links of Kubernetes', async () => {
    const path = folder();
    writeFileSync(join(path, 'first'), 'one');
    writeFileSync(join(path, 'second'), 'two');
    symlinkSync('first', join(path, 'token'));
    const { asked, clock, tokens } = await cloud({ credentials: fromFile(join(path, 'token')) });
    await tokens.current();
    rmSync(join(path, 'token'));
    symlinkSync('second', join(path, 'token'));
    clock.ms += 3_600_000;
    await tokens.current();
    expect(asked.map(({ body }) => new URLSearchParams(body).get('subject_token'))).toEqual(['one', 'two']);
  });

  it.each<readonly [string, (path: string) => string, string]>([
    ['that is not there', (path) => join(path, 'none'), 'cannot be read (ENOENT)'],
    ['that is a folder', (path) => path, 'is not a file'],
    ['that has no end', () => '/dev/zero', 'is not a file'],
    [
      'of more than 64 KiB',
      (path) => (writeFileSync(join(path, 'token'), 'x'.repeat(65_537)), join(path, 'token')),
      'is over 64 KiB',
    ],
  ])('is not had from a file %s', async (_, make, why) => {
    const path = folder();
    const file = make(path);
    const { asked, tokens } = await cloud({ credentials: fromFile(file) });
    const failure = await tokens.current();
    expect(failure).toEqual({ outcome: 'misconfigured', problem: `the file with the subject token ${why}` });
    expect(JSON.stringify(failure)).not.toContain(path);
    expect(asked).toEqual([]);
  });

  const JSON_FORMAT = { type: 'json', subject_token_field_name: 'token' };
  it.each<readonly [string, string, object | undefined]>([
    ['nothing', '', undefined],
    ['white space', ' \n\t', undefined],
    ['bytes that are no UTF-8', '\xff', undefined],
    ['no JSON', 'token', JSON_FORMAT],
    ['a list', '["token"]', JSON_FORMAT],
    ['another member', '{"access_token":"t"}', JSON_FORMAT],
    ['a number', '{"token":1}', JSON_FORMAT],
    ['an empty text', '{"token":""}', JSON_FORMAT],
    ['two tokens', '{"token":"a","token":"b"}', JSON_FORMAT],
    ['a name that objects have', '{}', { type: 'json', subject_token_field_name: 'constructor' }],
  ])('is not had from a file with %s', async (_, content, format) => {
    const file = join(folder(), 'token');
    writeFileSync(file, Buffer.from(content, 'latin1'));
    const { asked, tokens } = await cloud({ credentials: fromFile(file, format) });
    expect(await tokens.current()).toEqual({
      outcome: 'misconfigured',
      problem: 'the source of the subject token does not contain one: check credential_source and its format',
    });
    expect(asked).toEqual([]);
  });

  it('is asked for with the headers of the configuration, at a URL', async () => {
    const credential_source = {
      url: 'http://169.254.169.254/metadata/identity/oauth2/token?resource=x',
      headers: { Metadata: 'True' },
      format: { type: 'json', subject_token_field_name: 'access_token' },
    } as const;
    const { asked, answers, tokens } = await cloud({ credentials: { ...EXTERNAL, credential_source } });
    answers['169.254.169.254'] = json({ access_token: 'of azure' });
    expect(await tokens.current()).toMatchObject({ outcome: 'access' });
    expect(asked[0]).toMatchObject({
      method: 'GET',
      url: credential_source.url,
      headers: { metadata: 'True' },
    });
    expect(form(asked[1]?.body)).toMatchObject({ subject_token: 'of azure' });
    expect(asked[1]?.headers).not.toHaveProperty('metadata');
  });
});

/** The answers of each step that bring no token. */
const FAILURES: readonly (readonly [string, string, RequestListener, string])[] = [
  ['idp.example', 'refuses', refused(403), 'misconfigured'],
  ['idp.example', 'is not there', refused(404), 'misconfigured'],
  ['idp.example', 'fails', refused(500), 'unavailable'],
  ['idp.example', 'redirects', refused(307, { location: 'https://idp.example/other' }), 'unavailable'],
  ['idp.example', 'answers nothing', raw(''), 'misconfigured'],
  ['idp.example', 'answers without end', raw('x'.repeat(65_537)), 'unavailable'],
  ['idp.example', 'is silent', silent, 'unavailable'],
  ['sts.googleapis.com', 'refuses', json({ error: 'invalid_grant' }, 400), 'misconfigured'],
  ['sts.googleapis.com', 'knows no client', refused(401), 'misconfigured'],
  ['sts.googleapis.com', 'fails', refused(500), 'unavailable'],
  ['sts.googleapis.com', 'is asked too often', refused(429), 'unavailable'],
  [
    'sts.googleapis.com',
    'redirects',
    refused(308, { location: 'https://sts.googleapis.com/v2' }),
    'unavailable',
  ],
  ['sts.googleapis.com', 'gives no end', json({ access_token: 'a', token_type: 'Bearer' }), 'unavailable'],
  ['sts.googleapis.com', 'gives no token', json({ expires_in: 1, token_type: 'Bearer' }), 'unavailable'],
  ['sts.googleapis.com', 'gives a token of two lines', access('a\r\nb'), 'unavailable'],
  ['sts.googleapis.com', 'gives a token that has ended', access('a', -1), 'unavailable'],
  ['sts.googleapis.com', 'is silent', silent, 'unavailable'],
  ['iamcredentials.googleapis.com', 'refuses', refused(403), 'misconfigured'],
  ['iamcredentials.googleapis.com', 'knows no such account', refused(404), 'misconfigured'],
  ['iamcredentials.googleapis.com', 'fails', refused(503), 'unavailable'],
  [
    'iamcredentials.googleapis.com',
    'gives no token',
    json({ expireTime: '2026-01-01T01:00:00Z' }),
    'unavailable',
  ],
  ['iamcredentials.googleapis.com', 'gives no end', json({ accessToken: 'a' }), 'unavailable'],
  [
    'iamcredentials.googleapis.com',
    'gives an end that is none',
    json({ accessToken: 'a', expireTime: 'x' }),
    'unavailable',
  ],
  ['iamcredentials.googleapis.com', 'gives an end in the past', impersonatedUntil(0), 'misconfigured'],
  [
    'iamcredentials.googleapis.com',
    'gives a token of two lines',
    impersonatedUntil(2e12, 'a\nb'),
    'unavailable',
  ],
  ['iamcredentials.googleapis.com', 'is silent', silent, 'unavailable'],
];

describe('no access token is had', () => {
  it.each(FAILURES)('where %s %s, and nobody asks for ten seconds', async (host, _, answer, outcome) => {
    const { asked, answers, clock, tokens } = await cloud({ credentials: IMPERSONATING }, 400);
    answers[host] = answer;
    const failure = await tokens.current();
    expect(failure).toMatchObject({ outcome });
    expect(JSON.stringify(failure)).not.toMatch(/secret words|subject"|Bearer|pool"/);
    const count = asked.length;
    // The step that failed was the last one.
    expect(new URL(asked.at(-1)?.url ?? '').hostname).toBe(host);
    await tokens.current();
    expect(asked).toHaveLength(count);
    clock.ms += 10_000;
    await tokens.current();
    expect(asked).toHaveLength(2 * count);
  });

  it('says what Google named as the reason, and nothing else of its answer', async () => {
    const { answers, tokens } = await cloud({ credentials: EXTERNAL });
    answers['sts.googleapis.com'] = json({ error: 'invalid_target', error_description: 'secret words' }, 400);
    expect(await tokens.current()).toMatchObject({
      outcome: 'misconfigured',
      problem:
        'the subject token was not exchanged for an access token (HTTP status 400 (invalid_target)): check that it is current, and the pool’s provider and conditions',
    });
  });

  it('in more time than there is for all steps together', async () => {
    const { asked, answers, tokens } = await cloud({ credentials: IMPERSONATING }, 500);
    const late = (answer: RequestListener): RequestListener => {
      return (request, response) => void setTimeout(() => answer(request, response), 300);
    };
    answers['idp.example'] = late(raw('subject'));
    answers['sts.googleapis.com'] = late(access('pool'));
    const started = performance.now();
    expect(await tokens.current()).toMatchObject({ outcome: 'unavailable' });
    expect(performance.now() - started).toBeLessThan(900);
    expect(asked.some(({ url }) => url === IMPERSONATION)).toBe(false);
  });
});
