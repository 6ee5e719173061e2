import { createHash, createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import { encode } from 'cborg';
import { expect, it } from 'vitest';
import { assertionMistake } from '../../src/app-attest/assertion/assertion-mistakes.js';
import { isSignature } from '../../src/app-attest/assertion/assertion.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const CLIENT_DATA = Buffer.from('{"amount":1}');
/** Authenticator data, of which nothing is looked at here. */
const DATA = Buffer.alloc(37, 7);
const RIGHT = sha256(DATA, sha256(CLIENT_DATA));

const assertion = (nonce = RIGHT, signature = sign('sha256', nonce, privateKey)): Buffer =>
  Buffer.from(encode({ signature, authenticatorData: DATA }));

it('what cannot be verified is no signature', () => {
  const signature = sign('sha256', CLIENT_DATA, privateKey);
  expect(isSignature(signature, CLIENT_DATA, publicKey)).toBe(true);
  expect(isSignature(signature, CLIENT_DATA, createSecretKey(Buffer.alloc(32, 1)))).toBe(false);
  for (const other of [
    Buffer.of(),
    Buffer.of(0x30),
    signature.subarray(1),
    Buffer.concat([signature, Buffer.of(0)]),
  ])
    expect(isSignature(other, CLIENT_DATA, publicKey)).toBe(false);
});

it('an assertion has no usual mistake if it cannot be read, if nothing is known of what it signs, or if none fits', () => {
  const known = { clientData: CLIENT_DATA };
  const texts = { signature: 'x', authenticatorData: 'y' };
  for (const bytes of [[], 'text', {}, texts].map((value) => Buffer.from(encode(value))))
    expect(assertionMistake(bytes, publicKey, known, [])).toBeUndefined();
  expect(assertionMistake(Buffer.of(), publicKey, known, [])).toBeUndefined();
  expect(assertionMistake(assertion(), publicKey, {}, [])).toBeUndefined();
  expect(assertionMistake(assertion(RIGHT, Buffer.alloc(64, 1)), publicKey, known, [])).toBeUndefined();
  const own = [['another form of it', sha256(Buffer.of(1))]] as const;
  const signed = sha256(DATA, sha256(own[0][1]));
  expect(assertionMistake(assertion(signed), publicKey, known, own)).toBe('another form of it');
  expect(assertionMistake(assertion(signed), publicKey, known, [])).toBeUndefined();
});
