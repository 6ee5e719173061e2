import { describe, expect, it } from 'vitest';
import { inspectKeyAttestation, verifyKeyAttestation } from '../../src/key-attestation/index.js';
import { keyAttestation } from '../../src/key-attestation/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { vectors } from '../vectors.js';
import { DIGEST, PACKAGE } from './support/describe.js';
import { expectations, remoteDrafts, signAll } from './support/forge.js';
import { chainOf } from './support/published.js';

const CHAIN = signAll(remoteDrafts());
const HEX = DIGEST.toString('hex');
const COLONS = HEX.replaceAll(/..(?=.)/g, '$&:');
const app = { packageName: PACKAGE, signingCertificates: [HEX] };

function variableOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.variable;
    throw error;
  }
  return 'accepted';
}

/** Options that both take. */
const SHARED: readonly (readonly [variable: string, options: object])[] = [
  ['apps', { apps: undefined }],
  ['apps', { apps: [] }],
  ['apps', { apps: app }],
  ['apps[0]', { apps: ['com.example.app'] }],
  ['apps[0].packageName', { apps: [{ ...app, packageName: 'app' }] }],
  ['apps[0].packageName', { apps: [{ ...app, packageName: 'com.example.*' }] }],
  ['apps[0].packageName', { apps: [{ ...app, packageName: '../com.example.app' }] }],
  ['apps[0].packageName', { apps: [{ ...app, packageName: 'com.example.1' }] }],
  ['apps[0].packageName', { apps: [{ signingCertificates: app.signingCertificates }] }],
  ['apps[0].signingCertificates', { apps: [{ packageName: PACKAGE }] }],
  ['apps[0].signingCertificates', { apps: [{ ...app, signingCertificates: [] }] }],
  ['apps[0].signingCertificates', { apps: [{ ...app, signingCertificates: ['00'] }] }],
  ['apps[0].signingCertificates', { apps: [{ ...app, signingCertificates: [`${HEX}00`] }] }],
  ['apps[0].signingCertificates', { apps: [{ ...app, signingCertificates: [`00${HEX}`] }] }],
  ['apps[0].signingCertificates', { apps: [{ ...app, signingCertificates: [`:${COLONS}`] }] }],
  ['apps[0].signingCertificates', { apps: [{ ...app, signingCertificates: [`${COLONS}:`] }] }],
  ['apps[0].signingCertificates', { apps: [{ ...app, signingCertificates: [DIGEST] }] }],
  ['apps[0].signingCertificates', { apps: [{ ...app, signingCertificates: [app.signingCertificates] }] }],
  [
    'apps[0].signingCertificates',
    {
      apps: [{ ...app, signingCertificates: [...app.signingCertificates, DIGEST.toString('base64')] }],
    },
  ],
  ['apps[1].minimumVersionCode', { apps: [app, { ...app, minimumVersionCode: '7' }] }],
  ['apps[0].minimumVersionCode', { apps: [{ ...app, minimumVersionCode: Number.NaN }] }],
  ['apps[0].digests', { apps: [{ ...app, digests: [] }] }],
  ['securityLevel', { securityLevel: 'StrongBox' }],
  ['verifiedBoot', { verifiedBoot: true }],
  ['verifiedBoot', { verifiedBoot: 'optional' }],
  ['verifiedBootKeys', { verifiedBootKeys: ['00'] }],
  ['verifiedBootKeys', { verifiedBootKeys: [Buffer.alloc(31).toString('base64url')] }],
  ['verifiedBootKeys', { verifiedBootKeys: [`${Buffer.alloc(32).toString('base64url')}==`] }],
  ['verifiedBootKeys', { verifiedBootKeys: [`${'00'.repeat(32)}zz`] }],
  ['verifiedBootKeys', { verifiedBootKeys: [Object('00'.repeat(32))] }],
  ['additionalRoots', { additionalRoots: 'a root' }],
  ['additionalRoots', { additionalRoots: ['a root'] }],
  ['verifiedBootKeys', { verifiedBootKeys: [Buffer.alloc(32)] }],
  ['verifiedBootKeys', { verifiedBoot: 'any', verifiedBootKeys: ['00'.repeat(32)] }],
  ['minimumOs', { minimumOs: 'Tiramisu' }],
  ['minimumOs', { minimumOs: 13 }],
  ['minimumOs', { minimumOs: '130' }],
  ['minimumOs', { minimumOs: '8.1.0.0' }],
  ['minimumOs', { minimumOs: 'v13' }],
  ['minimumPatchLevel', { minimumPatchLevel: '202605' }],
  ['minimumPatchLevel', { minimumPatchLevel: '2026-13' }],
  ['minimumPatchLevel', { minimumPatchLevel: '2026-00' }],
  ['minimumPatchLevel', { minimumPatchLevel: '2026-05-00' }],
  ['minimumPatchLevel', { minimumPatchLevel: '2026-05-051' }],
  ['minimumPatchLevel', { minimumPatchLevel: '12026-05' }],
  ['minimumVendorPatchLevel', { minimumVendorPatchLevel: '2026-05-32' }],
  ['minimumBootPatchLevel', { minimumBootPatchLevel: '' }],
  ['provisioning', { provisioning: 'factory' }],
  ['maxCertificatesIssued', { maxCertificatesIssued: 0 }],
  ['maxCertificatesIssued', { maxCertificatesIssued: 1.5 }],
  ['purposes', { purposes: ['signing'] }],
  ['purposes', { purposes: ['toString'] }],
  ['userAuthentication', { userAuthentication: 'always' }],
  ['maxKeyAgeSeconds', { maxKeyAgeSeconds: 0 }],
  ['maxKeyAgeSeconds', { maxKeyAgeSeconds: Number.POSITIVE_INFINITY }],
  ['roots', { roots: [] }],
  ['roots', { roots: ['a root'] }],
  ['roots', { roots: [Buffer.alloc(10)] }],
  ['allowOmittedRoot', { allowOmittedRoot: 'yes' }],
  ['requireVerifiedBoot', { requireVerifiedBoot: true }],
  ['revocations', { revocations: undefined }],
  ['revocations', { revocations: 'none' }],
  ['revocations', { revocations: { entries: {} } }],
  ['revocations', { revocations: null }],
];

describe('refuses expectations that make no sense', () => {
  const OWN: readonly (readonly [string, object])[] = [
    ['challenge', { challenge: undefined }],
    ['challenge', { challenge: null }],
    ['challenge', { challenge: '' }],
    ['challenge', { challenge: new Uint8Array() }],
    ['challenge', { challenge: 7 }],
    ['challenge', { anyChallenge: true }],
    ['apps', { anyApp: true }],
    ['now', { now: Number.NaN }],
    ['cache', { cache: true }],
  ];
  it.each([...SHARED, ...OWN])('%s %j', (variable, options) => {
    const expected = { ...expectations(), ...options } as never;
    expect(variableOf(() => verifyKeyAttestation(CHAIN, expected))).toBe(variable);
    expect(variableOf(() => inspectKeyAttestation(CHAIN, expected))).toBe(variable);
  });
});

describe('refuses evidence that makes no sense', () => {
  const OWN: readonly (readonly [string, object])[] = [
    ['cache', { cache: -1 }],
    ['cache', { cache: 1.5 }],
    ['anyApp', { anyApp: true }],
    ['anyChallenge', { anyChallenge: true }],
  ];
  it.each([...SHARED, ...OWN])('%s %j', (variable, options) => {
    const evidence = { apps: [app], revocations: 'not-checked', ...options } as never;
    expect(variableOf(() => keyAttestation(evidence))).toBe(variable);
  });

  it('but not the smallest cache', () => {
    const evidence = { apps: [app], revocations: 'not-checked', cache: 0 } as const;
    expect(variableOf(() => keyAttestation(evidence))).toBe('accepted');
  });

  it('of nothing at all', () => {
    expect(variableOf(() => keyAttestation(undefined as never))).toBe('options');
  });
});

const software = vectors('key-attestation/018');

software.run('AOSP’s root for software keys cannot be configured either', ([vector]) => {
  if (vector === undefined) throw new Error('there is one');
  const roots = [chainOf(vector).at(-1) as Buffer];
  expect(variableOf(() => verifyKeyAttestation(CHAIN, expectations({ roots })))).toBe('roots');
});
