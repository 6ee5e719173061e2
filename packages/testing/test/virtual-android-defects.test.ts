import { describe, expect, it } from 'vitest';
import { CATALOG } from 'attestkit/catalog';
import { ConfigurationError } from 'attestkit';
import { KEY_ATTESTATION_DEFECTS } from '../src/android/index.js';
import { chainDefects, CHALLENGE, device, expectations, judge } from './support/virtual-android-verdicts.js';

const DEVICES = [
  ['rkp', 'tee', 'p384'],
  ['rkp', 'strongbox', 'rsa'],
  ['factory', 'tee', 'rsa'],
  ['factory', 'strongbox', 'rsa'],
] as const;
const WANTED = { challenge: CHALLENGE, userAuthentication: true } as const;

describe.each(DEVICES)('a chain of %s, %s, %s', (provisioning, securityLevel, root) => {
  const phone = device({ provisioning, securityLevel, root });

  it.each([
    ['of P-256', {}],
    ['of RSA', { keyType: 'rsa' }],
    ['by an attestation key of the app', { attestKey: true }],
  ] as const)('without a defect, %s, is accepted under every demand', (_, more) => {
    const { certificateChain } = phone.generateKey({ ...WANTED, ...more });
    expect(judge(certificateChain, expectations())).toBe('accepted');
  });

  it.each(chainDefects(provisioning))('with %s is refused with its code', (defect) => {
    const { code, needs } = KEY_ATTESTATION_DEFECTS[defect];
    const { certificateChain } = phone.generateKey(WANTED, defect);
    // Forgeries with two attestations look like attestation keys where those are let in.
    const without = needs === 'allowAttestKeys' ? [] : (['allowAttestKeys'] as const);
    expect(judge(certificateChain, expectations(without))).toBe(code);
  });

  it.each(chainDefects(provisioning).filter((defect) => KEY_ATTESTATION_DEFECTS[defect].needs))(
    'with %s is genuine, and accepted where nobody demands otherwise',
    (defect) => {
      const { needs } = KEY_ATTESTATION_DEFECTS[defect];
      const { certificateChain } = phone.generateKey(WANTED, defect);
      const verdict = judge(certificateChain, expectations(needs === undefined ? [] : [needs]));
      expect(verdict).toBe(
        needs === 'allowAttestKeys' ? 'ERR_KEY_ATTESTATION_EXTENSION_REPEATED' : 'accepted',
      );
    },
  );
});

describe('forgeries where attestation keys are let in', () => {
  it.each([
    ['extended-for-key', 'ERR_KEY_ATTESTATION_LEAF_EXTENSION_MISSING'],
    ['extended-with-fake-attestation', 'ERR_KEY_ATTESTATION_ATTEST_KEY_INVALID'],
    ['extended-twice', 'ERR_KEY_ATTESTATION_EXTENSION_REPEATED'],
    ['attest-key', 'accepted'],
  ] as const)('%s: %s', (defect, code) => {
    const { certificateChain } = device().generateKey(WANTED, defect);
    expect(judge(certificateChain, expectations())).toBe(code);
  });
});

describe('the catalog of defects', () => {
  /** Not about a chain: fields of a body, an enrolled key of today, a list that is not at hand, modules; or an option of the device. */
  const ELSEWHERE = [
    'MISSING',
    'ENCODING_MALFORMED',
    'SECURITY_LEVEL_DENIED',
    'PROVISIONING_DENIED',
    'KEY_ALGORITHM_DENIED',
    'APP_ID_DENIED',
    'ATTEST_KEY_DENIED',
    'VIRTUAL_DENIED',
    'ENROLLED_CHAIN_REVOKED',
    'REVOCATIONS_UNAVAILABLE',
    'SIGNATURE_KEY_INVALID',
    'MODULES_HASH_MISSING',
    'MODULES_MALFORMED',
    'MODULES_MISMATCH',
    'ROOT_DENIED',
  ].map((code) => `ERR_KEY_ATTESTATION_${code}`);

  it('has one for every code of the catalog of checks', () => {
    const made = new Set<string>(Object.values(KEY_ATTESTATION_DEFECTS).map(({ code }) => code));
    const codes = CATALOG['key-attestation'].checks.map(({ code }) => code as string);
    expect(codes.filter((code) => !made.has(code)).toSorted()).toEqual(ELSEWHERE.toSorted());
  });

  it('says what is wrong, each in other words', () => {
    const says = Object.values(KEY_ATTESTATION_DEFECTS).map((facts) => facts.says);
    expect(new Set(says).size).toBe(says.length);
  });

  it.each([
    ['one that nobody knows', 'rkp', 'no-such-defect'],
    ['one of a signature', 'rkp', 'signature-truncated'],
    ['a name that objects have', 'rkp', 'constructor'],
    ['one of remote provisioning, of a factory', 'factory', 'attester-expired'],
  ] as const)('refuses %s', (_, provisioning, defect) => {
    const make = () => device({ provisioning }).generateKey(WANTED, defect as 'wrong-order');
    expect(make).toThrow(ConfigurationError);
  });
});
