import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { boolean, rootOfTrust, type Description } from '../key-attestation/support/describe.js';
import { remoteDrafts } from '../key-attestation/support/forge.js';
import { vectors } from '../vectors.js';
import { base64, CHAIN_MEMBERS, chainFile } from './support/android-files.js';
import { failed } from './support/unusable.js';

const HONEST = chainFile();
const UNLOCKED: Description = {
  hardware: { 704: rootOfTrust({ locked: boolean(0), state: 2 }) },
};
const namesOf = (file: object): readonly string[] => inspectEvidence(file).checks.map(({ name }) => name);
const codes = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `ERR_KEY_ATTESTATION_${name}`);

/** The checks of each part of a file, which are there only with it. */
const CHECKS_OF = {
  challenge: ['challenge'],
  apps: ['app expected', 'app signed as expected', 'key of the app alone', 'app version allowed'],
  policy: ['root of trust present', 'bootloader locked', 'boot verified'],
  revocationList: ['no certificate revoked'],
} as const;

describe('a chain of Android', () => {
  it('passes, and says what it was not compared with', () => {
    const report = inspectEvidence(HONEST);
    expect([report.verdict, failed(report)]).toEqual(['pass', []]);
    expect(report.notChecked).toEqual(['challenge', 'app', 'verified boot', 'revocation list']);
    const all = inspectEvidence({ ...HONEST, ...CHAIN_MEMBERS });
    expect([all.verdict, all.notChecked]).toEqual(['pass', []]);
    expect(all).toMatchObject({ result: { appId: 'com.example.app', virtual: true } });
    expect(all.checks.length).toBeGreaterThan(report.checks.length);
  });

  it.each(Object.keys(CHECKS_OF) as (keyof typeof CHECKS_OF)[])(
    'has the checks of %s only where it is given',
    (member) => {
      const { [member]: _, ...rest } = CHAIN_MEMBERS;
      const without = namesOf({ ...HONEST, ...rest });
      const added = namesOf({ ...HONEST, ...CHAIN_MEMBERS }).filter((name) => !without.includes(name));
      expect(added.toSorted()).toEqual([...CHECKS_OF[member]].toSorted());
    },
  );

  it('is JSON, with bytes in base64', () => {
    const report = inspectEvidence({ ...HONEST, ...CHAIN_MEMBERS });
    if (report.verdict !== 'pass' || report.kind !== 'key-attestation') throw new Error('it fails');
    expect(report.result.keyDescription.attestationChallenge).toBe(CHAIN_MEMBERS.challenge);
    expect(report.result.key.publicKey).toMatch(/^MFkw[\w+/]+=*$/);
    expect(report.result.facts).toMatchObject({ chainLength: 5, rootKind: 'virtual' });
    expect(JSON.stringify(report)).not.toContain('"type":"Buffer"');
    expect(JSON.stringify(report)).not.toContain('{"0":');
  });

  it('is what it is under null as well', () => {
    const report = inspectEvidence({ ...HONEST, challenge: null, keyDescription: {}, upstreamExpected: {} });
    expect(report.verdict).toBe('pass');
    expect(report.notChecked).toContain('challenge');
  });

  it.each<[string, object, readonly string[]]>([
    ['of another challenge', { challenge: base64('another') }, codes('CHALLENGE_MISMATCH')],
    [
      'of another app',
      { apps: [{ ...CHAIN_MEMBERS.apps[0], packageName: 'com.example.other' }] },
      codes('PACKAGE_MISMATCH', 'DIGEST_MISMATCH', 'APP_VERSION_DENIED'),
    ],
    [
      'of an app that is too old',
      { apps: [{ ...CHAIN_MEMBERS.apps[0], minimumVersionCode: 8 }] },
      codes('APP_VERSION_DENIED'),
    ],
    [
      'with a certificate that is revoked',
      { revocationList: { entries: { F59C: { status: 'REVOKED' } } } },
      codes('REVOKED'),
    ],
    [
      'with a certificate that is suspended',
      { revocationList: { entries: { '3882': { status: 'SUSPENDED' } } } },
      codes('REVOKED'),
    ],
    ['under no root of Google’s', { roots: undefined }, codes('ROOT_UNKNOWN')],
    ['as of a later time', { at: '2027-06-15T12:00:00Z' }, codes('EXPIRED')],
    ['as of an earlier time', { at: '2026-06-01T12:00:00Z' }, codes('NOT_YET_VALID')],
    ['in no StrongBox', { policy: { securityLevel: 'strong-box' } }, codes('SECURITY_LEVEL_DENIED')],
    ['without the patches', { policy: { minimumPatchLevel: '2026-07' } }, codes('PATCH_LEVEL_DENIED')],
    ['that is not for encryption', { policy: { purposes: ['encrypt'] } }, codes('PURPOSES_DENIED')],
    ['that has no certificates', { certificateChain: [] }, codes('CHAIN_MALFORMED')],
    ['that is junk', { certificateChain: ['AAAA', 'AAAA', 'AAAA'] }, codes('CERTIFICATE_MALFORMED')],
    ['of 50', { certificateChain: Array(50).fill(HONEST.certificateChain[0]) }, codes('CHAIN_MALFORMED')],
    [
      'with one of 100 KB',
      { certificateChain: [...HONEST.certificateChain.slice(1), base64(Buffer.alloc(100_000))] },
      codes('CERTIFICATE_TOO_LARGE'),
    ],
  ])('%s fails', (_, members, expected) => {
    const report = inspectEvidence({ ...HONEST, ...CHAIN_MEMBERS, ...members });
    expect(failed(report)).toEqual(expected);
    expect(report.verdict === 'fail' && report.code).toBe(expected[0]);
    expect(() => JSON.stringify(report)).not.toThrow();
  });

  it.each<[string, object | undefined, string]>([
    ['passes', undefined, 'pass'],
    ['passes with another policy', { minimumOs: '13' }, 'pass'],
    ['fails where the boot has to be verified', { verifiedBoot: 'required' }, 'fail'],
    ['fails where other systems are allowed', { verifiedBootKeys: ['00'.repeat(32)] }, 'fail'],
  ])('of an unlocked device %s', (_, policy, verdict) => {
    expect(inspectEvidence({ ...chainFile(UNLOCKED), policy }).verdict).toBe(verdict);
  });
});

describe('revocation', () => {
  const revoked = (serial: bigint, revocationList: unknown): string => {
    const drafts = remoteDrafts();
    Object.assign(drafts[1] as object, { serial });
    const report = inspectEvidence({ ...chainFile(undefined, drafts), revocationList });
    return report.verdict === 'pass' ? 'pass' : report.code;
  };

  vectors('revocation/serial').run('finds serials in every encoding', ([vector]) => {
    const cases = (vector?.['cases'] ?? []) as readonly { serialDecimal?: string; listKey?: string }[];
    for (const { serialDecimal, listKey } of cases) {
      if (serialDecimal === undefined || listKey === undefined) continue;
      const serial = BigInt(serialDecimal);
      const entries = { [listKey]: { status: 'REVOKED' } };
      expect(revoked(serial, { entries })).toBe('ERR_KEY_ATTESTATION_REVOKED');
      expect(revoked(serial + 1n, { entries })).toBe('pass');
    }
  });

  vectors('revocation/docs').run('takes the list of the documentation', ([vector]) => {
    const status = vector?.['status'] as { readonly entries: object };
    for (const serial of Object.keys(status.entries))
      expect(revoked(BigInt(`0x${serial}`), status)).toBe('ERR_KEY_ATTESTATION_REVOKED');
    expect(revoked(0x2c8cdddfd5e03bfdn, status)).toBe('pass');
  });

  vectors('revocation/keyattestation').run('lets through what the list calls good', ([vector]) => {
    for (const { json, revoked: listed } of (vector?.['cases'] ?? []) as readonly {
      readonly json: { readonly entries: object };
      readonly revoked: readonly string[];
    }[])
      for (const serial of ['abc', '123', '456', 'def'])
        expect([json, serial, revoked(BigInt(`0x${serial}`), json)]).toEqual([
          json,
          serial,
          listed.includes(serial) ? 'ERR_KEY_ATTESTATION_REVOKED' : 'pass',
        ]);
  });

  vectors('revocation/google').run('refuses a serial that is suspended', ([vector]) => {
    const [certificate] = (vector?.['certs'] ?? []) as readonly { readonly serial: string }[];
    const serial = certificate?.serial ?? '';
    const entries = { [serial]: { status: 'SUSPENDED', reason: 'KEY_COMPROMISE' } };
    expect(revoked(BigInt(`0x${serial}`), { entries })).toBe('ERR_KEY_ATTESTATION_REVOKED');
  });
});
