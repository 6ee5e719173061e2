import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { mintApproovToken } from 'attestkit-testing/approov';
import { cli, ENV, SECRET } from './support/terminal.js';

const secretBase64 = SECRET;
const token = mintApproovToken({ secretBase64, bind: 'Bearer example', claims: { did: 'x' } });
const folder = mkdtempSync(join(tmpdir(), 'attestkit-'));
afterAll(() => rmSync(folder, { recursive: true }));

let written = 0;
function file(content: unknown, name = `${(written += 1)}.json`): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const EVIDENCE = { kind: 'approov-token', token, secretBase64 };

describe('attestkit inspect', () => {
  it.each<[string, () => string[], string]>([
    ['a token', () => [token], ''],
    ['a token with white space around it', () => [` ${token}\n`], ''],
    ['a token from standard input', () => ['-'], `${token}\n`],
    ['an evidence file', () => [file(EVIDENCE)], ''],
    ['an evidence file from standard input', () => ['-'], JSON.stringify(EVIDENCE, null, 2)],
    ['a file with a bare token', () => [file(`${token}\n`, 'token.txt')], ''],
    ['a JSON file with a bare token', () => [file(JSON.stringify(token), 'bare.json')], ''],
  ])('takes %s', async (_, argv, stdin) => {
    const { status, out, err } = await cli(['inspect', ...argv()], ENV, { stdin });
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/\nPASS\n {5}binding not checked: give --binding VALUE\n$/);
  });

  it('ends with status 1 where it fails', async () => {
    const expired = mintApproovToken({ secretBase64, defect: 'expired' });
    const { status, out, err } = await cli(['inspect', expired]);
    expect([status, err]).toEqual([1, '']);
    expect(out).toMatch(
      /\nFAIL ERR_APPROOV_TOKEN_EXPIRED\n     the Approov token has expired: the token says [^\n]+\n[^]+\n     It was checked /,
    );
  });

  it('prints what inspectEvidence reports, as JSON', async () => {
    const at = '2026-06-01T12:00:00.000Z';
    const evidence = { ...EVIDENCE, at, binding: 'Bearer other' };
    const { status, out } = await cli(['inspect', '--json', file(evidence)]);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(inspectEvidence(evidence))));
    expect(JSON.parse(out)).toMatchObject({ verdict: 'fail', code: 'ERR_APPROOV_BINDING_MISMATCH', at });
  });

  it('has result in JSON only where it passes', async () => {
    const passed = JSON.parse((await cli(['inspect', '--json', token])).out) as object;
    expect(passed).toMatchObject({ verdict: 'pass', result: { claims: { did: 'x' } } });
    const failed = JSON.parse((await cli(['inspect', '--json', token], {})).out) as object;
    expect(failed).toMatchObject({ verdict: 'fail', unverified: { claims: { did: 'x' } } });
    expect(failed).not.toHaveProperty('result');
  });

  it('says that a binding was not checked, only where there is one and no value', async () => {
    const notChecked = async (...argv: string[]): Promise<unknown> => {
      const { out } = await cli(['inspect', ...argv]);
      const json = (await cli(['inspect', '--json', ...argv])).out;
      const said = (JSON.parse(json) as { notChecked: unknown }).notChecked;
      expect(out.includes('not checked')).toBe(Array.isArray(said) && said.length > 0);
      return said;
    };
    expect(await notChecked(token)).toEqual(['binding']);
    expect(await notChecked(token, '--secret', randomBytes(32).toString('base64'))).toEqual(['binding']);
    expect(await notChecked(token, '--binding', 'Bearer example')).toEqual([]);
    expect(await notChecked(token, '--binding', '')).toEqual([]);
    expect(await notChecked(mintApproovToken({ secretBase64 }))).toEqual([]);
    expect(await notChecked('a.b.c')).toEqual([]);
  });

  it('checks the binding where a value is given, by its bytes as typed', async () => {
    expect((await cli(['inspect', token, '--binding', 'Bearer example'])).out).toContain('binding matches');
    expect((await cli(['inspect', token, '--binding', 'Bearer other'])).status).toBe(1);
    expect((await cli(['inspect', token, '--binding', ''])).out).toContain(
      'ERR_APPROOV_BINDING_HEADER_MISSING',
    );
    const bound = mintApproovToken({ secretBase64, bind: Buffer.from('é', 'utf8') });
    expect((await cli(['inspect', bound, '--binding', 'é'])).status).toBe(0);
  });

  it('takes the secret from the option, the file or the environment', async () => {
    const bare = { kind: 'approov-token', token };
    expect((await cli(['inspect', token, '--secret', SECRET], {})).status).toBe(0);
    expect((await cli(['inspect', file(bare), '--secret', SECRET], {})).status).toBe(0);
    expect((await cli(['inspect', file(bare)])).status).toBe(0);
    expect((await cli(['inspect', file(EVIDENCE)], { APPROOV_BASE64_SECRET: 'not looked at' })).status).toBe(
      0,
    );
    const base64url = Buffer.from(SECRET, 'base64').toString('base64url');
    expect((await cli(['inspect', token], { APPROOV_BASE64URL_SECRET: base64url })).status).toBe(0);
    expect(
      (await cli(['inspect', token], { APPROOV_BASE64_SECRET: randomBytes(32).toString('base64') })).status,
    ).toBe(1);
  });

  it('says how to give a key where there is none', async () => {
    const { status, out } = await cli(['inspect', token], {});
    expect(status).toBe(1);
    expect(out).toContain('FAILED    known key');
    expect(out.replace(/\s+/g, ' ')).toContain('give --secret or APPROOV_BASE64_SECRET');
    expect(out).toContain('Claims, for which nothing vouches');
  });

  it('verifies with a public key of the file, whatever the environment has', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signed = mintApproovToken({ privateKey, algorithm: 'ES256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const evidence = { kind: 'approov-token', token: signed, publicKey: jwk, algorithm: 'ES256' };
    expect((await cli(['inspect', file(evidence)])).status).toBe(0);
  });
});

describe('input that cannot be used', () => {
  const deep = `{"kind":"approov-token","token":"x","notes":${'['.repeat(300_000)}${']'.repeat(300_000)}}`;

  it.each<[string, () => string[], RegExp, string?]>([
    ['nothing', () => [], /no token and no file to inspect/],
    ['an empty argument', () => [''], /^attestkit inspect: evidence is empty/],
    ['empty standard input', () => ['-'], /evidence is empty/],
    ['two arguments', () => [token, token], /more than one token or file/],
    ['an unknown option', () => [token, '--verbose'], /unknown option '--verbose'/],
    [
      'an option given twice',
      () => [token, '--secret', SECRET, '--secret', SECRET],
      /--secret is given twice/,
    ],
    ['a file that is not there', () => [join(folder, 'missing.json')], /there is no file .*missing\.json/],
    ['a folder', () => [file('{}', 'x.json').replace(/x\.json$/, '.json')], /there is no file/],
    ['a file that is not JSON', () => [file(token, 'token.json')], /token\.json is not JSON/],
    ['half a JSON object', () => ['-'], /standard input is not JSON/, '{"kind":'],
    ['two JSON objects', () => ['-'], /standard input is not JSON/, '{}{}'],
    ['a list', () => [file('[]')], /neither a token nor a JSON object/],
    ['another kind', () => [file({ kind: 'app-attest' })], /kind is not a kind .* approov-token/],
    ['an unknown member', () => [file({ ...EVIDENCE, secret: 'x' })], /secret is not a member/],
    [
      'a member that would steer the terminal',
      () => [file({ ...EVIDENCE, '\u009b2J': 1 })],
      /: \\u009b2J is not a member/,
    ],
    [
      'two secrets',
      () => [file(EVIDENCE), '--secret', SECRET],
      /secretBase64 is given in the evidence and beside it/,
    ],
    ['two bindings', () => [file({ ...EVIDENCE, binding: 'x' }), '--binding', 'x'], /binding is given/],
    ['a short secret', () => [token, '--secret', 'AAAA'], /--secret has 3 bytes/],
    ['more than 1 MiB', () => [file(`{"notes":"${'x'.repeat(1_048_576)}"}`)], /more than 1 MiB/],
    [
      'more than 1 MiB from standard input',
      () => ['-'],
      /standard input has more than 1 MiB/,
      ' '.repeat(1_048_577),
    ],
    ['a deep list', () => [file('['.repeat(500_000))], /is not JSON/],
    [
      'a deep list of the right form',
      () => [file(`${'['.repeat(400_000)}${']'.repeat(400_000)}`)],
      /neither a token nor/,
    ],
    ['a deep member', () => [file(deep.replace('"notes"', '"binding"'))], /binding is not a string/],
  ])('is %s', async (_, argv, message, stdin = '') => {
    const { status, out, err } = await cli(['inspect', ...argv()], ENV, { stdin });
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).toMatch(/^attestkit inspect: [^\n]+\nSee: attestkit inspect --help\n$/);
    expect(err).not.toContain(SECRET);
  });

  it('is not a deep description, which nobody looks at', async () => {
    expect((await cli(['inspect', file(deep)])).status).toBe(1);
  });

  it('is standard input that breaks off', async () => {
    const { run } = await import('../../src/cli/run.js');
    let err = '';
    const terminal = {
      stdin: breaking(),
      out: () => undefined,
      err: (text: string) => void (err += text),
      isTerminal: false,
    };
    expect(await run(['inspect', '-'], ENV, terminal)).toBe(2);
    expect(err).toMatch(/standard input cannot be read: gone/);
  });
});

async function* breaking(): AsyncIterable<Uint8Array> {
  yield Buffer.from('{');
  throw new Error('gone');
}
