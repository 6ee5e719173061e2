import { describe, expect, it } from 'vitest';
import { inspectAppAttestAttestation, verifyAppAttestAttestation } from '../../src/app-attest/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import {
  authorityExtensions,
  extension,
  KeyUsageFlags,
  newKeys,
  usage,
} from '../kernel/support/certificates.js';
import * as forging from './support/forge.js';
import type { Recipe } from './support/forge.js';
import type { AttestationExpectations } from '../../src/app-attest/index.js';

const { DAY, HOUR, NOW, INTERMEDIATE_DER } = forging;
const stranger = await newKeys('P-384');
const at = (time: number): string => new Date(time).toISOString();

type Row = readonly [
  code: string,
  place: string,
  recipe: Recipe,
  expected?: Partial<AttestationExpectations>,
];

const ROWS: readonly Row[] = [
  [
    'CERTIFICATE_MALFORMED',
    'certificate 1, tbsCertificate.version',
    { intermediate: replaced(INTERMEDIATE_DER, 'a003020102', 'a003020105') },
  ],
  ['CERTIFICATE_MALFORMED', 'certificate 1, Certificate', { intermediate: Buffer.of(0x30, 0) }],
  [
    'ROOT_UNKNOWN',
    'certificate 1, tbsCertificate.issuer',
    { intermediate: await forging.makeIntermediate({ issuer: 'CN=Other' }) },
  ],
  [
    'ROOT_UNKNOWN',
    'certificate 1, signatureValue',
    { intermediate: await forging.makeIntermediate({ signingKey: stranger.privateKey }) },
  ],
  [
    'INTERMEDIATE_INVALID',
    'certificate 1, tbsCertificate.extensions (2.5.29.19)',
    { intermediate: await forging.makeIntermediate({ extensions: forging.leafProfile() }) },
  ],
  [
    'INTERMEDIATE_INVALID',
    'certificate 1, tbsCertificate.extensions (2.5.29.15)',
    {
      intermediate: await forging.makeIntermediate({
        extensions: [...authorityExtensions().slice(0, 1), usage(KeyUsageFlags.cRLSign)],
      }),
    },
  ],
  [
    'INTERMEDIATE_INVALID',
    'certificate 1, tbsCertificate.extensions (1.2.3)',
    {
      intermediate: await forging.makeIntermediate({
        extensions: [...authorityExtensions(), extension('1.2.3', '0500', true)],
      }),
    },
  ],
  ['ISSUER_MISMATCH', 'certificate 0, tbsCertificate.issuer', { leaf: { issuer: 'CN=Other' } }],
  [
    'ISSUER_MISMATCH',
    'certificate 0, tbsCertificate.extensions (2.5.29.35)',
    {
      extensions: { '2.5.29.35': '3004 8002 abcd' },
      intermediate: await forging.makeIntermediate({
        extensions: [...authorityExtensions(), extension('2.5.29.14', '0402 abce')],
      }),
    },
  ],
  [
    'LEAF_INVALID',
    'certificate 0, tbsCertificate.extensions (2.5.29.19)',
    { leaf: { extensions: authorityExtensions() } },
  ],
  ['LEAF_INVALID', 'certificate 0, tbsCertificate.extensions (2.5.29.15)', { leaf: { extensions: [] } }],
  [
    'LEAF_INVALID',
    'certificate 0, tbsCertificate.extensions (2.5.29.37)',
    { extensions: { '2.5.29.37': '300a06082b06010505070301' } },
  ],
  ['LEAF_SIGNATURE_INVALID', 'certificate 0, signatureValue', { leaf: { signingKey: stranger.privateKey } }],
  [
    'CERTIFICATE_NOT_YET_VALID',
    `certificate 1, tbsCertificate.validity.notBefore: ${at(NOW + HOUR)}`,
    { intermediate: await forging.makeIntermediate({ notBefore: NOW + HOUR }) },
  ],
  [
    'CERTIFICATE_EXPIRED',
    `certificate 0, tbsCertificate.validity.notAfter: ${at(NOW + 2 * DAY)}`,
    {},
    { now: NOW + 3 * DAY },
  ],
];

function replaced(certificate: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(certificate);
  copy.set(Buffer.from(to, 'hex'), copy.indexOf(Buffer.from(from, 'hex')));
  return copy;
}

describe('an attestation whose certificates fail says in which of them, and in which member of it', () => {
  it.each(ROWS.map(([code, place, recipe, more]) => [code, place, recipe, more ?? {}] as const))(
    '%s: %s',
    async (code, place, recipe, more) => {
      const { attestation, expected } = await forging.forge(recipe);
      const held = { ...expected, ...more };
      const failed = inspectAppAttestAttestation(attestation, held).checks.find(({ ok }) => !ok);
      expect(failed?.code).toBe(`ERR_APP_ATTEST_${code}`);
      expect(failed?.detail).toContain(`found ${place}`);
      expect(() => verifyAppAttestAttestation(attestation, held)).toThrow(
        expect.objectContaining({
          code: `ERR_APP_ATTEST_${code}`,
          cause: expect.objectContaining({ message: place }),
        }),
      );
    },
  );

  it('says nothing of certificates that are not at fault', async () => {
    const { attestation, expected } = await forging.forge();
    const { verdict, checks } = inspectAppAttestAttestation(attestation, expected);
    expect(verdict).toBe('pass');
    expect(checks.filter(({ detail }) => detail.includes('certificate'))).toEqual([]);
  });

  it('has each other check of the chain reported, if no root is known', async () => {
    const failed = async (recipe: Recipe, now: number = NOW) => {
      const { attestation, expected } = await forging.forge(recipe);
      const { checks } = inspectAppAttestAttestation(attestation, {
        ...expected,
        roots: [INTERMEDIATE_DER],
        now,
      });
      return checks
        .filter(({ ok }) => !ok)
        .map(({ code, detail }) => [code.slice(15), detail.split('found ')[1]]);
    };
    const root = ['ROOT_UNKNOWN', 'certificate 1, tbsCertificate.issuer'];
    const notBefore = 'tbsCertificate.validity.notBefore';
    const notAfter = 'tbsCertificate.validity.notAfter';
    const until = (time: number) => `, expected ${at(time)} or`;
    expect(await failed({})).toEqual([root]);
    expect(await failed({ leaf: { signingKey: stranger.privateKey } })).toEqual([
      root,
      ['LEAF_SIGNATURE_INVALID', 'certificate 0, signatureValue'],
    ]);
    for (const [index, recipe] of [
      [0, { leaf: { notBefore: NOW + HOUR } }],
      [1, { intermediate: await forging.makeIntermediate({ notBefore: NOW + HOUR }) }],
    ] as const)
      expect(await failed(recipe)).toEqual([
        root,
        [
          'CERTIFICATE_NOT_YET_VALID',
          `certificate ${index}, ${notBefore}: ${at(NOW + HOUR)}${until(NOW)} earlier`,
        ],
      ]);
    for (const [index, recipe] of [
      [0, { leaf: { notAfter: NOW - HOUR } }],
      [1, { intermediate: await forging.makeIntermediate({ notAfter: NOW - HOUR }) }],
    ] as const)
      expect(await failed(recipe)).toEqual([
        root,
        ['CERTIFICATE_EXPIRED', `certificate ${index}, ${notAfter}: ${at(NOW - HOUR)}${until(NOW)} later`],
      ]);
  });

  it('has no cause where no certificate is at fault', async () => {
    const { attestation, expected } = await forging.forge();
    try {
      verifyAppAttestAttestation(attestation, { ...expected, challenge: 'another one' });
      throw new Error('it holds');
    } catch (error) {
      if (!(error instanceof AttestationError)) throw error;
      expect(error.code).toBe('ERR_APP_ATTEST_NONCE_MISMATCH');
    }
  });
});

describe('extensions that the next system may write', () => {
  const launch = '781c 6170706c655f76616c69646174696f6e5f63617465676f72795f3031 44 04000000';
  const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const verdict = async (hex: string): Promise<string> => {
    const { attestation, expected } = await forging.forge({ launch: bytes(hex) });
    const inspection = inspectAppAttestAttestation(attestation, expected);
    return inspection.verdict === 'pass' ? (inspection.result.category ?? 'none') : inspection.code;
  };

  it.each([
    ['a number with a fraction', 'fb3ff8000000000000'],
    ['an integer of 64 bits', '1bffffffffffffffff'],
    ['a date with its tag', 'c11a68000000'],
    ['undefined', 'f7'],
  ])('may have %s for a value, and the known ones are read beside them', async (_, value) => {
    expect(await verdict(`a2 6161 ${value} ${launch}`)).toBe('app-store');
  });

  it.each([
    [
      'a category in a tag',
      'a1 781c 6170706c655f76616c69646174696f6e5f63617465676f72795f3031 c0 44 04000000',
      'CATEGORY_INVALID',
    ],
    ['a bundle version in a tag', 'a1 6d 62756e646c6556657273696f6e c0 6131', 'BUNDLE_VERSION_INVALID'],
    ['an extension twice', `a3 6161 f7 6161 f7 ${launch}`, 'AUTH_DATA_MALFORMED'],
    ['a known one twice', `a2 ${launch} ${launch}`, 'AUTH_DATA_MALFORMED'],
    ['a length in more octets than needed', `a2 6161 5801aa ${launch}`, 'AUTH_DATA_MALFORMED'],
    ['a map of indefinite length', `bf ${launch} ff`, 'AUTH_DATA_MALFORMED'],
    ['a key with a tag', `a2 c06161 01 ${launch}`, 'AUTH_DATA_MALFORMED'],
    ['a second map', `a1 ${launch} a0`, 'AUTH_DATA_MALFORMED'],
  ])('are refused with %s', async (_, hex, code) => {
    expect(await verdict(hex)).toBe(`ERR_APP_ATTEST_${code}`);
  });

  it('are refused in what nothing signs, around the authenticator data', async () => {
    for (const value of ['fb3ff8000000000000', '1bffffffffffffffff', 'c11a68000000', 'f7']) {
      const { attestation, expected } = await forging.forge();
      const wider = Buffer.concat([Buffer.of(0xa4), bytes(`6161 ${value}`), attestation.subarray(1)]);
      expect(inspectAppAttestAttestation(wider, expected)).toMatchObject({
        code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
      });
    }
    const { attestation, expected } = await forging.forge();
    const known = Buffer.concat([Buffer.of(0xa4), bytes('6161 41aa'), attestation.subarray(1)]);
    expect(inspectAppAttestAttestation(known, expected).verdict).toBe('pass');
  });
});
