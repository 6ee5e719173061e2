import { createHash, randomBytes, sign } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { approov, type ApproovOptions } from '../../../src/approov/index.js';
import { BASE_URL } from '../support/signed-request.js';
import { phone, send, server } from '../support/signing-server.js';
import { SECRET, SECRET_BASE64 } from '../support/tokens.js';

const ACCOUNT_KEY = randomBytes(32);
const ACCOUNT = { signature: 'account', accountKeyBase64: ACCOUNT_KEY.toString('base64') };
const PUBLISHED = 'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';

/** What a configuration error says, by its parts. */
const error = (option: string, problem: string) =>
  expect.objectContaining({ name: 'ConfigurationError', variable: `messageSigning.${option}`, problem });

describe('options that cannot be right', () => {
  const NO_BASE = 'is not a URL to begin with';
  const NO_RANGE = 'is out of its range';

  const WRONG: readonly (readonly [name: string, options: object, option: string, problem: string])[] = [
    ['a base without a scheme', { baseUrl: 'api.example.com' }, 'baseUrl', NO_BASE],
    ['a base with a slash at its end', { baseUrl: 'https://api.example.com/' }, 'baseUrl', NO_BASE],
    ['a path with a slash at its end', { baseUrl: 'https://api.example.com/v1/' }, 'baseUrl', NO_BASE],
    ['a base with a query', { baseUrl: 'https://api.example.com?x' }, 'baseUrl', NO_BASE],
    ['a base of another scheme', { baseUrl: 'wss://api.example.com/https:' }, 'baseUrl', NO_BASE],
    ['a base whose host no request can name', { baseUrl: 'https://a{b.example.com' }, 'baseUrl', NO_BASE],
    ['an empty base', { baseUrl: '' }, 'baseUrl', NO_BASE],
    ['an unknown signature', { signature: 'both' }, 'signature', 'is not one of install, account'],
    ['an unknown policy', { policy: 'optional' }, 'policy', 'is not one of required, if-present'],
    ['an unknown enforcement', { enforcement: 'off' }, 'enforcement', 'is not one of enforce, report'],
    [
      'an unknown quirk',
      { quirks: ['no-signature'] },
      'quirks',
      'is not one of authority-without-port, query-without-mark, text-digest',
    ],
    [
      'a component that is no field',
      { components: ['x-a', '@method'] },
      'components',
      'has a member that is not the name of a header field',
    ],
    ['a leeway below zero', { leewaySeconds: -1 }, 'leewaySeconds', NO_RANGE],
    ['a leeway that is too long', { leewaySeconds: 601 }, 'leewaySeconds', NO_RANGE],
    ['no life', { maxLifetimeSeconds: 0 }, 'maxLifetimeSeconds', NO_RANGE],
    ['a life above ten years', { maxLifetimeSeconds: 315_360_001 }, 'maxLifetimeSeconds', NO_RANGE],
    ['a replay without a store', { replay: true }, 'store', 'is not a store, and replay needs one'],
    [
      'a store that claims nothing',
      { replay: true, store: {} },
      'store',
      'is not a store, and replay needs one',
    ],
    ['an account without a key', { signature: 'account' }, 'accountKeyBase64', 'is not set'],
    [
      'an unknown use of the account’s key',
      { ...ACCOUNT, accountKey: 'both' },
      'accountKey',
      'is not one of direct, per-token',
    ],
    [
      'a key that is too short',
      { ...ACCOUNT, accountKeyBase64: 'AAAA' },
      'accountKeyBase64',
      'has 3 bytes and needs at least 32',
    ],
    [
      'a key that can be guessed',
      { ...ACCOUNT, accountKeyBase64: Buffer.alloc(32, 7).toString('base64') },
      'accountKeyBase64',
      'repeats a few bytes over and over',
    ],
    [
      'a policy that an account cannot have',
      { ...ACCOUNT, policy: 'if-present' },
      'policy',
      'is if-present, which goes by the claim ipk',
    ],
    ['a misspelt one', { base: 'x' }, 'base', 'is not an option of messageSigning'],
    ['one of another type', { replay: 'false' }, 'replay', 'is not true or false'],
  ];

  it.each(WRONG)('%s', (_, options, option, problem) => {
    expect(() => server(options)).toThrow(error(option, problem));
    const hasKey = 'accountKeyBase64' in options;
    expect(() => server({}, { messageSigning: options })).toThrow(
      hasKey ? error('accountKeyBase64', 'is given on a route') : error(option, problem),
    );
  });

  it('how the account’s key is used, on a route', () => {
    expect(() => server({}, { messageSigning: { accountKey: 'direct' } })).toThrow(
      error('accountKey', 'is given on a route'),
    );
  });

  it('a replay of the account’s signature', () => {
    const problem = 'is set, and two equal requests in one second have one account signature';
    expect(() => server({ ...ACCOUNT, replay: true })).toThrow(error('replay', problem));
  });

  it.each([
    'https://:',
    'ftp://a.example',
    'https://a.example/..',
    'https://A.example',
    'https://a.example:443',
  ])('the base %s', (base) => {
    expect(() => server({ baseUrl: base })).toThrow(error('baseUrl', 'is not a URL to begin with'));
  });

  it('a base, at start-up, although no route asks for signatures', () => {
    expect(() => approov({ secretBase64: SECRET_BASE64, messageSigning: { baseUrl: 'x' } })).toThrow(
      error('baseUrl', 'is not a URL to begin with'),
    );
  });

  it('no base', () => {
    expect(() => server({ baseUrl: undefined })).toThrow(error('baseUrl', 'is not set'));
    const evidence = approov({ secretBase64: SECRET_BASE64 });
    expect(() => evidence.demand({ messageSigning: true })).toThrow(error('baseUrl', 'is not set'));
  });

  it('options that are no object', () => {
    expect(() => server({}, { messageSigning: 'install' })).toThrow(
      expect.objectContaining({ variable: 'messageSigning', problem: 'is not an object' }),
    );
  });
});

describe('options at their limits', () => {
  it.each<object>([
    { leewaySeconds: 0 },
    { leewaySeconds: 600 },
    { maxLifetimeSeconds: 315_360_000 },
    { quirks: ['authority-without-port', 'query-without-mark', 'text-digest'] },
    { enforcement: 'enforce', policy: 'required' },
    { components: [] },
  ])('%j are accepted', async (options) => {
    expect(await server(options).check(send())).toBe('accepted');
  });

  it('the shortest life is a second', async () => {
    expect(await server({ maxLifetimeSeconds: 1 }).check(send())).toBe(
      'ERR_APPROOV_SIGNATURE_LIFETIME_INVALID',
    );
  });

  it('the base may have a path, which a proxy takes away', async () => {
    const sent = send({ url: '/v1/items?x=1' });
    expect(await server({ baseUrl: `${BASE_URL}/v1` }).check({ ...sent, url: '/items?x=1' })).toBe(
      'accepted',
    );
    expect(await server({ baseUrl: `${BASE_URL}/v2` }).check({ ...sent, url: '/items?x=1' })).toBe(
      'ERR_APPROOV_SIGNATURE_INVALID',
    );
  });

  it('a route may have all of them itself', async () => {
    const evidence = approov({ secretBase64: SECRET_BASE64 });
    expect(evidence.demand({ messageSigning: { baseUrl: BASE_URL } })).toMatchObject({
      signing: { baseUrl: BASE_URL, policy: 'required', store: undefined, rules: { label: 'install' } },
    });
    expect(evidence.demand({ messageSigning: false })).toBeUndefined();
  });
});

describe('quirks', () => {
  it('authority-without-port: the app signs the host alone', async () => {
    const components = ['@method', '@authority', '@path', '@query', 'approov-token', 'authorization'];
    const baseUrl = `${BASE_URL}:8443`;
    expect(await server({ baseUrl }).check(send({ components }))).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    const quirks = ['authority-without-port'];
    expect(await server({ baseUrl, quirks }).check(send({ components }))).toBe('accepted');
  });

  it('query-without-mark: the app signs the query without its question mark', async () => {
    const components = ['@method', '@authority', '@path', '@query', 'approov-token', 'authorization'];
    const signer = (base: string) =>
      sign('sha256', Buffer.from(base.replace('"@query": ?', '"@query": ')), {
        key: phone.privateKey,
        dsaEncoding: 'ieee-p1363',
      });
    const sent = send({ components, signer });
    expect(await server().check(sent)).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    expect(await server({ quirks: ['query-without-mark'] }).check(sent)).toBe('accepted');
  });
});

describe('the account’s key', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const withKey = (accountKeyBase64: string, more: object = {}) =>
    approov({
      secretBase64: SECRET_BASE64,
      messageSigning: { baseUrl: BASE_URL, signature: 'account', accountKeyBase64 },
      ...more,
    } as ApproovOptions);

  it('that is published is refused, unless the option of the tokens’ secret allows it', () => {
    const published = error('accountKeyBase64', 'is a published example secret, with which anyone can sign');
    expect(() => withKey(PUBLISHED, { allowPublishedSecret: false })).toThrow(published);
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => withKey(PUBLISHED)).toThrow(published);
    expect(withKey(PUBLISHED, { allowPublishedSecret: true }).kind).toBe('approov');
  });

  it('is none of the secrets that tokens are verified with', () => {
    const problem = error('accountKeyBase64', 'is a secret that tokens are verified with');
    expect(() => withKey(SECRET_BASE64)).toThrow(problem);
    const next = ACCOUNT_KEY.toString('base64');
    expect(() => withKey(next, { secretBase64: [SECRET_BASE64, next] })).toThrow(problem);
  });

  it('is told to the guard beside them, so that it has no second use', () => {
    const digest = (secret: Buffer) => createHash('sha256').update(secret).digest('base64url');
    const evidence = withKey(ACCOUNT_KEY.toString('base64'));
    expect(evidence.secretDigests?.()).toEqual(expect.arrayContaining([SECRET, ACCOUNT_KEY].map(digest)));
    const other = approov({ secretBase64: SECRET_BASE64 });
    expect(other.secretDigests?.()).not.toContain(digest(ACCOUNT_KEY));
  });
});
