import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  readRevocationList,
  verifyKeyAttestation,
  type KeyAttestationExpectations,
} from '../../src/key-attestation/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { createVirtualGoogle, type AndroidOptions } from '../../src/testing/index.js';
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

const plain = { challenge: CHALLENGE };
const NOTHING = [
  'allowAttestKeys',
  'revocations',
  'minimumVersionCode',
  'minimumOs',
  'minimumPatchLevel',
  'minimumVendorPatchLevel',
  'minimumBootPatchLevel',
  'maxCertificatesIssued',
  'purposes',
  'userAuthentication',
  'maxKeyAgeSeconds',
] as const;
const lenient = expectations(NOTHING);

describe('a virtual Android device', () => {
  it.each([2, 3, 4, 100, 200, 300, 400, 500])('of version %i is accepted, and says so', (version) => {
    const { certificateChain } = device({ attestationVersion: version }).generateKey(plain);
    const { keyDescription } = verifyKeyAttestation(certificateChain, lenient);
    expect(keyDescription.attestationVersion).toBe(version);
    const { rootOfTrust, vendorPatchLevel } = keyDescription.hardwareEnforced;
    expect(rootOfTrust?.verifiedBootHash === undefined).toBe(version < 3);
    expect(vendorPatchLevel === undefined).toBe(version < 3);
    expect(keyDescription.softwareEnforced.moduleHash === undefined).toBe(version < 400);
  });

  it('of version 1 does not know whose the key is', () => {
    const { certificateChain } = device({ attestationVersion: 1 }).generateKey(plain);
    expect(judge(certificateChain, lenient)).toBe('ERR_KEY_ATTESTATION_PACKAGE_MISMATCH');
  });

  it('says what it was told', () => {
    const { certificateChain, publicKey, keyId } = device({
      versionCode: 7,
      securityLevel: 'strongbox',
      certificatesIssued: 3,
      osVersion: '8.1.0',
      patchLevel: '2026-03',
      vendorPatchLevel: '2026-02-01',
      bootPatchLevel: '2026-01-05',
      bootState: 'SELF_SIGNED',
      verifiedBootKey: Buffer.alloc(32, 7),
    }).generateKey(plain);
    const verifiedBootKeys = ['07'.repeat(32)];
    expect(verifyKeyAttestation(certificateChain, { ...lenient, verifiedBootKeys })).toMatchObject({
      appId: PACKAGE,
      virtual: true,
      provisioning: 'remote',
      provisioningInfo: { certificatesIssued: 3, manufacturer: 'Google' },
      key: { id: keyId, publicKey, algorithm: 'ecdsa-sha256' },
      keyDescription: {
        attestationSecurityLevel: 'STRONG_BOX',
        softwareEnforced: {
          creationDateTime: NOW,
          attestationApplicationId: { packages: [{ name: PACKAGE, version: 7 }] },
        },
        hardwareEnforced: {
          osVersion: 80_100,
          osPatchLevel: 202_603,
          vendorPatchLevel: 20_260_201,
          bootPatchLevel: 20_260_105,
        },
      },
    });
  });

  it.each([
    [{ locked: false }, {}, 'DEVICE_UNLOCKED_DENIED'],
    [{ bootState: 'SELF_SIGNED' }, {}, 'BOOT_STATE_DENIED'],
    [{ bootState: 'UNVERIFIED' }, {}, 'BOOT_STATE_DENIED'],
    [{ securityLevel: 'tee' }, { securityLevel: 'strong-box' }, 'SECURITY_LEVEL_DENIED'],
    [{ provisioning: 'factory' }, { provisioning: 'remote' }, 'PROVISIONING_DENIED'],
    [{ certificatesIssued: 50 }, { maxCertificatesIssued: 10 }, 'CERTIFICATES_ISSUED_DENIED'],
    [{ osVersion: '12' }, { minimumOs: '13' }, 'OS_VERSION_DENIED'],
    [{ packageName: 'com.example.other' }, {}, 'PACKAGE_MISMATCH'],
    [{ signingDigests: [DIGEST, Buffer.alloc(32)] }, {}, 'DIGEST_MISMATCH'],
    [{ now: () => NOW - 90 * 86_400_000 }, {}, 'EXPIRED'],
  ] satisfies [Partial<AndroidOptions>, Partial<KeyAttestationExpectations>, string][])(
    'with %j under %j: %s',
    (options, more, code) => {
      const { certificateChain } = device(options).generateKey(plain);
      const expected: KeyAttestationExpectations = { ...lenient, ...(more as object) };
      expect(judge(certificateChain, expected)).toBe(`ERR_KEY_ATTESTATION_${code}`);
    },
  );

  it('of a factory is accepted when its certificates have expired, under no other root', () => {
    const { certificateChain } = device({ provisioning: 'factory' }).generateKey(plain);
    const later = { ...lenient, now: NOW + 12 * 365 * 86_400_000 };
    expect(judge(certificateChain, later)).toBe('accepted');
    const { keyAttestationRoots: roots } = createVirtualGoogle();
    expect(judge(certificateChain, { ...later, roots })).toBe('ERR_KEY_ATTESTATION_ROOT_UNKNOWN');
    const { roots: _, ...googles } = later;
    expect(judge(certificateChain, googles)).toBe('ERR_KEY_ATTESTATION_ROOT_UNKNOWN');
  });

  it('is refused once its certificate is revoked', () => {
    const { certificateChain } = device().generateKey(plain);
    const [attester = ''] = verifyKeyAttestation(certificateChain, lenient).revocableSerials;
    const revocations = () =>
      readRevocationList(JSON.parse(google.revocationList())) ?? ('not-checked' as const);
    expect(judge(certificateChain, { ...lenient, revocations: revocations() })).toBe('accepted');
    google.revoke(attester);
    const after = { ...lenient, revocations: revocations() };
    expect(judge(certificateChain, after)).toBe('ERR_KEY_ATTESTATION_REVOKED');
  });

  it('has certificates that OpenSSL reads and verifies, link by link', () => {
    const chains = [{}, { provisioning: 'factory' } as const].map((options) =>
      device(options)
        .generateKey(plain)
        .certificateChain.map((each) => new X509Certificate(each)),
    );
    for (const chain of chains)
      for (const [index, each] of chain.entries())
        expect(each.verify((chain[index + 1] ?? each).publicKey)).toBe(true);
  });

  it.each([
    ['packageName', { packageName: '' }],
    ['signingDigests', { signingDigests: [] }],
    ['signingDigests', { signingDigests: ['ab'] }],
    ['attestationVersion', { attestationVersion: 5 }],
    ['securityLevel', { securityLevel: 'software' }],
    ['provisioning', { provisioning: 'remote' }],
    ['root', { provisioning: 'factory', root: 'p384' }],
    ['bootState', { bootState: 'GREEN' }],
    ['osVersion', { osVersion: 'Tiramisu' }],
    ['patchLevel', { patchLevel: '202605' }],
    ['vendorPatchLevel', { vendorPatchLevel: '2026-05' }],
    ['versionCode', { versionCode: -1 }],
    ['certificatesIssued', { certificatesIssued: 1.5 }],
    ['os', { os: '13' }],
  ])('is refused for its %s: %j', (name, options) => {
    const make = () => device(options as Partial<AndroidOptions>);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(name);
  });

  it.each([[{}], [{ challenge: 'x', keyType: 'rsa-1024' }], [{ challenge: 'x', alias: 'key' }]])(
    'makes no key of %j',
    (options) => {
      expect(() => device().generateKey(options as never)).toThrow(ConfigurationError);
    },
  );
});

describe('a signature of the key', () => {
  it('of a request stands in both header values, over its six lines', () => {
    const key = device().generateKey(plain);
    const request = {
      audience: 'https://api.example',
      method: 'POST',
      target: '/pay',
      body: '{}',
      challenge: 'c1',
    };
    const { authorization, xAppAttest, signed } = key.signRequest(request);
    const digest = 'RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o';
    expect(Buffer.from(signed).toString()).toBe(
      `attestkit-request-v1\nhttps://api.example\nPOST\n/pay\n${digest}\nc1`,
    );
    const signature = /signature=([\w-]+); challenge=c1$/.exec(xAppAttest)?.[1] ?? '';
    expect(authorization).toBe(`Attest v=1, key_id="${key.keyId}", signature="${signature}", challenge="c1"`);
    const publicKey = createPublicKey({ key: Buffer.from(key.publicKey), format: 'der', type: 'spki' });
    expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });
});
