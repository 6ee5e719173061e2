import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { cli } from '../cli/support/terminal.js';
import { token } from '../app-check/support/tokens.js';
import { boolean, rootOfTrust, type Tags } from '../key-attestation/support/describe.js';
import { factoryDrafts } from '../key-attestation/support/forge.js';
import { integer } from '../../../testing/src/encode/der.js';
import { APP_CHECK, CHAIN_MEMBERS, chainFile, PAYLOAD } from './support/android-files.js';
import { ATTESTATION, RECEIPT } from './support/app-attest-files.js';

const detail = (file: object, code: string): string | undefined =>
  inspectEvidence(file).checks.find((check) => check.code === code)?.detail;
const CHAIN = { ...chainFile(), ...CHAIN_MEMBERS };
const described = (hardware: Tags): object => ({ ...chainFile({ hardware }), ...CHAIN_MEMBERS });
const TIME = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
const before = new RegExp(`^(.*: )?found ${TIME}, expected ${TIME} or earlier$`);
const after = new RegExp(`^(.*: )?found ${TIME}, expected ${TIME} or later$`);

describe('what a check found, and what it expects', () => {
  it.each<[string, object, string, RegExp | string]>([
    ['App Attest, begin', ATTESTATION, 'ERR_APP_ATTEST_CERTIFICATE_NOT_YET_VALID', before],
    ['App Attest, end', ATTESTATION, 'ERR_APP_ATTEST_CERTIFICATE_EXPIRED', after],
    [
      'App Attest, expired',
      { ...ATTESTATION, at: '2099-01-01T00:00:00Z' },
      'ERR_APP_ATTEST_CERTIFICATE_EXPIRED',
      /^a certificate of the chain has expired: found certificate \d, tbsCertificate.validity.notAfter: 20[\d-]+T[\d:.]+Z, expected 2099-01-01T00:00:00\.000Z or later$/,
    ],
    [
      'App Attest, age',
      { ...ATTESTATION, at: '2026-11-20T13:00:00Z', maxAgeSeconds: 300 },
      'ERR_APP_ATTEST_TOO_OLD',
      /: found 3\d{3} s, expected at most 300 s$/,
    ],
    ['App Attest, any age', ATTESTATION, 'ERR_APP_ATTEST_TOO_OLD', /^not asked; found -?\d+ s$/],
    [
      'App Attest, any category',
      ATTESTATION,
      'ERR_APP_ATTEST_CATEGORY_MISSING',
      'not asked; found "app-store"',
    ],
    ['App Attest, any version', ATTESTATION, 'ERR_APP_ATTEST_BUNDLE_VERSION_MISSING', /^not asked; found "/],
    [
      'App Attest, app',
      { ...ATTESTATION, appId: 'TEAMID1234.com.example' },
      'ERR_APP_ATTEST_APP_ID_MISMATCH',
      /: found "[0-9a-f]{64}", expected "TEAMID1234\.com\.example \(SHA-256 [0-9a-f]{64}\)"$/,
    ],
    [
      'App Attest, environment',
      ATTESTATION,
      'ERR_APP_ATTEST_ENVIRONMENT_DENIED',
      'found "production", expected "production"',
    ],
    ['a receipt, end', RECEIPT, 'ERR_APP_ATTEST_RECEIPT_EXPIRED', after],
    ['a receipt, begin', RECEIPT, 'ERR_APP_ATTEST_RECEIPT_NOT_YET_VALID', before],
    [
      'a receipt, age',
      { ...RECEIPT, at: '2026-11-20T13:00:00Z', maxAgeSeconds: 300 },
      'ERR_APP_ATTEST_RECEIPT_TOO_OLD',
      /: found 2026-11-20T12:00:00\.120Z, expected 2026-11-20T12:55:00\.000Z or later$/,
    ],
    ['a chain, length', CHAIN, 'ERR_KEY_ATTESTATION_CHAIN_MALFORMED', 'found 5 certificates'],
    ['a chain, attestation', CHAIN, 'ERR_KEY_ATTESTATION_EXTENSION_REPEATED', 'found position 0'],
    [
      'a chain, provisioning info',
      CHAIN,
      'ERR_KEY_ATTESTATION_PROVISIONING_POSITION_INVALID',
      'found position 1',
    ],
    [
      'a chain, no provisioning info',
      { ...chainFile(undefined, factoryDrafts()), ...CHAIN_MEMBERS },
      'ERR_KEY_ATTESTATION_PROVISIONING_POSITION_INVALID',
      'found none',
    ],
    ['a chain, begin', CHAIN, 'ERR_KEY_ATTESTATION_NOT_YET_VALID', before],
    ['a chain, end', CHAIN, 'ERR_KEY_ATTESTATION_EXPIRED', after],
    [
      'a chain, any patches',
      CHAIN,
      'ERR_KEY_ATTESTATION_PATCH_LEVEL_DENIED',
      /^not asked; found system \d{4}-\d\d/,
    ],
    [
      'a chain, patches',
      { ...CHAIN, policy: { minimumPatchLevel: '2026-07', minimumBootPatchLevel: '2026-08-05' } },
      'ERR_KEY_ATTESTATION_PATCH_LEVEL_DENIED',
      /: found system \d{4}-\d\d.*, expected at least system 2026-07, boot 2026-08-05$/,
    ],
    [
      'a chain, no patches',
      described({ 706: undefined, 718: undefined, 719: undefined }),
      'ERR_KEY_ATTESTATION_PATCH_LEVEL_DENIED',
      'not asked; found none',
    ],
    [
      'a chain, unlocked',
      described({ 704: rootOfTrust({ locked: boolean(0) }) }),
      'ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED',
      /: found false, expected true$/,
    ],
    [
      'a chain, another system',
      described({ 704: rootOfTrust({ state: 1 }) }),
      'ERR_KEY_ATTESTATION_BOOT_STATE_DENIED',
      /: found "SELF_SIGNED", expected "VERIFIED"$/,
    ],
    [
      'a chain, another system than those that are listed',
      {
        ...described({ 704: rootOfTrust({ state: 1 }) }),
        policy: { verifiedBootKeys: ['00'.repeat(32)] },
      },
      'ERR_KEY_ATTESTATION_BOOT_STATE_DENIED',
      /: found "SELF_SIGNED", expected one of \["VERIFIED","SELF_SIGNED with a listed key"\]$/,
    ],
    [
      'a chain, origin',
      described({ 702: integer(2) }),
      'ERR_KEY_ATTESTATION_ORIGIN_INVALID',
      /: found 2 \(imported\), expected 0 \(generated\)$/,
    ],
    [
      'a chain, an origin that is not documented',
      described({ 702: integer(9) }),
      'ERR_KEY_ATTESTATION_ORIGIN_INVALID',
      /: found 9 \(unknown\), expected 0 \(generated\)$/,
    ],
    [
      'a chain, no origin',
      described({ 702: undefined }),
      'ERR_KEY_ATTESTATION_ORIGIN_INVALID',
      /elsewhere: expected 0 \(generated\)$/,
    ],
    [
      'a chain, challenge',
      { ...CHAIN, challenge: 'b3RoZXI=' },
      'ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH',
      `the key was attested for another challenge: found "${CHAIN_MEMBERS.challenge}", expected "b3RoZXI="`,
    ],
    ['a chain, any purposes', CHAIN, 'ERR_KEY_ATTESTATION_PURPOSES_DENIED', 'not asked; found [2,3]'],
    [
      'a chain, purposes',
      { ...CHAIN, policy: { purposes: ['encrypt'] } },
      'ERR_KEY_ATTESTATION_PURPOSES_DENIED',
      /: found \[2,3\], expected \[0\]$/,
    ],
    [
      'a chain, an old key',
      { ...CHAIN, policy: { maxKeyAgeSeconds: 4 } },
      'ERR_KEY_ATTESTATION_TOO_OLD',
      /: found 5 s, expected at most 4 s$/,
    ],
    [
      'a chain, a key of the future',
      { ...CHAIN, at: '2026-06-15T11:58:54Z', policy: { maxKeyAgeSeconds: 4 } },
      'ERR_KEY_ATTESTATION_CREATION_TIME_DENIED',
      /: found -61 s, expected at least -60 s$/,
    ],
    [
      'a chain, any system',
      described({ 705: integer(80_105) }),
      'ERR_KEY_ATTESTATION_OS_VERSION_DENIED',
      'not asked; found 8.1.5',
    ],
    [
      'a chain, system',
      { ...CHAIN, policy: { minimumOs: '17' } },
      'ERR_KEY_ATTESTATION_OS_VERSION_DENIED',
      /: found 16\.0\.0, expected at least 17\.0\.0$/,
    ],
    [
      'a chain, any number of certificates',
      CHAIN,
      'ERR_KEY_ATTESTATION_CERTIFICATES_ISSUED_DENIED',
      'not asked; found 3',
    ],
    [
      'a chain, certificates',
      { ...CHAIN, policy: { maxCertificatesIssued: 2 } },
      'ERR_KEY_ATTESTATION_CERTIFICATES_ISSUED_DENIED',
      /: found 3, expected at most 2$/,
    ],
    [
      'a chain, provisioning',
      { ...chainFile(undefined, factoryDrafts()), ...CHAIN_MEMBERS, policy: { provisioning: 'remote' } },
      'ERR_KEY_ATTESTATION_PROVISIONING_DENIED',
      /: found "factory", expected "remote"$/,
    ],
    ['a chain, any user', CHAIN, 'ERR_KEY_ATTESTATION_USER_AUTHENTICATION_DENIED', 'not asked; found none'],
    [
      'a chain, a user',
      { ...CHAIN, policy: { userAuthentication: 'required' } },
      'ERR_KEY_ATTESTATION_USER_AUTHENTICATION_DENIED',
      /: found none, expected a kind of authentication$/,
    ],
    [
      'a chain, StrongBox',
      { ...CHAIN, policy: { securityLevel: 'strong-box' } },
      'ERR_KEY_ATTESTATION_SECURITY_LEVEL_DENIED',
      /: found "TRUSTED_ENVIRONMENT", expected "STRONG_BOX"$/,
    ],
    [
      'a chain, another app',
      { ...CHAIN, apps: [{ ...CHAIN_MEMBERS.apps[0], packageName: 'com.example.other' }] },
      'ERR_KEY_ATTESTATION_PACKAGE_MISMATCH',
      /: found \["com\.example\.app"\], expected "com\.example\.other"$/,
    ],
    [
      'a chain, an old app',
      { ...CHAIN, apps: [{ ...CHAIN_MEMBERS.apps[0], minimumVersionCode: 8 }] },
      'ERR_KEY_ATTESTATION_APP_VERSION_DENIED',
      /: found \[\{"name":"com\.example\.app","version":7\}\], expected at least 8$/,
    ],
    ['App Check, begin', APP_CHECK, 'ERR_APP_CHECK_TOKEN_IAT_NOT_YET_VALID', before],
    [
      'App Check, a long life',
      { ...APP_CHECK, token: token({ exp: 2_000_000_000 }) },
      'ERR_APP_CHECK_TOKEN_LIFETIME_INVALID',
      /: found \d+ s, expected at most 604800 s$/,
    ],
    ['a verdict, any Android', PAYLOAD, 'ERR_PLAY_INTEGRITY_SDK_VERSION_DENIED', /^not asked(; found \d+)?$/],
    [
      'a verdict, license',
      PAYLOAD,
      'ERR_PLAY_INTEGRITY_LICENSING_DENIED',
      /^found "LICENSED", expected "LICENSED"$/,
    ],
    [
      'a verdict, an old app',
      { ...PAYLOAD, expect: { ...PAYLOAD.expect, minimumVersionCode: '43' } },
      'ERR_PLAY_INTEGRITY_VERSION_CODE_DENIED',
      /: found "42", expected at least 43$/,
    ],
  ])('is said with units and the right way round: %s', (_, file, code, text) => {
    if (typeof text === 'string') expect(detail(file, code)).toBe(text);
    else expect(detail(file, code)).toMatch(text);
  });
});

describe('a report as text', () => {
  const file = { ...CHAIN, policy: { minimumPatchLevel: '2027-01' }, at: '2026-06-20T12:00:00Z' };

  it('marks a check with ok, FAILED or not asked', async () => {
    const { out } = await cli(['inspect', '-'], {}, { stdin: JSON.stringify(file) });
    expect(out).not.toMatch(/\bheld\b/);
    expect(out).toMatch(/^ {2}ok {8}certificate size /m);
    expect(out).toMatch(/^ {2}FAILED {4}patch levels allowed /m);
    expect(out).toMatch(/^ {2}not asked user authentication\n(?: {12}.+\n)+ {12}found none$/m);
    expect(out).not.toContain('not asked;');
  });

  it('repeats the check that failed with its numbers, and names the others', async () => {
    const later = { ...file, at: '2027-07-01T12:00:00Z' };
    const { out } = await cli(['inspect', '-'], {}, { stdin: JSON.stringify(later) });
    const [, end = ''] = out.split('\nFAIL ');
    const text = end.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(
      /^ERR_KEY_ATTESTATION_EXPIRED .*: found certificate \d, tbsCertificate.validity.notAfter: 20[\d-]+T[\d:.]+Z \(\d+ (?:days|years?) earlier\), expected 2027-07-01T12:00:00\.000Z or later /,
    );
    expect(text).toContain('Failed too: patch levels allowed');
    const one = await cli(['inspect', '-'], {}, { stdin: JSON.stringify(file) });
    const last = one.out.split('\nFAIL ')[1]?.replaceAll(/\s+/g, ' ');
    expect(last).toMatch(/^ERR_KEY_ATTESTATION_PATCH_LEVEL_DENIED .*, expected at least system 2027-01 /);
    expect(last).not.toContain('Failed too');
  });
});
