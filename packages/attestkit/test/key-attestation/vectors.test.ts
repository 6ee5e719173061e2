import { describe, expect, it } from 'vitest';
import {
  inspectKeyAttestation,
  verifyKeyAttestation,
  type KeyAttestation,
  type KeyAttestationExpectations,
} from '../../src/key-attestation/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { vectors, type Vector } from '../vectors.js';
import { asJson, chainOf, defaultAppraisal, rootName } from './support/published.js';

const published = vectors('key-attestation/');
const more = vectors('key-attestation-2/');

/** Why a file fails, as `expected.because` begins, and the code that says so. */
const REASONS: readonly (readonly [because: string, codes: readonly string[]])[] = [
  ['the chain ends at a software root', ['SOFTWARE_ROOT_INVALID']],
  ['a signature does not verify', ['SIGNATURE_INVALID']],
  ['root certificate not in chain', ['ROOT_MISSING', 'CHAIN_MALFORMED']],
  ['root not a Google root: aosp', ['SOFTWARE_ROOT_INVALID']],
  // Of two of them the names do not chain either, which is looked at first.
  ['root not a Google root: unknown', ['ROOT_UNKNOWN', 'ISSUER_MISMATCH']],
  ['signature does not verify', ['SIGNATURE_INVALID']],
  ['chain shorter than 3', ['CHAIN_MALFORMED']],
  // The root is missing as well, which is looked at first.
  ['attestation extension in certs 0,1', ['ROOT_MISSING']],
];

interface Expected {
  readonly verdict: string;
  readonly because: string;
  readonly verdictWithVerifiedBootRequired: string;
}

function resultOf(vector: Vector): KeyAttestation {
  const inspection = inspectKeyAttestation(chainOf(vector), defaultAppraisal(vector));
  return (inspection.verdict === 'pass' ? inspection.result : inspection.unverified) as KeyAttestation;
}

/** `pass`, or the code; fails the test where verifier and inspector disagree. */
function verdictOf(vector: Vector, stricter: Partial<KeyAttestationExpectations> = {}): string {
  const expected = { ...defaultAppraisal(vector), ...stricter };
  const inspection = inspectKeyAttestation(chainOf(vector), expected);
  const verdict = inspection.verdict === 'pass' ? 'pass' : inspection.code;
  let thrown = 'pass';
  try {
    verifyKeyAttestation(chainOf(vector), expected);
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    thrown = error.code;
  }
  expect([vector.file, thrown]).toEqual([vector.file, verdict]);
  return verdict;
}

describe('chains of real devices', () => {
  function expectKnownVerdict(vector: Vector): void {
    const { verdict, because } = vector['expected'] as Expected;
    const found = verdictOf(vector);
    if (verdict === 'pass') {
      expect([vector.file, found]).toEqual([vector.file, 'pass']);
      return;
    }
    const [, codes] = REASONS.find(([start]) => because.startsWith(start)) ?? [];
    expect([vector.file, codes?.map((code) => `ERR_KEY_ATTESTATION_${code}`)]).toEqual([
      vector.file,
      expect.arrayContaining([found]),
    ]);
  }

  published.run('have the verdict that is known of them, for the reason that is known', (files) => {
    files.forEach(expectKnownVerdict);
    expect(files.length).toBeGreaterThanOrEqual(40);
  });

  more.run('have the verdict that is known of them, of many more makers', (files) => {
    files.forEach(expectKnownVerdict);
    expect(files.length).toBe(110);
    expect(files.filter(({ expected }) => (expected as Expected).verdict === 'fail').length).toBe(16);
  });

  more.run('are in the hardware that their names say, TEE or StrongBox', (files) => {
    const named = files.filter(({ file }) => /-(tee|strongbox)-/.test(file));
    for (const vector of named) {
      const wanted = vector.file.includes('-tee-') ? 'TRUSTED_ENVIRONMENT' : 'STRONG_BOX';
      const { attestationSecurityLevel } = resultOf(vector).keyDescription;
      expect([vector.file, attestationSecurityLevel]).toEqual([vector.file, wanted]);
      expect(verdictOf(vector, { securityLevel: 'strong-box' })).toBe(
        wanted === 'STRONG_BOX' ? 'pass' : 'ERR_KEY_ATTESTATION_SECURITY_LEVEL_DENIED',
      );
    }
    expect(named.length).toBeGreaterThanOrEqual(30);
  });

  published.run('have the verdict that is known of them where the boot has to be verified', (files) => {
    const boots = ['ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED', 'ERR_KEY_ATTESTATION_BOOT_STATE_DENIED'];
    for (const vector of files) {
      const { verdict, verdictWithVerifiedBootRequired } = vector['expected'] as Expected;
      const found = verdictOf(vector, { verifiedBoot: 'required' });
      expect([vector.file, found === 'pass']).toEqual([
        vector.file,
        verdictWithVerifiedBootRequired === 'pass',
      ]);
      if (verdict === 'pass' && found !== 'pass') expect(boots).toContain(found);
    }
  });

  published.run('say what is known of them, field by field', (files) => {
    for (const vector of files) {
      const { facts, keyDescription } = resultOf(vector);
      const known = vector['facts'] as Readonly<Record<string, unknown>>;
      const { parseError: _error, leafKey, ...rest } = known;
      expect([vector.file, asJson(keyDescription) ?? null]).toEqual([vector.file, vector['keyDescription']]);
      expect([vector.file, facts.leafKey]).toEqual([
        vector.file,
        /^unparsable by node \((.*)\)$/.exec(String(leafKey))?.[1] ?? leafKey,
      ]);
      const { rootKind, rootOmitted } = facts;
      expect({
        file: vector.file,
        ...facts,
        rootKind: rootName(rootKind, rootOmitted && rootKind !== undefined),
      }).toMatchObject({
        file: vector.file,
        ...rest,
      });
    }
  });

  published.run('are refused where they are revoked, each certificate of them', (files) => {
    for (const vector of files.filter(({ expected }) => (expected as Expected).verdict === 'pass')) {
      for (const serial of resultOf(vector).facts.serials) {
        const revocations = { size: 1, isRevoked: (each: string): boolean => each === serial };
        expect(verdictOf(vector, { revocations })).toBe('ERR_KEY_ATTESTATION_REVOKED');
      }
    }
  });
});

it('tries at least one file that passes of each shape', () => {
  const shapes = published.files
    .filter(({ expected }) => (expected as Expected).verdict === 'pass')
    .map((vector) => resultOf(vector).facts)
    .map(({ provisioning, rootKind }) => `${provisioning} ${rootKind}`);
  if (published.files.length > 0)
    expect([...new Set(shapes)].toSorted()).toEqual([
      'factory google-rsa4096',
      'remote google-p384',
      'remote google-rsa4096',
    ]);
});
