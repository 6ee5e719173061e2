import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyAttestation } from '../../src/key-attestation/index.js';
import { keyIdOf, readPublicKey } from '../../src/key-attestation/attested-key.js';
import { bits, integer, NULL, octets, oid, sequence } from '../../../testing/src/encode/der.js';
import { integers } from './support/describe.js';
import { codeOf, enroll, options } from './support/enrolling.js';
import { LEAF_KEY, remoteDrafts, type Draft } from './support/forge.js';

const EC = oid('1.2.840.10045.2.1');
const P256 = oid('1.2.840.10045.3.1.7');
const RSA = oid('1.2.840.113549.1.1.1');
const ED25519 = oid('1.3.101.112');

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const modulus = Buffer.from(rsa.n ?? '', 'base64url');
const number = (hex: string): Buffer =>
  Buffer.concat([Buffer.of(2, hex.length / 2), Buffer.from(hex, 'hex')]);
const modulusInteger = integer(BigInt(`0x${modulus.toString('hex')}`));
const EXPONENT = number('010001');
const point = Buffer.alloc(65, 7).fill(4, 0, 1);

const ofRsa = (key: Buffer, ...parameters: Uint8Array[]): Buffer =>
  sequence(sequence(RSA, ...parameters), bits(key));

describe('a public key', () => {
  it.each([
    ['rsa', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ec', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['ed25519', generateKeyPairSync('ed25519')],
  ] as const)('of %s has the thumbprint of its JWK', (_, { publicKey }) => {
    const { kty, n, e, crv, x, y } = publicKey.export({ format: 'jwk' });
    const members = kty === 'RSA' ? { e, kty, n } : kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x };
    const wanted = createHash('sha256').update(JSON.stringify(members)).digest('base64url');
    expect(readPublicKey(publicKey.export({ format: 'der', type: 'spki' }))?.thumbprint?.()).toBe(wanted);
  });

  it.each([
    ['the point of a P-256 key', generateKeyPairSync('ec', { namedCurve: 'P-256' }), 65],
    ['all octets of a P-384 key', generateKeyPairSync('ec', { namedCurve: 'P-384' }), Infinity],
    ['all octets of an RSA key', generateKeyPairSync('rsa', { modulusLength: 2048 }), Infinity],
    ['all octets of an Ed25519 key', generateKeyPairSync('ed25519'), Infinity],
  ] as const)('is named by %s', (_, { publicKey }, length) => {
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    const id = createHash('sha256').update(spki.subarray(-length)).digest('base64url');
    expect(keyIdOf(readPublicKey(spki), spki)).toBe(id);
  });

  it('is named by all its octets if it cannot be read', () => {
    const spki = sequence(sequence(EC, P256, NULL), bits(point));
    const id = createHash('sha256').update(spki).digest('base64url');
    expect(keyIdOf(readPublicKey(spki), spki)).toBe(id);
  });

  const second: readonly (readonly [string, Uint8Array])[] = [
    ['parameters beside the curve', sequence(sequence(EC, P256, NULL), bits(point))],
    ['no curve', sequence(sequence(EC), bits(point))],
    ['a curve in numbers instead of by its name', sequence(sequence(EC, sequence()), bits(point))],
    ['a point that is compressed', sequence(sequence(EC, P256), bits(Buffer.alloc(33, 2)))],
    ['a member after the key', sequence(sequence(EC, P256), bits(point), NULL)],
    ['RSA without NULL', ofRsa(sequence(modulusInteger, EXPONENT))],
    ['RSA with other parameters', ofRsa(sequence(modulusInteger, EXPONENT), octets(''))],
    ['RSA with parameters twice', ofRsa(sequence(modulusInteger, EXPONENT), NULL, NULL)],
    ['numbers of RSA without a sequence around them', ofRsa(modulusInteger, NULL)],
    ['a third number of RSA', ofRsa(sequence(modulusInteger, EXPONENT, EXPONENT), NULL)],
    [
      'a modulus that is negative',
      ofRsa(sequence(Buffer.concat([Buffer.from('02820100', 'hex'), modulus]), EXPONENT), NULL),
    ],
    ['an exponent of one', ofRsa(sequence(modulusInteger, number('01')), NULL)],
    ['an even exponent', ofRsa(sequence(modulusInteger, number('010000')), NULL)],
    ['an exponent of zero', ofRsa(sequence(modulusInteger, number('00')), NULL)],
    ['an exponent with a zero before it', ofRsa(sequence(modulusInteger, number('00010001')), NULL)],
    ['Ed25519 with parameters', sequence(sequence(ED25519, NULL), bits(Buffer.alloc(32)))],
    ['Ed25519 of three octets', sequence(sequence(ED25519), bits(Buffer.alloc(3)))],
  ];
  it.each(second)('has no second encoding: %s', (_name, spki) => {
    expect(readPublicKey(spki)).toBeUndefined();
  });
});

describe('does not enroll a key', () => {
  const evidence = keyAttestation(options());
  const enrolling = (change: Partial<Draft>, hardware = {}): Promise<string> => {
    const [leaf, ...rest] = remoteDrafts({ hardware }) as [Draft, ...Draft[]];
    return codeOf(() => enroll(evidence, [{ ...leaf, ...change }, ...rest]));
  };
  const rsaPadded = { 6: integers(5) };

  it('that can be used', async () => {
    expect(await enrolling({ key: LEAF_KEY })).toBe('accepted');
    expect(await enrolling({ publicKey: ofRsa(sequence(modulusInteger, EXPONENT), NULL) }, rsaPadded)).toBe(
      'accepted',
    );
  });

  it.each([
    ['off its curve', sequence(sequence(EC, P256), bits(point)), {}],
    ['in a second encoding', sequence(sequence(EC, P256, NULL), bits(point)), {}],
    ['of RSA-8192', ofRsa(sequence(integer(2n ** 8191n + 1n), EXPONENT), NULL), rsaPadded],
    ['of RSA-1024', ofRsa(sequence(integer(2n ** 1023n + 1n), EXPONENT), NULL), rsaPadded],
    ['of another curve', sequence(sequence(EC, oid('1.3.132.0.33')), bits(Buffer.alloc(57, 4))), {}],
  ])('%s', async (_name, publicKey, hardware) => {
    expect(await enrolling({ publicKey }, hardware)).toBe('KEY_ALGORITHM_DENIED');
  });
});
