import { expect, it } from 'vitest';
import { inspectKeyAttestation, verifyKeyAttestation } from '../../src/key-attestation/index.js';
import { basicConstraints } from '../../../testing/src/encode/certificate.js';
import { encodeCbor, map } from '../../../testing/src/encode/cbor.js';
import {
  expectations,
  factoryDrafts,
  provisioningInfo,
  remoteDrafts,
  signAll,
  STRANGER,
  type Draft,
} from './support/forge.js';

/** The drafts with one of them changed. */
const changed =
  (make: () => Draft[], index: number, change: Partial<Draft>): (() => Draft[]) =>
  () =>
    make().map((draft, at) => (at === index ? { ...draft, ...change } : draft));

it('says what the chain is, and that it is not Google’s', () => {
  const remote = verifyKeyAttestation(signAll(remoteDrafts()), expectations());
  expect(remote).toMatchObject({
    appId: 'com.example.app',
    provisioning: 'remote',
    provisioningInfo: { certificatesIssued: 3, manufacturer: 'Google' },
    revocableSerials: ['65d29495', 'f59c', '3882', '84a9'],
    virtual: true,
    facts: { rootKind: 'virtual', rootOmitted: false, chainLength: 5, extensionIndexes: [0] },
  });
  const factory = verifyKeyAttestation(signAll(factoryDrafts()), expectations());
  expect(factory).toMatchObject({
    provisioning: 'factory',
    provisioningInfo: {},
    attestKeyDescription: undefined,
  });
});

it('describes the rest of a chain in which a signature does not hold', () => {
  const make = changed(remoteDrafts, 2, { signer: STRANGER });
  const inspection = inspectKeyAttestation(signAll(make()), expectations());
  expect(inspection.verdict).toBe('fail');
  expect(inspection.verdict === 'fail' && inspection.unverified?.facts.sigVerified).toEqual([
    true,
    true,
    false,
    true,
  ]);
});

it.each([
  [map([1, 0], [3, 'Google']), { certificatesIssued: 0, manufacturer: 'Google' }],
  [map([1, -1], [3, 'Google']), { manufacturer: 'Google' }],
  [map([1, '3'], [3, 7]), {}],
  [map([2, 3]), {}],
  [[1, 3], {}],
])('says of the provisioning what can be read: %#', (info, says) => {
  const extensions = [basicConstraints(true), { ...provisioningInfo(), value: encodeCbor(info) }];
  const chain = signAll(changed(remoteDrafts, 1, { extensions })());
  expect(verifyKeyAttestation(chain, expectations()).provisioningInfo).toEqual(says);
});

it('does not say of a chain under an unknown root that it is made for testing', () => {
  const inspection = inspectKeyAttestation(signAll(remoteDrafts()), expectations({ roots: undefined }));
  expect(inspection).toMatchObject({ verdict: 'fail', unverified: { virtual: false, rootKeyId: undefined } });
});

it('does not ask who signed the last certificate of a chain that ends without a root', () => {
  const chain = signAll(remoteDrafts()).slice(0, -1);
  const inspection = inspectKeyAttestation(chain, expectations({ roots: undefined }));
  expect(inspection.checks.flatMap(({ ok, code }) => (ok ? [] : [code]))).toEqual([
    'ERR_KEY_ATTESTATION_ROOT_MISSING',
    'ERR_KEY_ATTESTATION_ROOT_UNKNOWN',
    'ERR_KEY_ATTESTATION_CHAIN_SHAPE_INVALID',
  ]);
  expect(inspection).toMatchObject({ unverified: { facts: { sigVerified: [true, true, true] } } });
});
