import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { decryptJwe, type JweChecks } from '../../src/kernel/jose/jwe.js';
import { enforcing } from '../../src/kernel/sinks.js';
import type { CheckDef } from '../../src/ports/checks.js';
import { refusal } from '../approov/support/tokens.js';

const NAMES = ['size', 'compact', 'encoding', 'header', 'algorithm', 'encryption', 'compressed'] as const;
const MORE = ['critical', 'lengths', 'key', 'decrypts'] as const;
const define = (name: string): CheckDef => ({ name, code: name, stage: 'untrusted', says: name, spec: '' });
const DEFS = Object.fromEntries([...NAMES, ...MORE].map((name) => [name, define(name)])) as JweChecks;

const secret = randomBytes(32);
const recipient = { decryptionKey: createSecretKey(secret) };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

type Key = Parameters<CompactEncrypt['encrypt']>[0];
const made = (plaintext: Uint8Array, alg: string, enc: string, key: Key): Promise<string> =>
  new CompactEncrypt(plaintext).setProtectedHeader({ alg, enc }).encrypt(key);
const decrypt = (token: string) => decryptJwe(token, [recipient], DEFS, enforcing);

describe('a JWE', () => {
  it.each([0, 1, 15, 16, 17, 1000, 8192])('of %i bytes that jose made is decrypted', async (length) => {
    const plaintext = randomBytes(length);
    expect(decrypt(await made(plaintext, 'A256KW', 'A256GCM', secret)).plaintext).toEqual(plaintext);
  });

  it('is for the recipient whose key unwraps it', async () => {
    const others = [1, 2, 3].map(() => ({ decryptionKey: createSecretKey(randomBytes(32)) }));
    const token = await made(Buffer.of(1), 'A256KW', 'A256GCM', secret);
    const [first, ...rest] = others as [typeof recipient, ...(typeof recipient)[]];
    expect(decryptJwe(token, [first, recipient, ...rest], DEFS, enforcing).recipient).toBe(recipient);
    expect(refusal(() => decryptJwe(token, others, DEFS, enforcing)).code).toBe('key');
    expect(refusal(() => decryptJwe(token, [], DEFS, enforcing)).code).toBe('key');
  });

  it.each<readonly [string, Key]>([
    ['A128KW', secret.subarray(0, 16)],
    ['A192KW', secret.subarray(0, 24)],
    ['A256GCMKW', secret],
    ['dir', secret],
    ['PBES2-HS256+A128KW', secret],
    ['RSA-OAEP-256', rsa.publicKey],
    ['ECDH-ES', ec.publicKey],
    ['ECDH-ES+A256KW', ec.publicKey],
  ])('made with %s is refused, though jose knows the algorithm', async (alg, key) => {
    const token = await made(Buffer.of(1), alg, 'A256GCM', key);
    expect(refusal(() => decrypt(token)).code).toBe('algorithm');
  });

  it.each(['A128GCM', 'A192GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'])(
    'encrypted with %s is refused, though the key is right',
    async (enc) => {
      const token = await made(Buffer.of(1), 'A256KW', enc, secret);
      expect(refusal(() => decrypt(token)).code).toBe('encryption');
    },
  );

  it('has five parts, each in canonical base64url', async () => {
    const parts = (await made(Buffer.of(1), 'A256KW', 'A256GCM', secret)).split('.');
    const code = (...changed: readonly string[]) => refusal(() => decrypt(changed.join('.'))).code;
    for (const [at, part] of parts.entries()) {
      // One byte more than a multiple of three, so that four bits of the last character are unused.
      const loose = `${Buffer.alloc(31, 1).toString('base64url').slice(0, -1)}R`;
      for (const other of [`${part}=`, `${part}!`, ` ${part}`, loose])
        expect([at, code(...parts.with(at, other))]).toEqual([at, 'encoding']);
    }
    expect(code(...parts.slice(1))).toBe('compact');
    expect(code(...parts, '')).toBe('compact');
    expect(code('....')).toBe('header');
  });

  it.each([undefined, null, 7, ['a.b.c.d.e'], {}])('is text, not %j', (token) => {
    expect(refusal(() => decrypt(token as string)).code).toBe('compact');
  });

  it('keeps nothing of a text whose tag is wrong', async () => {
    const token = await made(Buffer.from('text'), 'A256KW', 'A256GCM', secret);
    const cut = token.slice(0, token.lastIndexOf('.'));
    expect(refusal(() => decrypt(`${cut}.${'A'.repeat(22)}`)).code).toBe('decrypts');
  });
});
