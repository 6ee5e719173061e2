import { webcrypto } from 'node:crypto';
import { encode } from 'cborg';
import { newKeys } from '../../kernel/support/certificates.js';
import * as forging from './forge.js';
import type { Refused } from './judge.js';

const {
  MAC,
  MAC_POLICY,
  CHALLENGE,
  launchMap,
  NOW,
  osExtension,
  DEVELOPMENT,
  NONCE_OID,
  OS_OID,
  POLICY_OID,
} = forging;
const GOOD = await forging.forge();
const otherKeys = await newKeys('P-256');
const otherPoint = Buffer.from(await webcrypto.subtle.exportKey('raw', otherKeys.publicKey));

/** What does not hold, or is not allowed: the code, and how to make it. */
export const UNTRUSTED_OR_DENIED: readonly Refused[] = [
  ['no nonce', 'NONCE_MISSING', { extensions: { [NONCE_OID]: null } }],
  ['a nonce of 31 bytes', 'NONCE_MISSING', { extensions: { [NONCE_OID]: `3023a121041f${'00'.repeat(31)}` } }],
  [
    'a nonce under another tag',
    'NONCE_MISSING',
    { extensions: { [NONCE_OID]: `3024a2220420${'00'.repeat(32)}` } },
  ],
  [
    'two nonces',
    'NONCE_MISSING',
    { extensions: { [NONCE_OID]: `3048${`a1220420${'00'.repeat(32)}`.repeat(2)}` } },
  ],
  [
    'a byte behind the nonce',
    'NONCE_MISSING',
    { extensions: { [NONCE_OID]: `3024a1220420${'00'.repeat(32)}00` } },
  ],
  ['another nonce', 'NONCE_MISMATCH', { extensions: { [NONCE_OID]: `3024a1220420${'00'.repeat(32)}` } }],
  ['another challenge', 'NONCE_MISMATCH', {}, { challenge: `${CHALLENGE}!` }],
  [
    'the challenge, not hashed',
    'NONCE_MISMATCH',
    {},
    { challenge: undefined, clientDataHash: Buffer.from(CHALLENGE) },
  ],
  ['an unreadable operating system', 'OS_EXTENSION_INVALID', { extensions: { [OS_OID]: '0500' } }],
  [
    'an operating system that is no text',
    'OS_EXTENSION_INVALID',
    { extensions: { [OS_OID]: '3007 bf8a78 03 020101' } },
  ],
  [
    'an operating system that is not ASCII',
    'OS_EXTENSION_INVALID',
    { extensions: { [OS_OID]: '3007 bf8a78 03 0401ff' } },
  ],
  [
    'a platform twice',
    'OS_EXTENSION_INVALID',
    { extensions: { [OS_OID]: `300e${'bf880203040178'.repeat(2)}` } },
  ],
  ['a Mac without an access policy', 'MACOS_POLICY_MISMATCH', { extensions: { [OS_OID]: MAC } }],
  [
    'a Mac with another access policy',
    'MACOS_POLICY_MISMATCH',
    { extensions: { [OS_OID]: MAC, [POLICY_OID]: '3005a303040161' } },
  ],
  [
    'a Mac with its policy under another tag',
    'MACOS_POLICY_MISMATCH',
    { extensions: { [OS_OID]: MAC, [POLICY_OID]: MAC_POLICY.replace('a344', 'a444') } },
  ],
  [
    'an access policy without a platform',
    'MACOS_POLICY_MISMATCH',
    { extensions: { [OS_OID]: null, [POLICY_OID]: '3005a303040161' } },
  ],
  [
    'another platform',
    'MACOS_POLICY_MISMATCH',
    { extensions: { [OS_OID]: osExtension('1.0', 'A', 'bridgeos') } },
  ],
  ['the key id of another key', 'KEY_ID_MISMATCH', {}, { keyId: Buffer.alloc(32, 1) }],
  ['another app', 'APP_ID_MISMATCH', { appId: 'TEAMID1234.com.example.other' }],
  ['the same app of another team', 'APP_ID_MISMATCH', { appId: 'TEAMID1235.com.example.app' }],
  ['a counter of one', 'COUNTER_INVALID', { counter: 1 }],
  ['the highest counter', 'COUNTER_INVALID', { counter: 0xffff_ffff }],
  ['another aaguid', 'AAGUID_UNKNOWN', { aaguid: 'appattest\0\0\0\0\0\0\x01' }],
  ['the sandbox of Apple’s older prose', 'AAGUID_UNKNOWN', { aaguid: 'appattestsandbox' }],
  ['another credential id', 'CREDENTIAL_ID_MISMATCH', { credentialId: Buffer.alloc(32) }],
  [
    'a credential id and more',
    'CREDENTIAL_ID_MISMATCH',
    { credentialId: Buffer.concat([GOOD.expected.keyId as Buffer, Buffer.of(0)]) },
  ],
  ['an empty credential id', 'CREDENTIAL_ID_MISMATCH', { credentialId: Buffer.of() }],
  ['another credential key', 'CREDENTIAL_KEY_MISMATCH', { coseKey: forging.coseOf(otherPoint) }],
  ['a credential key that is none', 'CREDENTIAL_KEY_MISMATCH', { coseKey: Buffer.of(0xa0) }],
  ...[0, 7, 8, 9, 11, 0xffff_ffff].map(
    (number) => [`category ${number}`, 'CATEGORY_INVALID', { launch: launchMap(number, '1') }] as const,
  ),
  [
    'a category that is a number',
    'CATEGORY_INVALID',
    { launch: Buffer.from(encode({ apple_validation_category_01: 4 })) },
  ],
  [
    'a category that is null',
    'CATEGORY_INVALID',
    { launch: Buffer.from(encode({ apple_validation_category_01: null })) },
  ],
  [
    'a category of three bytes',
    'CATEGORY_INVALID',
    { launch: Buffer.from(encode({ validationCategory: Buffer.of(4, 0, 0) })) },
  ],
  [
    'a bundle version that is a number',
    'BUNDLE_VERSION_INVALID',
    { launch: Buffer.from(encode({ apple_bundle_version_01: 1 })) },
  ],
  ['no category, where one is required', 'CATEGORY_MISSING', {}, { category: { allowed: ['app-store'] } }],
  [
    'another category',
    'CATEGORY_DENIED',
    { launch: launchMap(2, '1') },
    { category: { allowed: ['app-store'], whenAbsent: 'accept' } },
  ],
  [
    'no bundle version, where one is required',
    'BUNDLE_VERSION_MISSING',
    {},
    { bundleVersion: { allowed: ['1'] } },
  ],
  [
    'another bundle version',
    'BUNDLE_VERSION_DENIED',
    { launch: launchMap(4, '1.0') },
    { bundleVersion: { allowed: ['1'] } },
  ],
  [
    'no hash of the code, where one is required',
    'CODE_DIRECTORY_MISSING',
    { launch: launchMap(4, '1') },
    { codeDirectoryHash: { allowed: ['ab'.repeat(32)] } },
  ],
  [
    'other code',
    'CODE_DIRECTORY_DENIED',
    { launch: forging.codeMap('cd') },
    { codeDirectoryHash: { allowed: ['ab'.repeat(32)] } },
  ],
  ['development, where that is not allowed', 'ENVIRONMENT_DENIED', { aaguid: DEVELOPMENT }],
  ['production, where development is tested', 'ENVIRONMENT_DENIED', {}, { environments: ['development'] }],
  ['an older system', 'OS_VERSION_DENIED', {}, { minimumOs: '17.3' }],
  ['a system older in a number, not in a digit', 'OS_VERSION_DENIED', {}, { minimumOs: '17.10' }],
  [
    'a system of unknown version',
    'OS_VERSION_DENIED',
    { extensions: { [OS_OID]: null } },
    { minimumOs: '14' },
  ],
  [
    'a system whose version is no number',
    'OS_VERSION_DENIED',
    { extensions: { [OS_OID]: osExtension('latest', 'x', 'iphoneos') } },
    { minimumOs: '14' },
  ],
  ['an attestation of the future', 'NOT_YET_VALID', {}, { maxAgeSeconds: 60, now: NOW - 61_000 }],
  ['an attestation that is too old', 'TOO_OLD', {}, { maxAgeSeconds: 60, now: NOW + 61_000 }],
];
