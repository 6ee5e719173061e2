import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Watchers } from '../../src/net/watchers.js';
import { AccessTokens } from '../../src/net/google/credentials/access.js';
import { readServiceAccount } from '../../src/net/google/credentials/account.js';
import { assertionTokens } from '../../src/net/google/credentials/assertion.js';
import {
  assertionIn,
  EMAIL,
  FILE,
  googleServer,
  json,
  raw,
  refused,
  silent,
  type GoogleServer,
} from './support/google-server.js';

/** Access tokens with a clock that the test moves. */
function tokensAt(google: GoogleServer, timeoutMs = 3000) {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const source = assertionTokens(readServiceAccount(google.options.serviceAccount));
  const tokens = new AccessTokens({
    source,
    scope: 's',
    timeoutMs,
    fetch: undefined,
    now: () => clock.ms,
    watchers: new Watchers(),
  });
  return { tokens, clock };
}

describe('an access token', () => {
  it('is asked for with an assertion that the account signs (RFC 7523)', async () => {
    const google = await googleServer();
    const { tokens, clock } = tokensAt(google);
    expect(await tokens.current()).toEqual({ outcome: 'access', token: 'access-1' });
    const [grant] = google.grants;
    expect(grant).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(new URLSearchParams(grant?.body).get('grant_type')).toBe(
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
    );
    const iat = clock.ms / 1000;
    const aud = (google.options.serviceAccount as typeof FILE & { token_uri: string }).token_uri;
    expect(assertionIn(grant as never).claims).toEqual({ iss: EMAIL, scope: 's', aud, iat, exp: iat + 3600 });
  });

  it('is kept until shortly before its end', async () => {
    const google = await googleServer();
    const { tokens, clock } = tokensAt(google);
    const first = await tokens.current();
    clock.ms += 3_539_000;
    expect(tokens.current()).toBe(first);
    clock.ms += 1000;
    expect(await tokens.current()).toMatchObject({ token: 'access-2' });
  });

  it('is not kept when the clock was set back', async () => {
    const google = await googleServer();
    const { tokens, clock } = tokensAt(google);
    await tokens.current();
    clock.ms -= 86_400_000;
    expect(await tokens.current()).toMatchObject({ token: 'access-2' });
  });

  it('is asked for once, by however many', async () => {
    const google = await googleServer();
    const { tokens } = tokensAt(google);
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.current()));
    expect(new Set(all).size).toBe(1);
    expect(google.grants).toHaveLength(1);
  });

  it('is forgotten only where it is the one that was refused', async () => {
    const google = await googleServer();
    const { tokens } = tokensAt(google);
    await tokens.current();
    tokens.drop('another');
    expect(await tokens.current()).toMatchObject({ token: 'access-1' });
    tokens.drop('access-1');
    expect(await tokens.current()).toMatchObject({ token: 'access-2' });
  });

  it.each([
    ['an account that is refused', refused(400), 'misconfigured'],
    ['a client that is unknown', refused(401), 'misconfigured'],
    ['a URL that is wrong', refused(404), 'misconfigured'],
    ['a request that took too long', refused(408), 'unavailable'],
    ['an empty answer', refused(204), 'unavailable'],
    [
      'two tokens',
      raw('{"access_token":"a","access_token":"b","expires_in":3600,"token_type":"Bearer"}'),
      'unavailable',
    ],
    ['too many requests', refused(429), 'unavailable'],
    ['a server that fails', refused(500), 'unavailable'],
    ['no JSON', json('x'), 'unavailable'],
    ['no token', json({ expires_in: 3600, token_type: 'Bearer' }), 'unavailable'],
    [
      'a token with a line feed',
      json({ access_token: 'a\nb: c', expires_in: 3600, token_type: 'Bearer' }),
      'unavailable',
    ],
    [
      'a token that is no text',
      json({ access_token: ['a'], expires_in: 3600, token_type: 'Bearer' }),
      'unavailable',
    ],
    [
      'another type of token',
      json({ access_token: 'a', expires_in: 3600, token_type: 'mac' }),
      'unavailable',
    ],
    ['no end', json({ access_token: 'a', token_type: 'Bearer' }), 'unavailable'],
    ['an end in the past', json({ access_token: 'a', expires_in: -1, token_type: 'Bearer' }), 'unavailable'],
    ['silence', silent, 'unavailable'],
  ])('is not had from %s, and nobody asks for ten seconds', async (_, grant, outcome) => {
    const google = await googleServer();
    google.grant = grant;
    const { tokens, clock } = tokensAt(google, 300);
    expect(await tokens.current()).toMatchObject({ outcome });
    expect(JSON.stringify(await tokens.current())).not.toContain('secret words');
    expect(google.grants).toHaveLength(1);
    clock.ms += 10_000;
    await tokens.current();
    expect(google.grants).toHaveLength(2);
  });
});

describe('a service account', () => {
  const pem = (type: 'rsa' | 'ec', size: object): string =>
    generateKeyPairSync(type as 'rsa', size as { modulusLength: number })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();

  it('is read from the text of its file, or parsed', () => {
    // The last as editors save it that put a byte order mark before it.
    for (const source of [FILE, JSON.stringify(FILE), `\ufeff${JSON.stringify(FILE)}`])
      expect(readServiceAccount(source)).toMatchObject({
        email: EMAIL,
        keyId: 'key-1',
        audience: 'https://oauth2.googleapis.com/token',
        tokenUrl: 'https://oauth2.googleapis.com/token',
      });
  });

  it.each<readonly [string, unknown]>([
    ['serviceAccount', undefined],
    ['serviceAccount', 'key.json'],
    ['serviceAccount', '[]'],
    ['serviceAccount', JSON.stringify(FILE).replace('{', '{"client_email":"a@b",')],
    ['serviceAccount', `\ufeff\ufeff${JSON.stringify(FILE)}`],
    ['serviceAccount.client_email', {}],
    ['serviceAccount.client_email', { ...FILE, client_email: 'nobody' }],
    ['serviceAccount.private_key', { ...FILE, private_key: undefined }],
    ['serviceAccount.private_key', { ...FILE, private_key: FILE.private_key.slice(0, 200) }],
    ['serviceAccount.private_key', { ...FILE, private_key: pem('rsa', { modulusLength: 1024 }) }],
    ['serviceAccount.private_key', { ...FILE, private_key: pem('ec', { namedCurve: 'P-256' }) }],
    ['serviceAccount.private_key_id', { ...FILE, private_key_id: 7 }],
    ['serviceAccount.token_uri', { ...FILE, token_uri: 'http://oauth2.example/token' }],
    ['serviceAccount.token_uri', { ...FILE, token_uri: 7 }],
  ])('is refused with a wrong %s', (variable, source) => {
    const wrong = expect.objectContaining({ name: 'ConfigurationError', variable }) as Error;
    expect(() => readServiceAccount(source)).toThrow(wrong);
  });
});
