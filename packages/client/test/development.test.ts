import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { developmentAttester, type DevelopmentKey } from 'attestkit-client/development';
import { memoryStorage, type MemoryStorage } from 'attestkit-client/testing';
import { developmentAttester as acceptDevelopment } from 'attestkit/development';
import { privateKeyOf, publicKeyOf, signES256 } from '../src/attesters/development/ecdsa.js';
import { N } from '../src/attesters/development/p256.js';
import { clientOf } from './support/client.js';
import { clock, testServer, type TestServer } from './support/server.js';

const APP = 'com.example.app';
const newPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pair = newPair();
const privateKey = pair.privateKey.export({ format: 'jwk' }) as DevelopmentKey;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

function server() {
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const evidence = [acceptDevelopment({ publicKey, appIds: [APP], environment: 'development' })];
  return testServer({ evidence });
}

const attesterOf = (storage: MemoryStorage, more: object = {}) =>
  developmentAttester({ privateKey, appId: APP, storage, ...more });
const keysIn = ({ values }: MemoryStorage): readonly string[] =>
  [...values.keys()].filter((name) => name.startsWith('attestkit-development-'));
const PAY = { method: 'POST', body: '{"to":"bob"}', signed: true } as const;

/** The thumbprint of the key with which a new start of the app signs a request. */
async function usedKey(real: TestServer, storage: MemoryStorage): Promise<string> {
  const { client } = clientOf(real, attesterOf(storage), { storage });
  const response = await client.fetch('/transfers', PAY);
  expect(response.status).toBe(200);
  return ((await response.json()) as { key: string }).key;
}

describe('a simulator with the whole client', () => {
  it('enrolls, gets a session that says so, and signs requests', async () => {
    const real = server();
    const storage = memoryStorage();
    const { client, steps } = clientOf(real, attesterOf(storage), { storage });
    expect((await client.fetch('/balance')).status).toBe(200);
    expect(steps()).toEqual(['begin ok done']);
    const signed = await client.fetch('/transfers', PAY);
    expect(await signed.json()).toMatchObject({ body: PAY.body, key: expect.any(String) });
    expect((await client.fetch('/limits', PAY)).status).toBe(200);
    expect(real.events).toContainEqual(
      expect.objectContaining({ type: 'device', change: 'enrolled', evidence: 'development' }),
    );
  });

  it('keeps its key over a restart with the same storage', async () => {
    const real = server();
    const storage = memoryStorage();
    const first = await usedKey(real, storage);
    expect(await usedKey(real, storage)).toBe(first);
    expect(keysIn(storage)).toHaveLength(1);
    expect(real.seen.filter((path) => path.endsWith('/attest'))).toHaveLength(1);
  });

  it.each([
    ['gone', undefined],
    ['damaged', 'x'],
    ['zero', Buffer.alloc(32).toString('base64url')],
  ])('makes another key if its key is %s', async (_, value) => {
    const real = server();
    const storage = memoryStorage();
    const first = await usedKey(real, storage);
    const [name = ''] = keysIn(storage);
    if (value === undefined) storage.values.delete(name);
    else storage.values.set(name, value);
    expect(await usedKey(real, storage)).not.toBe(first);
    const attests = real.seen.length;
    expect(await usedKey(real, storage)).toEqual(expect.any(String));
    expect(real.seen.slice(attests).filter((path) => path.endsWith('/attest'))).toEqual([]);
  });

  it('is refused with another development key', async () => {
    const storage = memoryStorage();
    const other = newPair().privateKey.export({ format: 'jwk' }) as DevelopmentKey;
    const { client } = clientOf(server(), attesterOf(storage, { privateKey: other }), { storage });
    await expect(client.fetch('/balance')).rejects.toMatchObject({ type: 'refused' });
  });
});

describe('the attester', () => {
  const over = { challenge: 'abc', deviceId: 'phone-1', requestHash: 'hash' };

  it('writes the claims, and no private member', async () => {
    const attester = attesterOf(memoryStorage(), { privateKey: { ...privateKey, kid: 'k1' } });
    const name = await attester.createKey();
    const { development } = await attester.attest(name, over);
    const [head = '', payload = '', signature = ''] = String(development).split('.');
    const read = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());
    expect(read(head)).toEqual({ alg: 'ES256', typ: 'attestkit-development+jwt', kid: 'k1' });
    expect(read(payload)).toEqual({
      app_id: APP,
      challenge: 'abc',
      request_hash: 'hash',
      cnf: { jwk: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) } },
      exp: expect.any(Number),
    });
    const key = { key: pair.publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const signed = Buffer.from(`${head}.${payload}`);
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('removes a key, which then is lost', async () => {
    const storage = memoryStorage();
    const attester = attesterOf(storage);
    const name = await attester.createKey();
    await attester.deleteKey?.(name);
    expect(storage.values.size).toBe(0);
    for (const use of [attester.keyId(name), attester.sign(name, ''), attester.attest(name, over)])
      await expect(use).rejects.toMatchObject({ name: 'AttesterError', problem: 'keyLost' });
  });

  it('does not take a storage that cannot be read now for a lost key', async () => {
    const storage = { ...memoryStorage(), get: () => Promise.reject(new Error('locked')) };
    await expect(attesterOf(storage).sign('name', '')).rejects.toMatchObject({ problem: 'tryLater' });
  });

  it.each([
    ['a public key', { privateKey: pair.publicKey.export({ format: 'jwk' }) }],
    ['a key on another curve', { privateKey: { ...privateKey, crv: 'P-384' } }],
    ['a short key', { privateKey: { ...privateKey, d: 'AAAA' } }],
    ['a key of zero', { privateKey: { ...privateKey, d: 'A'.repeat(43) } }],
    ['no key', { privateKey: undefined }],
    ['no app', { appId: '' }],
  ])('cannot be made with %s', (_, more) => {
    expect(() => attesterOf(memoryStorage(), more)).toThrow(
      expect.objectContaining({ name: 'AttesterError', problem: 'misconfigured' }),
    );
  });

  it('takes another source of random bytes, and no bytes that are not a key', async () => {
    vi.stubGlobal('crypto', undefined);
    expect(() => attesterOf(memoryStorage())).toThrow(/expo-crypto/);
    const given = attesterOf(memoryStorage(), { random: (length: number) => randomBytes(length) });
    expect(await given.createKey()).toMatch(/^attestkit-development-[\w-]{22}$/);
    const empty = attesterOf(memoryStorage(), { random: (length: number) => new Uint8Array(length) });
    await expect(empty.createKey()).rejects.toMatchObject({ problem: 'tryLater' });
  });
});

describe('a release build', () => {
  const refused = expect.objectContaining({ name: 'AttesterError', problem: 'misconfigured' });

  it('refuses it, by React Native’s flag or by NODE_ENV', () => {
    vi.stubGlobal('__DEV__', false);
    expect(() => attesterOf(memoryStorage())).toThrow(refused);
    vi.stubGlobal('__DEV__', true);
    expect(attesterOf(memoryStorage()).proof).toBe('signature');
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => attesterOf(memoryStorage())).toThrow(refused);
  });

  it('is not one where there is no process', () => {
    vi.stubGlobal('process', undefined);
    const { proof } = attesterOf(memoryStorage());
    vi.unstubAllGlobals();
    expect(proof).toBe('signature');
  });
});

describe('ECDSA', () => {
  const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
  const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
  const keyOf = (bytes: Uint8Array): bigint => privateKeyOf(bytes) as bigint;

  // RFC 6979 appendix A.2.5.
  const RFC = keyOf(bytesOf('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721'));

  it('has the public key of RFC 6979', () => {
    expect(toHex(publicKeyOf(RFC))).toBe(
      '60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6' +
        '7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299',
    );
  });

  it.each([
    [
      'sample',
      'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716' +
        'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    ],
    [
      'test',
      'F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367' +
        '019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083',
    ],
  ])('signs %j as RFC 6979 does', (text, signature) => {
    expect(toHex(signES256(Buffer.from(text), RFC))).toBe(signature);
  });

  it('agrees with OpenSSL on keys and signatures, both ways', () => {
    for (let round = 0; round < 20; round += 1) {
      const made = newPair();
      const { d = '', x = '', y = '' } = made.privateKey.export({ format: 'jwk' });
      const key = keyOf(Buffer.from(d, 'base64url'));
      const point = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
      expect(toHex(publicKeyOf(key))).toBe(toHex(point));
      const text = randomBytes(round * 7);
      const theirs = { key: made.publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify('sha256', text, theirs, signES256(text, key))).toBe(true);
      expect(verify('sha256', randomBytes(9), theirs, signES256(text, key))).toBe(false);
    }
  });

  it.each([1n, 2n, 3n, N - 1n, N - 2n, 1n << 255n])('agrees on the key %d', (number) => {
    const d = bytesOf(number.toString(16).padStart(64, '0'));
    const point = Buffer.from(publicKeyOf(keyOf(d)));
    const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((each) => each.toString('base64url'));
    const jwk = { kty: 'EC', crv: 'P-256', x, y };
    const pub = createPublicKey({ key: jwk as never, format: 'jwk' });
    const secret = createPrivateKey({
      key: { ...jwk, d: Buffer.from(d).toString('base64url') } as never,
      format: 'jwk',
    });
    expect(createPublicKey(secret).equals(pub)).toBe(true);
    const theirs = sign('sha256', Buffer.from('x'), secret);
    expect(verify('sha256', Buffer.from('x'), pub, theirs)).toBe(true);
    const ours = signES256(Buffer.from('x'), keyOf(d));
    expect(verify('sha256', Buffer.from('x'), { key: pub, dsaEncoding: 'ieee-p1363' }, ours)).toBe(true);
  });

  it('takes no private key of zero, of the order, or of another length', () => {
    const of = (hex: string): bigint | undefined => privateKeyOf(bytesOf(hex));
    expect(of('00'.repeat(32))).toBeUndefined();
    expect(of(N.toString(16))).toBeUndefined();
    expect(of((N - 1n).toString(16))).toBe(N - 1n);
    expect(of('01'.repeat(31))).toBeUndefined();
    expect(of('01'.repeat(33))).toBeUndefined();
  });
});

it('runs by the clock of this machine, as the server does', () => {
  expect(Math.abs(clock.now - Date.now())).toBeLessThan(60_000);
});
