import { describe, expect, it } from 'vitest';
import { ASSERTION_CHECKS } from '../../attestkit/src/app-attest/assertion/assertion-checks.js';
import { ATTESTATION_CHECKS } from '../../attestkit/src/app-attest/attestation/attestation-checks.js';
import {
  inspectAppAttestAttestation,
  inspectAppAttestReceipt,
  verifyAppAttestAttestation,
} from 'attestkit/app-attest';
import { POLICY_CHECKS } from '../../attestkit/src/app-attest/attestation/policy-checks.js';
import { RECEIPT_CHECKS } from '../../attestkit/src/app-attest/receipt/checks.js';
import { ConfigurationError } from 'attestkit';
import { APP_ATTEST_DEFECTS, type AppAttestDefect } from '../src/apple/index.js';
import {
  apple,
  APP_ID,
  asserted,
  ATTESTATION,
  attested,
  CHALLENGE,
  codeOf,
  defectsOf,
  key,
  RECEIPT,
  received,
  type Verdicts,
} from './support/virtual-verdicts.js';

function expectCode({ verify, inspection }: Verdicts, defect: AppAttestDefect): void {
  const { code } = APP_ATTEST_DEFECTS[defect];
  expect(codeOf(verify)).toBe(code);
  expect(inspection).toMatchObject({ verdict: 'fail', code });
}

/** The codes of the checks that do not hold. */
function failed({ inspection }: Verdicts): string[] {
  return inspection.checks.filter(({ ok }) => !ok).map(({ code }) => code);
}

describe('without a defect', () => {
  it.each([
    ['an attestation', attested],
    ['an assertion', asserted],
    ['a receipt', received],
    ['a receipt of an exchange', () => received(undefined, ['clientDataHash'], 'RECEIPT')],
  ])('%s is accepted under every demand', (_, make) => {
    const { verify, inspection } = make();
    expect(inspection.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(inspection.verdict).toBe('pass');
    expect(verify).not.toThrow();
  });
});

describe('an attestation', () => {
  it.each(defectsOf('attestation'))('with %s is refused with its code', (defect) => {
    expectCode(attested(defect), defect);
  });
});

describe('an assertion', () => {
  it.each(defectsOf('assertion'))('with %s is refused with its code', (defect) => {
    expectCode(asserted(defect), defect);
  });
});

describe('a receipt', () => {
  it.each(defectsOf('receipt'))('with %s is refused with its code', (defect) => {
    expectCode(received(defect), defect);
  });
});

/** What does not hold either, because it follows from what is wrong: by code, or by name where it is special. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  ERR_APP_ATTEST_NONCE_MISSING: ['ERR_APP_ATTEST_NONCE_MISMATCH'],
  ERR_APP_ATTEST_OS_EXTENSION_INVALID: [
    'ERR_APP_ATTEST_MACOS_POLICY_MISMATCH',
    'ERR_APP_ATTEST_OS_VERSION_DENIED',
  ],
  ERR_APP_ATTEST_KEY_ID_MISMATCH: ['ERR_APP_ATTEST_CREDENTIAL_ID_MISMATCH'],
  ERR_APP_ATTEST_AAGUID_UNKNOWN: ['ERR_APP_ATTEST_ENVIRONMENT_DENIED'],
  ERR_APP_ATTEST_CATEGORY_INVALID: ['ERR_APP_ATTEST_CATEGORY_MISSING'],
  ERR_APP_ATTEST_BUNDLE_VERSION_INVALID: ['ERR_APP_ATTEST_BUNDLE_VERSION_MISSING'],
  ERR_APP_ATTEST_ASSERTION_CATEGORY_INVALID: ['ERR_APP_ATTEST_ASSERTION_CATEGORY_MISSING'],
  ERR_APP_ATTEST_ASSERTION_BUNDLE_VERSION_INVALID: ['ERR_APP_ATTEST_ASSERTION_BUNDLE_VERSION_MISSING'],
  ERR_APP_ATTEST_RECEIPT_SIGNED_ATTRIBUTES_UNSUPPORTED: ['ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID'],
  ERR_APP_ATTEST_RECEIPT_KEY_MISMATCH: ['ERR_APP_ATTEST_RECEIPT_LEAF_MISMATCH'],
  'leaf-twice': [
    'ERR_APP_ATTEST_INTERMEDIATE_INVALID',
    'ERR_APP_ATTEST_ISSUER_MISMATCH',
    'ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID',
  ],
  'root-as-intermediate': ['ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID'],
  'leaf-by-root': ['ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID'],
  'leaf-not-yet-valid': ['ERR_APP_ATTEST_NOT_YET_VALID'],
};

/** Everything with a defect, held to all but what is left out. */
function allMade(
  omit: (name: AppAttestDefect) => readonly string[] = () => [],
): [AppAttestDefect, Verdicts][] {
  return [
    ...defectsOf('attestation').map((name): [AppAttestDefect, Verdicts] => [
      name,
      attested(name, omit(name)),
    ]),
    ...defectsOf('assertion').map((name): [AppAttestDefect, Verdicts] => [name, asserted(name, omit(name))]),
    ...defectsOf('receipt').map((name): [AppAttestDefect, Verdicts] => [name, received(name, omit(name))]),
  ];
}

const EXPECTATIONS = [
  'minimumOs',
  'maxAgeSeconds',
  'category',
  'bundleVersion',
  'codeDirectoryHash',
  'leafCertificate',
  'clientDataHash',
  'environment',
] as const;

describe('a defect', () => {
  // Where nothing after it can be read the inspector ends; everywhere else it looks at all the rest.
  it.each(allMade().filter(([name, made]) => made.inspection.checks.at(-1)?.code !== codeFor(name)))(
    '%s is the only one, so that a verifier which misses it accepts the object',
    (name, made) => {
      const follows = FOLLOWS[name] ?? FOLLOWS[codeFor(name)] ?? [];
      expect(failed(made)).toEqual([codeFor(name), ...follows]);
    },
  );

  it('that needs an expectation is in a genuine object, accepted without it', () => {
    const made = allMade((name) => needsOf(name)).filter(([name]) => needsOf(name).length > 0);
    expect(made).toHaveLength(19);
    for (const [name, { verify }] of made) expect([name, codeOf(verify)]).toEqual([name, 'accepted']);
    expect(new Set(made.flatMap(([name]) => needsOf(name)))).toEqual(new Set(EXPECTATIONS));
  });

  it('that needs none is refused where nothing is expected but what has to be', () => {
    const made = allMade(() => EXPECTATIONS).filter(([name]) => needsOf(name).length === 0);
    expect(made.length).toBeGreaterThan(170);
    for (const [name, { verify }] of made) expect([name, codeOf(verify)]).toEqual([name, codeFor(name)]);
  });

  it('is what stands in the table, which nobody can change', () => {
    expect(Object.isFrozen(APP_ATTEST_DEFECTS)).toBe(true);
    expect(Object.values(APP_ATTEST_DEFECTS).every(Object.isFrozen)).toBe(true);
    expect(APP_ATTEST_DEFECTS['other-challenge']).toEqual({
      target: 'attestation',
      code: 'ERR_APP_ATTEST_NONCE_MISMATCH',
      says: 'made for another challenge',
      needs: undefined,
    });
  });

  it.each<[string, () => unknown]>([
    ['is not known', () => key.attest({ challenge: CHALLENGE }, 'unheard-of' as 'truncated')],
    ['is inherited', () => key.attest({ challenge: CHALLENGE }, 'constructor' as 'truncated')],
    ['is of something else', () => key.assert({ clientData: '' }, 'truncated' as 'assertion-empty')],
  ])('that %s is refused', (_, make) => {
    expect(make).toThrow(ConfigurationError);
  });

  it('of a receipt can be in an attestation that is sound itself', () => {
    const attestation = key.attest({ challenge: CHALLENGE }, 'receipt-other-app');
    const { receipt, certificate: leafCertificate } = verifyAppAttestAttestation(attestation, ATTESTATION);
    const expected = { ...RECEIPT, publicKey: key.publicKey, leafCertificate, clientDataHash: undefined };
    expect(inspectAppAttestReceipt(receipt, expected)).toMatchObject({
      code: 'ERR_APP_ATTEST_RECEIPT_APP_ID_MISMATCH',
    });
  });
});

describe.each([
  ['14.2', 'ios', 'production'],
  ['16.2', 'macos', 'production'],
  ['17.2', 'ios', 'development'],
  ['18.2', 'macos', 'production'],
  ['26.2', 'ios', 'production'],
] as const)('a phone with %s (%s, %s)', (osVersion, platform, environment) => {
  const phone = apple.createIPhone({ appId: APP_ID, osVersion, platform, environment });
  // Before iOS 27 nothing says how the app was launched; a demand for it refuses everything.
  const names = defectsOf('attestation').filter(
    (name) => !/^(category|bundle|code)/.test(needsOf(name)[0] ?? ''),
  );

  it('makes the same defects of attestations', () => {
    for (const name of names) {
      const own = phone.generateKey();
      const attestation = own.attest({ challenge: CHALLENGE }, name);
      const expected = { ...ATTESTATION, keyId: own.keyId, environments: [environment] } as const;
      const demands = {
        category: undefined,
        bundleVersion: undefined,
        codeDirectoryHash: undefined,
        minimumOs: '14.1',
      };
      const inspection = inspectAppAttestAttestation(attestation, { ...expected, ...demands });
      expect([name, inspection]).toMatchObject([name, { code: codeFor(name) }]);
    }
  });
});

describe('every check', () => {
  /** Those of what the caller expects, of the fields that carry an object, and of keys that are enrolled already. */
  const OUT_OF_REACH = [
    'ERR_APP_ATTEST_KEY_ID_MALFORMED',
    'ERR_APP_ATTEST_APP_ID_DENIED',
    'ERR_APP_ATTEST_VIRTUAL_DENIED',
    'ERR_APP_ATTEST_ROOT_DENIED',
    'ERR_APP_ATTEST_RISK_DENIED',
    'ERR_APP_ATTEST_ASSERTION_ENCODING_MALFORMED',
    'ERR_APP_ATTEST_ASSERTION_KEY_UNKNOWN',
  ];

  it('has a defect that it alone catches first', () => {
    const reached = new Set<string>(Object.values(APP_ATTEST_DEFECTS).map(({ code }) => code));
    const checks = [ATTESTATION_CHECKS, POLICY_CHECKS, ASSERTION_CHECKS, RECEIPT_CHECKS].flatMap((catalog) =>
      Object.values(catalog),
    );
    expect(checks.length).toBeGreaterThan(80);
    expect(checks.map(({ code }) => code).filter((code) => !reached.has(code))).toEqual(OUT_OF_REACH);
  });
});

function needsOf(name: AppAttestDefect): readonly string[] {
  const { needs } = APP_ATTEST_DEFECTS[name];
  return needs === undefined ? [] : [needs];
}

function codeFor(name: AppAttestDefect): string {
  return APP_ATTEST_DEFECTS[name].code;
}
