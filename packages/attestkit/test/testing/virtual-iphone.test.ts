import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  verifyAppAttestAssertion,
  verifyAppAttestAttestation,
  type AttestationExpectations,
} from '../../src/app-attest/index.js';
import { readAuthenticatorData } from '../../src/app-attest/authenticator-data.js';
import { readCbor, type CborMap } from '../../src/kernel/bytes/cbor.js';
import {
  createVirtualApple,
  type AssertOptions,
  type AttestOptions,
  type IPhoneOptions,
  type VirtualAppleOptions,
} from '../../src/testing/index.js';
import { refusal } from '../approov/support/tokens.js';
import { partsOf } from './support/virtual-shapes.js';

const NOW = Date.parse('2026-11-20T12:00:00.120Z');
const DAY = 86_400_000;
const APP_ID = 'TEAMID1234.com.example.app';
const CHALLENGE = 'a challenge that was issued';
const apple = createVirtualApple({ now: () => NOW });

function attest(options: Partial<IPhoneOptions>, expected: Partial<AttestationExpectations> = {}) {
  const key = apple.createIPhone({ appId: APP_ID, ...options }).generateKey();
  return verifyAppAttestAttestation(key.attest({ challenge: CHALLENGE }), {
    appIds: [APP_ID],
    keyId: key.keyId,
    challenge: CHALLENGE,
    roots: [apple.attestationRoot],
    now: NOW,
    ...expected,
  });
}

describe('a virtual phone', () => {
  it.each([
    ['14.0', '18A55', undefined],
    ['14.4', '18E55', undefined],
    ['17.2.1', '21C55', undefined],
    ['18.2', '22C55', undefined],
    ['26.0', '23A55', undefined],
    ['26.2', '23C55', undefined],
    ['26.3', '23D55', undefined],
    ['27.0', '24A55', 'app-store'],
    ['28.1', '25B55', 'app-store'],
  ])('with iOS %s has its key attested', (osVersion, build, category) => {
    expect(attest({ osVersion })).toMatchObject({
      appId: APP_ID,
      environment: 'production',
      osVersion,
      // Before iOS 17 the certificate says nothing of it.
      osBuild: osVersion.startsWith('14') ? undefined : build,
      platform: 'ios',
      category,
      issuedAt: NOW - 120,
      virtual: true,
    });
  });

  it('says what it was told to', () => {
    const given = { osVersion: '27.1', osBuild: '24B5012a', category: 2, bundleVersion: '7.1' } as const;
    expect(attest(given)).toMatchObject({
      osBuild: '24B5012a',
      category: 'testflight',
      bundleVersion: '7.1',
    });
    expect(attest({ environment: 'development' }, { environments: ['development'] })).toMatchObject({
      environment: 'development',
      category: 'development',
    });
  });

  it('can be a Mac', () => {
    expect(attest({ platform: 'macos' }).platform).toBe('macos');
    expect(attest({ platform: 'macos', osVersion: '26.0' }).platform).toBe('macos');
  });

  it.each([
    ['none', 0x40, 37],
    ['flag-0x40', 0x40, 99],
    ['flag-0xc0', 0xc0, 99],
  ] as const)(
    'lays out extensions as %s, in attestation and assertion alike',
    (extensions, flags, length) => {
      const key = apple.createIPhone({ appId: APP_ID, extensions }).generateKey();
      const { authData, extensions: lines } = partsOf(key.attest({ challenge: CHALLENGE }));
      expect(authData[32]).toBe(flags);
      expect(lines).toHaveLength(extensions === 'none' ? 0 : 2);
      const assertion = key.assert({ clientData: '' });
      const data = (readCbor(assertion) as CborMap).get('authenticatorData') as Uint8Array;
      expect(data[32]).toBe(flags);
      expect(data).toHaveLength(length);
      expect(readAuthenticatorData(data)?.extensions.size).toBe(extensions === 'none' ? 0 : 2);
      const expected = {
        appId: APP_ID,
        publicKey: key.publicKey,
        clientData: Buffer.alloc(0),
        previousCounter: 0,
      };
      expect(verifyAppAttestAssertion(assertion, expected).counter).toBe(1);
    },
  );

  it('puts the hash of the code beside what is signed before iOS 27, and into it from then on', () => {
    const cdHash = Buffer.alloc(32, 1);
    const attestation = (osVersion: string): Uint8Array =>
      apple.createIPhone({ appId: APP_ID, osVersion, cdHash }).generateKey().attest({ challenge: CHALLENGE });
    expect([...(readCbor(attestation('26.2')) as CborMap).keys()]).toEqual([
      'fmt',
      'attStmt',
      'authData',
      'cdHash',
    ]);
    expect([...(readCbor(attestation('27.0')) as CborMap).keys()]).toEqual(['fmt', 'attStmt', 'authData']);
    expect(partsOf(attestation('27.0')).extensions).toHaveLength(4);
    expect(attest({ osVersion: '26.2', cdHash }).virtual).toBe(true);
    expect(attest({ osVersion: '27.0', cdHash }).virtual).toBe(true);
  });

  it('can have a clock of its own', () => {
    const ahead = NOW + DAY / 2;
    expect(attest({ now: () => ahead }).issuedAt).toBe(ahead - 120);
    const refused = refusal(() => attest({ now: () => NOW + 2 * DAY }));
    expect(refused).toMatchObject({ code: 'ERR_APP_ATTEST_CERTIFICATE_NOT_YET_VALID' });
  });

  it('is nobody to Apple, or to another virtual Apple', () => {
    for (const roots of [undefined, [createVirtualApple().attestationRoot], [apple.receiptRoot]])
      expect(refusal(() => attest({}, { roots }))).toMatchObject({ code: 'ERR_APP_ATTEST_ROOT_UNKNOWN' });
  });
});

describe('the certificates', () => {
  it('are good for OpenSSL too', () => {
    const key = apple.createIPhone({ appId: APP_ID }).generateKey();
    const { leaf, intermediate } = partsOf(key.attest({ challenge: CHALLENGE }));
    const [own, ca, root] = [leaf, intermediate, apple.attestationRoot].map(
      (der) => new X509Certificate(der),
    );
    if (own === undefined || ca === undefined || root === undefined) throw new Error('unreachable');
    expect(own.checkIssued(ca) && own.verify(ca.publicKey) && !own.ca).toBe(true);
    expect(ca.checkIssued(root) && ca.verify(root.publicKey) && ca.ca).toBe(true);
    expect(root.checkIssued(root) && root.verify(root.publicKey) && root.ca).toBe(true);
    expect(own.publicKey.export({ type: 'spki', format: 'der' })).toEqual(Buffer.from(key.publicKey));
    expect(Date.parse(own.validFrom)).toBe(NOW - 120 - DAY);
    expect(new X509Certificate(apple.receiptRoot).subject).toContain('CN=Virtual Root CA - G3');
  });

  it('are made for one Apple each', () => {
    const other = createVirtualApple({ now: () => NOW });
    expect(Buffer.from(other.attestationRoot).equals(apple.attestationRoot)).toBe(false);
    expect(Buffer.from(other.receiptRoot).equals(apple.receiptRoot)).toBe(false);
  });
});

describe('options that make no sense', () => {
  const key = apple.createIPhone({ appId: APP_ID }).generateKey();

  it.each<[string, () => unknown]>([
    ['now', () => createVirtualApple({ now: NOW } as unknown as VirtualAppleOptions)],
    ['appId', () => apple.createIPhone({} as IPhoneOptions)],
    ['appId', () => apple.createIPhone({ appId: '' })],
    ['osVersion', () => apple.createIPhone({ appId: APP_ID, osVersion: '13.7' })],
    ['osVersion', () => apple.createIPhone({ appId: APP_ID, osVersion: '27' })],
    ['environment', () => apple.createIPhone({ appId: APP_ID, environment: 'sandbox' as 'production' })],
    ['platform', () => apple.createIPhone({ appId: APP_ID, platform: 'watchos' as 'ios' })],
    ['extensions', () => apple.createIPhone({ appId: APP_ID, extensions: 'all' as 'none' })],
    ['category', () => apple.createIPhone({ appId: APP_ID, category: -1 })],
    ['model', () => apple.createIPhone({ appId: APP_ID, model: 'x' } as IPhoneOptions)],
    ['challenge', () => key.attest({} as AttestOptions)],
    [
      'challenge',
      () => key.attest({ challenge: 'x', clientDataHash: Buffer.alloc(1) } as unknown as AttestOptions),
    ],
    ['clientData', () => key.assert({} as AssertOptions)],
    ['counter', () => key.assert({ clientData: '', counter: -1 })],
    ['counter', () => key.assert({ clientData: '', counter: 1.5 })],
    ['counter', () => key.assert({ clientData: '', counter: 0x1_0000_0000 })],
    ['encoding', () => key.receipt({ encoding: 'cer' as 'der' })],
    ['type', () => key.receipt({ type: 'OTHER' as 'ATTEST' })],
  ])('are refused: %s', (variable, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIGURATION', variable }));
  });
});
