import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyAttestation } from '../../src/key-attestation/index.js';
import { BoundedCache } from '../../src/kernel/bounded-cache.js';
import { isRequestSignature } from '../../src/key-attestation/signature.js';
import type { Enrolled, Signer } from '../../src/ports/enrollment.js';
import { integers, type Description } from './support/describe.js';
import { codeOf, enroll, options } from './support/enrolling.js';
import { LEAF_KEY, remoteDrafts, type Draft } from './support/forge.js';

describe('a request that the attested key has signed', () => {
  const evidence = keyAttestation(options());
  const line = Buffer.from('attestkit-request-v1\naudience\nPOST\n/pay\n\nchallenge');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

  const keyed = async (key: KeyObject, hardware: Description['hardware'] = {}): Promise<Enrolled> => {
    const [leaf, ...rest] = remoteDrafts({ hardware });
    return enroll(evidence, [{ ...(leaf as Draft), key }, ...rest]);
  };
  const verdict = (enrolled: Enrolled, signature: Buffer | string, data: Buffer = line): Promise<string> => {
    const proof = typeof signature === 'string' ? signature : signature.toString('base64');
    return codeOf(() => evidence.proof?.verify(enrolled as Signer, data, proof));
  };

  const cases: readonly (readonly [string, KeyObject, Description['hardware'], (data: Buffer) => Buffer])[] =
    [
      ['ecdsa-sha256', LEAF_KEY, {}, (data) => sign('sha256', data, LEAF_KEY)],
      ['ecdsa-sha512', LEAF_KEY, { 5: integers(6) }, (data) => sign('sha512', data, LEAF_KEY)],
      ['ecdsa-sha384', p384, { 5: integers(5, 6) }, (data) => sign('sha384', data, p384)],
      ['rsa-pkcs1-sha256', rsa, { 6: integers(3, 5) }, (data) => sign('sha256', data, rsa)],
      ['rsa-pss-sha256', rsa, { 6: integers(3) }, (data) => sign('sha256', data, { key: rsa, ...pss })],
      ['ed25519', ed25519, { 5: integers(0) }, (data) => sign(null, data, ed25519)],
    ];
  it.each(cases)('%s', async (algorithm, key, hardware, make) => {
    const enrolled = await keyed(key, hardware);
    expect(enrolled.facts['signatureAlgorithm']).toBe(algorithm);
    expect(enrolled.key?.algorithm).toBe(algorithm);
    const signature = make(line);
    expect(await verdict(enrolled, signature)).toBe('accepted');
    expect(await verdict(enrolled, signature.toString('base64url'))).toBe('accepted');
    // By a server that has not seen the key before.
    const fresh = keyAttestation(options());
    const proof = signature.toString('base64');
    expect(await codeOf(() => fresh.proof?.verify(enrolled as Signer, line, proof))).toBe('accepted');
    expect(evidence.proof?.verify(enrolled as Signer, line, signature.toString('base64'))).toBeUndefined();
    const invalid = 'REQUEST_SIGNATURE_INVALID';
    expect(await verdict(enrolled, signature, Buffer.concat([line, Buffer.of(10)]))).toBe(invalid);
    expect(await verdict(enrolled, signature.subarray(0, -1))).toBe(invalid);
    expect(await verdict(enrolled, make(Buffer.from('another line')))).toBe(invalid);
    expect(
      await verdict(
        enrolled,
        sign('sha256', line, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      ),
    ).toBe(invalid);
    // Whatever the other algorithms of the key are.
    if (key === rsa && algorithm === 'rsa-pkcs1-sha256')
      expect(await verdict(enrolled, sign('sha256', line, { key: rsa, ...pss }))).toBe(invalid);
    if (key === LEAF_KEY && algorithm === 'ecdsa-sha512')
      expect(await verdict(enrolled, sign('sha256', line, LEAF_KEY))).toBe(invalid);
  });

  it('is refused by an algorithm that is of another type of key', async () => {
    const [ofEc, ofRsa] = [await keyed(LEAF_KEY), await keyed(rsa, { 6: integers(5) })];
    const named = (enrolled: Enrolled, algorithm: string): Enrolled => ({
      ...enrolled,
      key: { ...(enrolled as Signer).key, algorithm },
    });
    const invalid = 'REQUEST_SIGNATURE_INVALID';
    expect(await verdict(named(ofEc, 'rsa-pkcs1-sha256'), sign('sha256', line, LEAF_KEY))).toBe(invalid);
    expect(await verdict(named(ofRsa, 'ecdsa-sha256'), sign('sha256', line, rsa))).toBe(invalid);
    // Without a name of a hash OpenSSL takes SHA-256.
    expect(await verdict(named(ofEc, 'ed25519'), sign('sha256', line, LEAF_KEY))).toBe(invalid);
  });

  it('is refused where the signature is none', async () => {
    const enrolled = await keyed(LEAF_KEY);
    for (const text of [
      '',
      '?',
      'AA=',
      'A'.repeat(1369),
      'A'.repeat(1372),
      `${sign('sha256', line, LEAF_KEY).toString('base64')} `,
    ])
      expect(await verdict(enrolled, text)).toBe('SIGNATURE_ENCODING_MALFORMED');
    expect(await verdict(enrolled, 'AAAA')).toBe('REQUEST_SIGNATURE_INVALID');
    expect(await verdict(enrolled, Buffer.alloc(1024))).toBe('REQUEST_SIGNATURE_INVALID');
  });

  it('is refused where the key is none of ours', async () => {
    const enrolled = await keyed(LEAF_KEY);
    const signature = sign('sha256', line, LEAF_KEY);
    const { key, ...keyless } = enrolled as Enrolled & Signer;
    for (const other of [
      { ...enrolled, kind: 'appAttest' },
      keyless,
      { ...enrolled, key: { ...key, algorithm: undefined as unknown as string } },
      { ...enrolled, key: { ...key, algorithm: 'hmac-sha256' } },
      { ...enrolled, key: { ...key, algorithm: ['ecdsa-sha256'] as unknown as string } },
    ])
      expect(await verdict(other, signature)).toBe('SIGNATURE_KEY_INVALID');
    const broken = { ...enrolled, key: { ...key, publicKey: 'AAAA' } };
    expect(await verdict(broken, signature)).toBe('REQUEST_SIGNATURE_INVALID');
  });

  it('has the key of it remembered, if it can be read', async () => {
    const { publicKey } = (await keyed(LEAF_KEY)).key as Signer['key'];
    const keys = new BoundedCache<KeyObject>(10);
    const isSigned = (text: string): boolean =>
      isRequestSignature(
        line,
        sign('sha256', line, LEAF_KEY),
        { publicKey: text, algorithm: 'ecdsa-sha256' },
        keys,
      );
    expect([isSigned(publicKey), isSigned('AAAA')]).toEqual([true, false]);
    expect(keys.get(publicKey)?.asymmetricKeyType).toBe('ec');
    expect(keys.get('AAAA')).toBeUndefined();
    expect(isSigned(publicKey)).toBe(true);
  });

  it('is asked for a challenge always', () => {
    expect(evidence.proof).toMatchObject({ parameter: 'signature', counted: false });
  });

  it.each([
    [
      'an RSA key of 1024 bits',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
      { 6: integers(5) },
    ],
    ['an RSA key without a padding', rsa, {}],
    ['a key for agreements', generateKeyPairSync('x25519').privateKey, {}],
    ['a key on a curve without a JWK', generateKeyPairSync('ec', { namedCurve: 'P-224' }).privateKey, {}],
  ] satisfies [string, KeyObject, Description['hardware']][])(
    'cannot be signed by %s, which is not enrolled',
    async (_name, key, hardware) => {
      expect(await codeOf(() => keyed(key, hardware))).toBe('KEY_ALGORITHM_DENIED');
    },
  );
});
