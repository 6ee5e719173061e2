import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rawSignature } from '../../../src/approov/message-signing/signature-bytes.js';
import { accountKeys, installationKeys } from '../../../src/approov/message-signing/signing-keys.js';
import type { ApproovResult } from '../../../src/approov/index.js';
import { DID } from '../support/signed-request.js';
import { SECONDS } from '../support/tokens.js';

describe('the key of an installation', () => {
  const tokenWith = (installationKey: string | undefined) => ({ installationKey }) as ApproovResult;
  const spki = ({ publicKey }: { readonly publicKey: KeyObject }): Buffer =>
    publicKey.export({ format: 'der', type: 'spki' });
  const P256 = spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }));

  it('is imported once', () => {
    const { keyOf } = installationKeys();
    const key = keyOf(tokenWith(P256.toString('base64')));
    expect(key?.export({ format: 'der', type: 'spki' })).toEqual(P256);
    expect(keyOf(tokenWith(P256.toString('base64')))).toBe(key);
    const other = spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    expect(keyOf(tokenWith(other.toString('base64')))?.export({ format: 'der', type: 'spki' })).toEqual(
      other,
    );
  });

  it('may be written as base64url', () => {
    expect(installationKeys().keyOf(tokenWith(P256.toString('base64url')))).toBeDefined();
  });

  it.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['no text', ''],
    ['no base64', '%'],
    ['no key', 'AAAA'],
    ['a key on another curve', spki(generateKeyPairSync('ec', { namedCurve: 'P-384' })).toString('base64')],
    ['an RSA key', spki(generateKeyPairSync('rsa', { modulusLength: 2048 })).toString('base64')],
    ['an Ed25519 key', spki(generateKeyPairSync('ed25519')).toString('base64')],
  ])('is not read from %s', (_, text) => {
    expect(installationKeys().keyOf(tokenWith(text))).toBeUndefined();
  });
});

describe('the account’s key for a token', () => {
  const accountKeyBase64 = randomBytes(32).toString('base64');
  const { keyOf } = accountKeys({ accountKeyBase64, accountKey: 'per-token' }, undefined);
  const tokenWith = (deviceId: string | undefined, exp: unknown) =>
    ({ deviceId, claims: { exp } }) as unknown as ApproovResult;

  it('depends on its device and its expiry', () => {
    const keys = [
      tokenWith(DID, SECONDS),
      tokenWith(DID, SECONDS),
      tokenWith(DID, SECONDS + 1),
      tokenWith(randomBytes(16).toString('base64'), SECONDS),
    ].map((token) => keyOf(token)?.export().toString('hex'));
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });

  it.each<[string, string | undefined, unknown]>([
    ['a device', undefined, SECONDS],
    ['a device in base64', 'device', SECONDS],
    ['a whole expiry', DID, SECONDS + 0.5],
    ['an expiry that a number can say', DID, 2 ** 60],
  ])('needs %s', (_, deviceId, exp) => {
    expect(keyOf(tokenWith(deviceId, exp))).toBeUndefined();
  });
});

describe('the bytes of a signature', () => {
  const HIGH = Buffer.alloc(32, 0xff);
  const LOW = Buffer.alloc(32, 0x11);
  const element = (tag: number, ...content: readonly Buffer[]): Buffer => {
    const bytes = Buffer.concat(content);
    return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
  };
  const integer = (...bytes: readonly number[]) => element(2, Buffer.from(bytes));
  const sequence = (...elements: readonly Buffer[]) => element(0x30, ...elements);

  it('are those of a MAC, if it is whole', () => {
    expect(rawSignature('hmac-sha256', LOW)).toEqual(LOW);
    for (const length of [0, 31, 33, 64])
      expect(rawSignature('hmac-sha256', Buffer.alloc(length))).toBeUndefined();
  });

  it('are two numbers side by side', () => {
    expect(rawSignature('ecdsa-p256-sha256', Buffer.concat([HIGH, LOW]))).toEqual(Buffer.concat([HIGH, LOW]));
  });

  it('are the two numbers in DER, each as long as the curve asks', () => {
    const read = (...elements: readonly Buffer[]) => rawSignature('ecdsa-p256-sha256', sequence(...elements));
    expect(read(integer(0, ...HIGH), integer(...LOW))).toEqual(Buffer.concat([HIGH, LOW]));
    expect(read(integer(...LOW), integer(0, ...HIGH))).toEqual(Buffer.concat([LOW, HIGH]));
    expect(read(integer(5), integer(1, 2))).toEqual(
      Buffer.concat([Buffer.alloc(31), Buffer.from([5]), Buffer.alloc(30), Buffer.from([1, 2])]),
    );
  });

  it.each<[string, Buffer]>([
    ['one number', sequence(integer(1))],
    ['three', sequence(integer(1), integer(2), integer(3))],
    ['a first number that is too long', sequence(integer(1, ...LOW), integer(1))],
    ['a second number that is too long', sequence(integer(1), integer(1, ...LOW))],
    ['a number below zero', sequence(integer(0x80), integer(1))],
    ['a second number below zero', sequence(integer(1), integer(0x80))],
    ['a zero', sequence(integer(0), integer(1))],
    ['something else than a number', sequence(integer(1), element(5))],
    ['more behind', Buffer.concat([sequence(integer(1), integer(2)), Buffer.from([0])])],
    ['an empty sequence', sequence()],
    ['nothing', Buffer.alloc(0)],
    ['the numbers without a sequence', Buffer.concat([integer(...LOW), integer(...LOW)])],
    ['65 bytes', Buffer.alloc(65)],
  ])('are not read from %s', (_, bytes) => {
    expect(rawSignature('ecdsa-p256-sha256', bytes)).toBeUndefined();
  });
});
