import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyAttestation, verifyKeyAttestation, type SignatureAlgorithm } from 'attestkit/key-attestation';
import { AttestationError, type Enrolled, type EnrollmentContext } from 'attestkit';
import type { Signer } from '../../attestkit/src/ports/enrollment.js';
import {
  KEY_ATTESTATION_DEFECTS,
  type AndroidKeyChoice,
  type KeyAttestationSignatureDefect,
  type VirtualAndroidKey,
} from '../src/android/index.js';
import {
  CHALLENGE,
  device,
  DIGEST,
  expectations,
  google,
  judge,
  NOW,
  PACKAGE,
} from './support/virtual-android-verdicts.js';

const ALGORITHMS = [
  'ecdsa-sha256',
  'ecdsa-sha384',
  'ecdsa-sha512',
  'rsa-pkcs1-sha256',
  'rsa-pkcs1-sha384',
  'rsa-pkcs1-sha512',
  'rsa-pss-sha256',
  'rsa-pss-sha384',
  'rsa-pss-sha512',
  'ed25519',
] as const satisfies readonly SignatureAlgorithm[];

/** The others that a key of its type could sign by; Ed25519 is held to all. */
function othersOf(algorithm: SignatureAlgorithm): readonly SignatureAlgorithm[] {
  const [family = ''] = algorithm.split('-');
  return ALGORITHMS.filter((each) => each !== algorithm && (family === 'ed25519' || each.startsWith(family)));
}

type Kind = readonly [choice: AndroidKeyChoice, leaf: string, algorithm: SignatureAlgorithm, says: object];

const ec = (keySize: number, ecCurve: number, digest: number) => ({
  algorithm: 3,
  keySize,
  ecCurve,
  digest: [digest],
});
const rsa = (keySize: number, padding: number, digest: number) => ({
  algorithm: 1,
  keySize,
  rsaPublicExponent: 65_537,
  padding: [padding],
  digest: [digest],
});

const KINDS: readonly Kind[] = [
  [{}, 'ec:prime256v1', 'ecdsa-sha256', ec(256, 1, 4)],
  [{ keyType: 'p256', digest: 'sha512' }, 'ec:prime256v1', 'ecdsa-sha512', ec(256, 1, 6)],
  [{ keyType: 'p384' }, 'ec:secp384r1', 'ecdsa-sha256', ec(384, 2, 4)],
  [{ keyType: 'p384', digest: 'sha384' }, 'ec:secp384r1', 'ecdsa-sha384', ec(384, 2, 5)],
  [{ keyType: 'p521', digest: 'sha512' }, 'ec:secp521r1', 'ecdsa-sha512', ec(521, 3, 6)],
  [{ keyType: 'rsa' }, 'rsa:2048', 'rsa-pkcs1-sha256', rsa(2048, 5, 4)],
  [{ keyType: 'rsa', padding: 'pss' }, 'rsa:2048', 'rsa-pss-sha256', rsa(2048, 3, 4)],
  [{ keyType: 'rsa', padding: 'pss', digest: 'sha512' }, 'rsa:2048', 'rsa-pss-sha512', rsa(2048, 3, 6)],
  [{ keyType: 'rsa-4096', digest: 'sha384' }, 'rsa:4096', 'rsa-pkcs1-sha384', rsa(4096, 5, 5)],
  [{ keyType: 'rsa-4096', padding: 'pss' }, 'rsa:4096', 'rsa-pss-sha256', rsa(4096, 3, 4)],
  [{ keyType: 'ed25519' }, 'ed25519', 'ed25519', ec(256, 4, 0)],
];

const WANTED = { challenge: CHALLENGE, userAuthentication: true } as const;
const evidence = keyAttestation({
  apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST] }],
  revocations: 'not-checked',
  roots: google.keyAttestationRoots,
});
const context = { challenge: CHALLENGE, deviceId: 'phone', now: NOW } as EnrollmentContext;
const enroll = async ({ certificateChain }: VirtualAndroidKey): Promise<Enrolled> => {
  const sent = certificateChain.map((each) => Buffer.from(each).toString('base64'));
  return evidence.verify({ certificate_chain: sent }, context);
};
const verdict = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return 'accepted';
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
};
const INVALID = 'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID';
const SIGNATURE_DEFECTS = Object.entries(KEY_ATTESTATION_DEFECTS).filter(
  ([, { target }]) => target === 'signature',
);

describe.each(KINDS)('a key of %j', (choice, leaf, algorithm, says) => {
  const made = device().generateKey({ ...WANTED, ...choice });
  const judged = (enrolled: Enrolled, data: Uint8Array, signature: Uint8Array | string) =>
    verdict(() => {
      const text = typeof signature === 'string' ? signature : Buffer.from(signature).toString('base64');
      return evidence.proof?.verify(enrolled as Signer, data, text);
    });

  it('is accepted under every demand, and said to be what it is', () => {
    expect(judge(made.certificateChain, expectations())).toBe('accepted');
    const { key, facts, keyDescription } = verifyKeyAttestation(made.certificateChain, expectations());
    expect(key).toMatchObject({ id: made.keyId, publicKey: made.publicKey, algorithm });
    expect(facts).toMatchObject({ leafKey: leaf, anomalies: [] });
    expect(keyDescription.hardwareEnforced).toMatchObject(says);
    const { publicKey } = new X509Certificate(made.certificateChain[0] as Uint8Array);
    expect(publicKey.export({ type: 'spki', format: 'der' })).toEqual(Buffer.from(made.publicKey));
  });

  it('signs a request that is accepted, for what was signed alone', async () => {
    const enrolled = await enroll(made);
    const request = { audience: 'https://api.example', method: 'POST', target: '/pay', challenge: 'c1' };
    const { xAppAttest, signed } = made.signRequest(request);
    const signature = /signature=([\w-]+);/.exec(xAppAttest)?.[1] ?? '';
    expect(await judged(enrolled, signed, signature)).toBe('accepted');
    expect(await judged(enrolled, Buffer.concat([signed, Buffer.of(10)]), signature)).toBe(INVALID);
  });

  it('signs by its own algorithm, and by no other', async () => {
    const enrolled = await enroll(made);
    expect(enrolled.facts['signatureAlgorithm']).toBe(algorithm);
    expect(enrolled.key?.algorithm).toBe(algorithm);
    const line = Buffer.from('line');
    const signature = made.sign('line');
    for (const named of othersOf(algorithm)) {
      const other = { ...enrolled, key: { ...(enrolled as Signer).key, algorithm: named } };
      const found = await judged(other, line, signature);
      expect([named, found]).toEqual([named, INVALID]);
    }
    expect(await judged(enrolled, line, signature)).toBe('accepted');
  });

  it('is refused with each defect of a signature', async () => {
    const enrolled = await enroll(made);
    expect(SIGNATURE_DEFECTS.length).toBeGreaterThan(3);
    for (const [defect, { code }] of SIGNATURE_DEFECTS) {
      const signature = made.sign('line', defect as KeyAttestationSignatureDefect);
      expect([defect, await judged(enrolled, Buffer.from('line'), signature)]).toEqual([defect, code]);
    }
  });
});
