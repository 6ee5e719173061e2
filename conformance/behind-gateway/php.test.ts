import { writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { cases } from '@attestkit/examples/requests';
import { describe, expect, it } from 'vitest';
import { freePort } from '../servers/example-process.js';
import { sendHttp1 } from '../wire/http1.js';
import type { FieldLine } from '../wire/message.js';
import { resultKey, tokenOf } from './phone.js';
import { canRun, folder, gatewayOf, PUBLISHED, running } from './processes.js';
import { tryCase } from './tried.js';

// The hello server in PHP, which asks that each request has come through the gateway.

const hasPhp = canRun('php', ['-r', 'exit(extension_loaded("openssl") ? 0 : 1);'], 'php-cli');

describe.skipIf(!hasPhp)('PHP', async () => {
  if (!hasPhp) return;
  const [port, behind] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const pem = (key: typeof resultKey): string =>
    key.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const next = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const files = [resultKey, next].map((key, at) => {
    writeFileSync(`${folder}/${at}.pub`, pem(key));
    return `${folder}/${at}.pub`;
  });
  const php = await running('php', ['-S', `127.0.0.1:${behind}`, 'php/hello.php'], behind, {
    ATTEST_KEY_FILES: files.join(':'),
    ATTEST_ISSUER: url,
    ATTEST_AUDIENCE: 'hello',
  });
  await gatewayOf('php/hello.yaml', {
    backend: behind,
    port,
    environment: PUBLISHED,
  });

  it.each(cases.filter(({ server }) => server === 'token-check'))('$name', (each) => tryCase(port, each));

  const about = { iss: url, aud: 'hello', htm: 'GET', htu: 'http://api.example.com/' };
  const withToken = (claims: object, key?: typeof resultKey): FieldLine => [
    'X-Attest-Token',
    tokenOf({ ...about, ...claims }, key),
  ];
  const [head = '', payload = '', signature = ''] = tokenOf(about).split('.');

  it('accepts tokens by both keys, and numbers of every length in their signatures', async () => {
    // A number begins with a zero byte once in 256: it is one byte shorter in DER.
    for (let at = 0; at < 300; at += 1) {
      const key = at % 2 === 0 ? resultKey : next;
      const { status } = await sendHttp1(behind, { target: '/', headers: [withToken({}, key)] });
      expect(status).toBe(200);
    }
  });

  it.each<[string, readonly FieldLine[]]>([
    ['nothing', []],
    ['identity fields', [['X-Attest-Outcome', 'accepted']]],
    ['a token by another key', [withToken({}, generateKeyPairSync('ec', { namedCurve: 'P-256' }))]],
    ['a token for another method', [withToken({ htm: 'POST' })]],
    ['a token for another path', [withToken({ htu: `${about.htu}x` })]],
    ['a token for another host', [withToken({ htu: 'http://www.example.com/' })]],
    ['a token for another API', [withToken({ aud: 'shapes' })]],
    ['a token for several APIs', [withToken({ aud: ['hello'] })]],
    ['a token by another gateway', [withToken({ iss: 'https://gateway.example.com' })]],
    ['a token that has expired', [withToken({ exp: 1 })]],
    ['a token of an open route', [withToken({ outcome: 'open' })]],
    ['a token of another body', [withToken({ content_digest: 'sha-256=:AAAA:' })]],
    ['a token without claims', [['X-Attest-Token', tokenOf({}).replace(/\..*\./, '.bnVsbA.')]]],
    ['a token of another kind', [['X-Attest-Token', tokenOf(about, resultKey, 'JWT')]]],
    ['two tokens', [withToken({}), withToken({})]],
    ['a token without a signature', [['X-Attest-Token', `${head}.${payload}.`]]],
    ['a short signature', [['X-Attest-Token', `${head}.${payload}.${signature.slice(4)}`]]],
    ['a signature of zeros', [['X-Attest-Token', `${head}.${payload}.${'A'.repeat(86)}`]]],
    [
      'the algorithm none',
      [['X-Attest-Token', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`]],
    ],
    ['a header that is not JSON', [['X-Attest-Token', `AAAA.${payload}.${signature}`]]],
    ['no token at all', [['X-Attest-Token', 'junk']]],
  ])('refuses a request that goes round the gateway with %s', async (_, headers) => {
    const { status, body } = await sendHttp1(behind, { target: '/', headers });
    expect([status, body]).toEqual([403, '{}']);
  });

  it('accepts nothing if its key files are not keys', async () => {
    const broken = await freePort();
    writeFileSync(`${folder}/broken.pub`, 'no key');
    await running('php', ['-S', `127.0.0.1:${broken}`, 'php/hello.php'], broken, {
      ATTEST_KEY_FILES: `${folder}/broken.pub`,
      ATTEST_ISSUER: url,
      ATTEST_AUDIENCE: 'hello',
    });
    const { body } = await sendHttp1(broken, { target: '/', headers: [withToken({})] });
    expect(body).not.toContain('Hello');
  });

  it('names its variables if one is missing', async () => {
    const without = await freePort();
    const { log } = await running('php', ['-S', `127.0.0.1:${without}`, 'php/hello.php'], without, {
      ATTEST_KEY_FILES: files.join(':'),
      ATTEST_ISSUER: url,
    });
    const { status, body } = await sendHttp1(without, { target: '/', headers: [withToken({})] });
    expect([status, body]).toEqual([500, '{}']);
    expect(log()).toContain('Set ATTEST_KEY_FILES, ATTEST_ISSUER and ATTEST_AUDIENCE');
  });

  it('tells its operator the reason', () => {
    expect(php.log()).toContain('refused: X-Attest-Token is about something else: htu');
    expect(php.log()).not.toMatch(/Warning|Deprecated|Fatal/);
  });
});
