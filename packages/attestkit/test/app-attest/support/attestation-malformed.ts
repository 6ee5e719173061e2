import { webcrypto } from 'node:crypto';
import { encode } from 'cborg';
import { newKeys } from '../../kernel/support/certificates.js';
import * as forging from './forge.js';
import type { Refused } from './judge.js';

const { launchMap, ROOT_DER } = forging;
const otherKeys = await newKeys('P-256');
const otherPoint = Buffer.from(await webcrypto.subtle.exportKey('raw', otherKeys.publicKey));
const p384Keys = await newKeys('P-384');

/** What cannot be read: the code, and how to make it. */
export const MALFORMED: readonly Refused[] = [
  ['another format', 'FORMAT_UNKNOWN', { members: (all) => ({ ...all, fmt: 'packed' }) }],
  ['a format that is no text', 'FORMAT_UNKNOWN', { members: (all) => ({ ...all, fmt: 1 }) }],
  ['a list in place of a map', 'CBOR_MALFORMED', { members: (all) => [all] }],
  [
    'a key that is no text',
    'CBOR_MALFORMED',
    { members: (all) => new Map<unknown, unknown>([...Object.entries(all), [1, 2]]) },
  ],
  ['no statement', 'STATEMENT_MALFORMED', { members: (all) => ({ ...all, attStmt: null }) }],
  ['no receipt', 'STATEMENT_MALFORMED', { members: (all) => ({ ...all, attStmt: { x5c: [] } }) }],
  [
    'a receipt that is text',
    'STATEMENT_MALFORMED',
    { members: (all) => ({ ...all, attStmt: { x5c: [], receipt: '' } }) },
  ],
  [
    'a third member of the statement',
    'STATEMENT_MALFORMED',
    { members: (all) => ({ ...all, attStmt: { x5c: [], receipt: Buffer.of(), sig: 1 } }) },
  ],
  [
    'authenticator data that is text',
    'STATEMENT_MALFORMED',
    { members: (all) => ({ ...all, authData: 'x' }) },
  ],
  ['no authenticator data', 'STATEMENT_MALFORMED', { members: ({ fmt, attStmt }) => ({ fmt, attStmt }) }],
  ['certificates that are no list', 'STATEMENT_MALFORMED', { x5c: ([leaf]) => leaf }],
  ['no certificate', 'CHAIN_MALFORMED', { x5c: () => [] }],
  ['one certificate', 'CHAIN_MALFORMED', { x5c: (x5c) => x5c.slice(0, 1) }],
  ['the root as a third certificate', 'CHAIN_MALFORMED', { x5c: (x5c) => [...x5c, ROOT_DER] }],
  ['a certificate that is text', 'CERTIFICATE_MALFORMED', { x5c: ([leaf]) => [leaf, 'x'] }],
  [
    'a certificate with a byte behind it',
    'CERTIFICATE_MALFORMED',
    { x5c: ([leaf, ca]) => [Buffer.concat([leaf as Buffer, Buffer.of(0)]), ca] },
  ],
  ['an empty certificate', 'CERTIFICATE_MALFORMED', { x5c: ([, ca]) => [Buffer.of(), ca] }],
  ['a key on another curve', 'KEY_MALFORMED', { keys: p384Keys, coseKey: forging.coseOf(otherPoint) }],
  ['authenticator data that is cut off', 'AUTH_DATA_MALFORMED', { authData: (data) => data.subarray(0, 54) }],
  [
    'a credential id that runs past the end',
    'AUTH_DATA_MALFORMED',
    { authData: (data) => data.fill(0xff, 53, 55) },
  ],
  ['no credential key', 'AUTH_DATA_MALFORMED', { coseKey: Buffer.of() }],
  ['a credential key that is cut off', 'AUTH_DATA_MALFORMED', { authData: (data) => data.subarray(0, -1) }],
  ['a byte behind the credential key', 'AUTH_DATA_MALFORMED', { launch: Buffer.of(0) }],
  [
    'two maps of extensions',
    'AUTH_DATA_MALFORMED',
    { launch: Buffer.concat([launchMap(4, '1'), launchMap(4, '1')]) },
  ],
  [
    'a byte behind the extensions',
    'AUTH_DATA_MALFORMED',
    { launch: Buffer.concat([launchMap(4, '1'), Buffer.of(0)]) },
  ],
  ['extensions by number', 'AUTH_DATA_MALFORMED', { launch: Buffer.from('a10101', 'hex') }],
  ['an extension twice', 'AUTH_DATA_MALFORMED', { launch: Buffer.from('a2617801617801', 'hex') }],
  [
    'both names of the category',
    'AUTH_DATA_MALFORMED',
    {
      launch: Buffer.from(
        encode({ apple_validation_category_01: Buffer.alloc(4), validationCategory: Buffer.alloc(4) }),
      ),
    },
  ],
  ['a short key id', 'KEY_ID_MALFORMED', {}, { keyId: Buffer.alloc(31) }],
  ['an empty key id', 'KEY_ID_MALFORMED', {}, { keyId: '' }],
  ['a key id with white space', 'KEY_ID_MALFORMED', {}, { keyId: ` ${Buffer.alloc(32).toString('base64')}` }],
  ['a key id in hexadecimal', 'KEY_ID_MALFORMED', {}, { keyId: Buffer.alloc(32).toString('hex') }],
  ['a key id that is not canonical', 'KEY_ID_MALFORMED', {}, { keyId: `${'A'.repeat(42)}B=` }],
  ['a key id that is very long', 'KEY_ID_MALFORMED', {}, { keyId: 'A'.repeat(1_000_000) }],
];
