import { describe, expect, it } from 'vitest';
import { keyAttestation, verifyKeyAttestation } from 'attestkit/key-attestation';
import { ConfigurationError, type EnrollmentContext } from 'attestkit';
import { readCertificate } from '../../attestkit/src/kernel/asn1/x509.js';
import {
  KEY_ATTESTATION_DEFECTS,
  type AndroidKeyChoice,
  type KeyAttestationChainDefect,
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

const WANTED = { challenge: CHALLENGE, userAuthentication: true } as const;

/** Defects for which the attested key signs a certificate. */
const FORGERIES = ['extended-for-key', 'extended-with-fake-attestation', 'extended-twice'] as const;

describe('a key that is used as an authority', () => {
  it.each(
    (['p384', 'p521', 'rsa'] as const).flatMap((keyType) =>
      FORGERIES.map((defect) => [keyType, defect] as const),
    ),
  )('of %s with %s is refused with its code', (keyType, defect) => {
    const { certificateChain } = device().generateKey({ ...WANTED, keyType, digest: 'sha512' }, defect);
    const { code } = KEY_ATTESTATION_DEFECTS[defect];
    expect(judge(certificateChain, expectations(['allowAttestKeys']))).toBe(code);
    // The key signed it with the hash that it may sign with.
    const signed = certificateChain.at(defect === 'extended-twice' ? 1 : 0) as Uint8Array;
    const sha512 = keyType.startsWith('rsa') ? '1.2.840.113549.1.1.13' : '1.2.840.10045.4.3.4';
    expect(readCertificate(signed)?.algorithm).toBe(sha512);
  });

  it.each(['ed25519', 'ml-dsa-65'] as const)('cannot be of %s, which says so', (keyType) => {
    const phone = device({ attestationVersion: 500 });
    for (const defect of FORGERIES) {
      const make = () => phone.generateKey({ ...WANTED, keyType }, defect);
      expect(make).toThrow(ConfigurationError);
      expect(make).toThrow('defect');
    }
  });

  it.each(['p521', 'ed25519', 'ml-dsa-65'] as const)('of the app, on P-256, attests one of %s', (keyType) => {
    const phone = device({ attestationVersion: 500 });
    const { certificateChain } = phone.generateKey({ ...WANTED, keyType, attestKey: true });
    expect(judge(certificateChain, expectations())).toBe('accepted');
    const { attestKeyDescription } = verifyKeyAttestation(certificateChain, expectations());
    const says = { purpose: [7], algorithm: 3, keySize: 256, ecCurve: 1 };
    expect(attestKeyDescription?.hardwareEnforced).toMatchObject(says);
    expect(attestKeyDescription?.hardwareEnforced).not.toHaveProperty('mlDsaVariant');
  });
});

describe('a key of ML-DSA-65', () => {
  const phone = device({ attestationVersion: 500 });
  const key = phone.generateKey({ ...WANTED, keyType: 'ml-dsa-65' });

  it('is accepted, and has neither algorithm nor thumbprint', () => {
    expect(judge(key.certificateChain, expectations())).toBe('accepted');
    const found = verifyKeyAttestation(key.certificateChain, expectations());
    expect(found.key).toEqual({
      id: key.keyId,
      publicKey: key.publicKey,
      thumbprint: undefined,
      algorithm: undefined,
    });
    expect(found.facts).toMatchObject({ leafKey: '2.16.840.1.101.3.4.3.18', anomalies: [] });
    const { hardwareEnforced } = found.keyDescription;
    expect(hardwareEnforced).toMatchObject({ algorithm: 4, mlDsaVariant: 1, digest: [0] });
    for (const name of ['keySize', 'ecCurve', 'padding']) expect(hardwareEnforced).not.toHaveProperty(name);
  });

  it('is not enrolled for requests, and signs none', async () => {
    const evidence = keyAttestation({
      apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST] }],
      revocations: 'not-checked',
      roots: google.keyAttestationRoots,
    });
    const sent = key.certificateChain.map((each) => Buffer.from(each).toString('base64'));
    const context = { challenge: CHALLENGE, deviceId: 'phone', now: NOW } as EnrollmentContext;
    const enroll = async () => evidence.verify({ certificate_chain: sent }, context);
    await expect(enroll()).rejects.toMatchObject({ code: 'ERR_KEY_ATTESTATION_KEY_ALGORITHM_DENIED' });
    const request = { audience: 'https://api.example', method: 'GET', target: '/' };
    for (const sign of [
      () => key.sign('line'),
      () => key.sign('line', 'signature-of-stranger'),
      () => key.signRequest(request),
    ]) {
      expect(sign).toThrow(ConfigurationError);
      expect(sign).toThrow('keyType');
    }
  });

  it('is refused with each defect of a chain that it signs nothing for', () => {
    const defects = Object.entries(KEY_ATTESTATION_DEFECTS).filter(([name, { target, needs }]) => {
      const isForgery = FORGERIES.some((each) => each === name);
      return target === 'chain' && needs !== 'allowAttestKeys' && !isForgery;
    });
    expect(defects.length).toBeGreaterThan(60);
    for (const [defect, { code }] of defects) {
      const wanted = { ...WANTED, keyType: 'ml-dsa-65' } as const;
      const { certificateChain } = phone.generateKey(wanted, defect as KeyAttestationChainDefect);
      const found = judge(certificateChain, expectations(['allowAttestKeys']));
      expect([defect, found]).toEqual([defect, code]);
    }
  });
});

describe('a device', () => {
  it.each([
    ['keyType', 400, { keyType: 'ec' }],
    ['keyType', 400, { keyType: 'x25519' }],
    ['keyType', 400, { keyType: 'constructor' }],
    ['keyType', 100, { keyType: 'ed25519' }],
    ['keyType', 4, { keyType: 'ed25519' }],
    ['keyType', 400, { keyType: 'ml-dsa-65' }],
    ['digest', 400, { digest: 'sha1' }],
    ['digest', 400, { keyType: 'ed25519', digest: 'sha256' }],
    ['digest', 500, { keyType: 'ml-dsa-65', digest: 'sha512' }],
    ['padding', 400, { keyType: 'rsa', padding: 'oaep' }],
    ['padding', 400, { padding: 'pss' }],
    ['padding', 500, { keyType: 'ml-dsa-65', padding: 'pkcs1' }],
  ])('refuses for its %s, in version %i, a key of %j', (name, attestationVersion, choice) => {
    const phone = device({ attestationVersion });
    const make = () => phone.generateKey({ ...WANTED, ...(choice as AndroidKeyChoice) });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(name);
  });

  it.each([200, 300, 400, 500])('makes keys of Ed25519 in version %i', (attestationVersion) => {
    const key = device({ attestationVersion }).generateKey({ ...WANTED, keyType: 'ed25519' });
    expect(judge(key.certificateChain, expectations())).toBe('accepted');
  });
});
