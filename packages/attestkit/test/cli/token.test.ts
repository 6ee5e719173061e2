import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approovKeys, inspectApproovToken, verifyApproovToken } from '../../src/approov/index.js';
import { inspectApproov } from '../../src/approov/inspect.js';
import { APPROOV_DEFECTS } from 'attestkit-testing/approov';
import { TOKEN_TYPES } from '../../src/cli/token-types.js';
import { cli, ENV, SECRET } from './support/terminal.js';

const KEYS = approovKeys({ secretBase64: SECRET });

async function made(...argv: string[]): Promise<string> {
  const { status, out, err } = await cli(['token', ...argv]);
  expect([status, err]).toEqual([0, '']);
  return out.trimEnd();
}

function payOf(token: string): unknown {
  return verifyApproovToken(token, { keys: KEYS }).claims['pay'];
}

function digest(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

describe('attestkit token', () => {
  it('prints a token that is valid for five minutes, and nothing else', async () => {
    const { status, out, err } = await cli(['token']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { expiresAt } = verifyApproovToken(out.trimEnd(), { keys: KEYS });
    expect(expiresAt - Date.now()).toBeGreaterThan(290_000);
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(300_000);
    expect(payOf(out.trimEnd())).toBeUndefined();
  });

  it('takes minutes, whole or not', async () => {
    const now = Date.now();
    expect(verifyApproovToken(await made('--expire', '60'), { keys: KEYS }).expiresAt - now).toBeGreaterThan(
      3_590_000,
    );
    expect(
      verifyApproovToken(await made('--expire=0.5'), { keys: KEYS }).expiresAt - now,
    ).toBeLessThanOrEqual(31_000);
  });

  it('binds to a raw value, by its bytes as typed', async () => {
    expect(payOf(await made('--claim', 'Bearer abc'))).toBe(digest('Bearer abc'));
    expect(payOf(await made('--claim', ' é '))).toBe(digest(Buffer.from(' é ', 'utf8')));
  });

  it('binds to an example, and says what it was', async () => {
    const printed = JSON.parse(await made('--claim-example', '--json')) as Record<string, string>;
    expect(printed['bound']).toBe('Bearer example-user-token');
    expect(payOf(printed['token'] ?? '')).toBe(digest('Bearer example-user-token'));
  });

  it('describes the token in JSON', async () => {
    const valid = JSON.parse(await made('--json')) as Record<string, unknown>;
    expect(Object.keys(valid)).toEqual(['token', 'type', 'claims']);
    const { claims } = verifyApproovToken(String(valid['token']), { keys: KEYS });
    expect(valid).toMatchObject({ type: 'valid', claims });
    const expired = JSON.parse(await made('--json', '--type', 'expired')) as Record<string, unknown>;
    expect(expired).toMatchObject({ type: 'expired', provokes: 'ERR_APPROOV_TOKEN_EXPIRED' });
  });

  const types = [...TOKEN_TYPES].map(([type, { code }]) => [type, code] as const);
  it.each(types)('makes a token of type %s', async (type, code) => {
    const token = await made('--type', type, '--claim', 'Bearer abc');
    const report = inspectApproov(token, { keys: KEYS }, Buffer.from('Bearer abc'));
    expect(report).toMatchObject({ verdict: 'fail', code });
    if (code.includes('_BINDING_')) expect(inspectApproovToken(token, { keys: KEYS }).verdict).toBe('pass');
  });

  it('names its types, and their codes, as the testing kit does', () => {
    expect(types.length).toBeGreaterThan(5);
    for (const [type, code] of types) expect(Object.entries(APPROOV_DEFECTS)).toContainEqual([type, code]);
  });

  it('shows the claims of a token that cannot be verified', async () => {
    const printed = JSON.parse(await made('--json', '--type', 'two-parts')) as Record<string, unknown>;
    expect(printed).toMatchObject({
      provokes: 'ERR_APPROOV_TOKEN_MALFORMED',
      claims: { exp: expect.any(Number) },
    });
  });

  it('takes the type valid', async () => {
    expect(payOf(await made('--type', 'valid'))).toBeUndefined();
  });
});

describe('the secret', () => {
  const other = randomBytes(32);
  const published =
    'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';

  it.each<[string, string[], Record<string, string>]>([
    ['the option, before the environment', ['--secret', other.toString('base64')], ENV],
    ['APPROOV_BASE64_SECRET', [], { APPROOV_BASE64_SECRET: other.toString('base64') }],
    ['APPROOV_BASE64URL_SECRET', [], { APPROOV_BASE64URL_SECRET: other.toString('base64url') }],
    [
      'APPROOV_BASE64_SECRET before the other',
      [],
      { APPROOV_BASE64_SECRET: other.toString('base64'), APPROOV_BASE64URL_SECRET: 'not looked at' },
    ],
  ])('is that of %s', async (_, argv, env) => {
    const { out } = await cli(['token', ...argv], env);
    const keys = approovKeys({ secretBase64: other.toString('base64') });
    expect(verifyApproovToken(out.trimEnd(), { keys }).kind).toBe('approov');
  });

  it.each([published, Buffer.alloc(32).toString('base64')])(
    'may be one that protects nothing',
    async (weak) => {
      expect((await cli(['token', '--secret', weak], {})).status).toBe(0);
    },
  );

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['none', [], {}, /APPROOV_BASE64_SECRET is not set\. .*approov secret -get base64.*--secret/],
    ['an empty one', [], { APPROOV_BASE64_SECRET: '' }, /APPROOV_BASE64_SECRET is empty/],
    ['an empty option', ['--secret', ''], ENV, /--secret is empty/],
    [
      'a short one',
      ['--secret', Buffer.alloc(31, 7).toString('base64')],
      ENV,
      /--secret has 31 bytes and needs at least 32/,
    ],
    ['no base64', ['--secret', 'approov_base64_secret_here'], ENV, /--secret is not canonical base64/],
    ['base64url', ['--secret', Buffer.alloc(33, 255).toString('base64url')], ENV, /It is base64url/],
    [
      'white space',
      [],
      { APPROOV_BASE64_SECRET: `${SECRET} ` },
      /APPROOV_BASE64_SECRET .* Remove the white space/,
    ],
    [
      'base64 as base64url',
      [],
      { APPROOV_BASE64URL_SECRET: SECRET },
      /APPROOV_BASE64URL_SECRET is not canonical base64url/,
    ],
    ['a PEM', ['--secret', '-----BEGIN PUBLIC KEY-----'], ENV, /argument is ambiguous/],
    ['a PEM in the environment', [], { APPROOV_BASE64_SECRET: '-----BEGIN PUBLIC KEY-----' }, /is a PEM/],
  ])('is refused where it is %s', async (_, argv, env, message) => {
    const { status, out, err } = await cli(['token', ...argv], env);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toContain(SECRET);
  });
});

it('does not show a secret whose option was forgotten', async () => {
  const { status, err } = await cli(['token', SECRET]);
  expect(status).toBe(2);
  expect(err).not.toContain(SECRET);
});

describe('a command line that makes no sense', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown option', ['--bogus'], /unknown option '--bogus'/],
    ['an unknown short option', ['-x'], /unknown option '-x'/],
    [
      'an unknown type',
      ['--type', 'rotten'],
      /no type rotten; types are valid, .*expired, .*binding-mismatch/,
    ],
    ['a type that every object has', ['--type', 'toString'], /no type toString/],
    ['a type of the testing kit alone', ['--type', 'public-key-as-secret'], /no type public-key-as-secret/],
    ['an argument', ['valid'], /a value that belongs to no option/],
    ['an option without its value', ['--claim'], /'--claim <value>' argument missing/],
    ['a value for an option without one', ['--json=yes'], /'--json' does not take an argument/],
    ['an option given twice', ['--expire', '1', '--expire', '2'], /--expire is given twice/],
    ['two values to bind', ['--claim', 'x', '--claim-example'], /exclude each other/],
    ['an empty value to bind', ['--claim', ''], /--claim is empty/],
    ['no minutes', ['--expire', '0'], /--expire is not a number of minutes above 0.*--type expired/],
    ['negative minutes', ['--expire=-5'], /--expire is not a number/],
    ['minutes in words', ['--expire', 'five'], /--expire is not a number/],
    ['minutes with a unit', ['--expire', '5m'], /--expire is not a number/],
    ['minutes in another base', ['--expire', '0x5'], /--expire is not a number/],
    ['endless minutes', ['--expire', '9'.repeat(400)], /--expire is not a number/],
  ])('is refused: %s', async (_, argv, message) => {
    const { status, out, err } = await cli(['token', ...argv]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).toMatch(/^attestkit token: [^\n]+\nSee: attestkit token --help\n$/);
  });
});
