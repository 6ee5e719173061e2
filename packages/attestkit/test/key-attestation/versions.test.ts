import { describe, expect, it } from 'vitest';
import type { KeyAttestationExpectations } from '../../src/key-attestation/index.js';
import { integer } from '../../../testing/src/encode/der.js';
import type { Description } from './support/describe.js';
import { expectations, remoteDrafts, signAll } from './support/forge.js';
import { judge } from './support/judge.js';

type Policy = Partial<KeyAttestationExpectations>;

const code = (description: Description, policy: Policy): string =>
  judge(signAll(remoteDrafts(description)), expectations(policy));
const hardware = (tags: Description['hardware']): Description => ({ hardware: tags ?? {} });

describe('the system and its patches are new enough', () => {
  const cases: readonly (readonly [string, Description, Policy])[] = [
    ['the oldest system', {}, { minimumOs: '16' }],
    ['the oldest system to the point', hardware({ 705: integer(80_100) }), { minimumOs: '8.1.0' }],
    [
      'the oldest patches',
      {},
      {
        minimumPatchLevel: '2026-06',
        minimumVendorPatchLevel: '2026-06-05',
        minimumBootPatchLevel: '2026-06',
      },
    ],
    [
      'patches of the month after next',
      hardware({ 706: integer(202_608) }),
      { minimumPatchLevel: '2026-06' },
    ],
    ['patches of a year ahead', hardware({ 706: integer(202_706) }), { minimumPatchLevel: '2026-06' }],
    ['the highest version of a system', hardware({ 705: integer(999_999) }), { minimumOs: '16' }],
    [
      'a month where a day is demanded',
      hardware({ 718: integer(202_606) }),
      { minimumVendorPatchLevel: '2026-06-05' },
    ],
    [
      'patches of January, and of December',
      hardware({ 706: integer(202_601), 718: integer(202_612) }),
      { minimumPatchLevel: '2026-01', minimumVendorPatchLevel: '2026-12' },
    ],
  ];
  it.each(cases)('%s', (_name, description, policy) => {
    expect(code(description, policy)).toBe('accepted');
  });
});

describe('the system or its patches are too old, unknown, or not to be believed', () => {
  const cases: readonly (readonly [string, string, Description, Policy])[] = [
    ['OS_VERSION_DENIED', 'an older system', {}, { minimumOs: '17' }],
    ['OS_VERSION_DENIED', 'a system of unknown version', hardware({ 705: undefined }), { minimumOs: '5' }],
    ['OS_VERSION_DENIED', 'a system of no version', hardware({ 705: integer(0) }), { minimumOs: '5' }],
    [
      'OS_VERSION_DENIED',
      'a version of seven digits',
      hardware({ 705: integer(1_000_000) }),
      { minimumOs: '16' },
    ],
    [
      'OS_VERSION_DENIED',
      'a version that only the system says',
      { hardware: { 705: undefined }, software: { 705: integer(160_000) } },
      { minimumOs: '16' },
    ],
    [
      'PATCH_LEVEL_DENIED',
      'older patches',
      hardware({ 706: integer(202_605) }),
      { minimumPatchLevel: '2026-06' },
    ],
    [
      'PATCH_LEVEL_DENIED',
      'older patches of the vendor',
      hardware({ 718: integer(20_260_604) }),
      { minimumVendorPatchLevel: '2026-06-05' },
    ],
    [
      'PATCH_LEVEL_DENIED',
      'older patches of the boot image',
      hardware({ 719: integer(20_260_505) }),
      { minimumBootPatchLevel: '2026-06' },
    ],
    ['PATCH_LEVEL_DENIED', 'unknown patches', hardware({ 706: undefined }), { minimumPatchLevel: '2020-01' }],
    [
      'PATCH_LEVEL_DENIED',
      'patches of the year 9999',
      hardware({ 706: integer(999_912) }),
      { minimumPatchLevel: '2026-06' },
    ],
    [
      'PATCH_LEVEL_DENIED',
      'patches of more than a year ahead',
      hardware({ 706: integer(202_707) }),
      { minimumPatchLevel: '2026-06' },
    ],
    [
      'PATCH_LEVEL_DENIED',
      'patches of no month',
      hardware({ 706: integer(202_600) }),
      { minimumPatchLevel: '2025-01' },
    ],
    [
      'PATCH_LEVEL_DENIED',
      'patches of a 13th month',
      hardware({ 706: integer(202_613) }),
      { minimumPatchLevel: '2026-06' },
    ],
  ];
  it.each(cases)('%s: %s', (expected, _name, description, policy) => {
    expect(code(description, policy)).toBe(expected);
  });
});
