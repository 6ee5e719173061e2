import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { enforcing, inspecting } from '../../src/kernel/sinks.js';
import {
  hasAttestScheme,
  readAttestCredentials,
  readKeyId,
  readProofField,
} from '../../src/sessions/evidence/proof-field.js';
import { refused } from './support/refusal.js';

/** Bytes whose base64 has every character that base64url has not. */
const ID = Buffer.from('fbeffbeffbeffffffffbeffbefff'.padEnd(64, '0'), 'hex');
const KEY_ID = ID.toString('base64');
const PROOF = Buffer.alloc(100, 0xfb).toString('base64');
const URL = { keyId: ID.toString('base64url'), proof: Buffer.from(PROOF, 'base64').toString('base64url') };

const credentials = (value: string) => readAttestCredentials(value, enforcing);
const field = (value: string) => readProofField(value, enforcing);

const EXPECTED = { keyId: URL.keyId, proofParameter: 'assertion', proof: PROOF, challenge: undefined };

describe('Authorization: Attest', () => {
  it.each([
    ['as documented', `Attest v=1, key_id="${KEY_ID}", assertion="${PROOF}"`],
    ['in any case', `ATTEST V=1, Key_ID="${KEY_ID}", ASSERTION="${PROOF}"`],
    ['in any order', `Attest assertion="${PROOF}",key_id="${KEY_ID}",v="1"`],
    ['with white space', `Attest   v = 1\t,  key_id = "${KEY_ID}" , assertion="${PROOF}"  `],
    ['with a token', `Attest v=1, key_id=${URL.keyId}, assertion="${PROOF}"`],
  ])('is read %s', (_, value) => {
    expect(hasAttestScheme(value)).toBe(true);
    expect(credentials(value)).toEqual(EXPECTED);
  });

  it('may have a challenge, and a signature in place of the assertion', () => {
    const sent = `Attest v=1, key_id="${KEY_ID}", signature="${PROOF}", challenge="AQID"`;
    expect(credentials(sent)).toEqual({ ...EXPECTED, proofParameter: 'signature', challenge: 'AQID' });
  });

  it.each(['Bearer abc', 'Attestation v=1', 'Attest,v=1', '', ' Attest v=1', 'Basic Attest', 'Attest\tv=1'])(
    'is not %j',
    (value) => {
      expect(hasAttestScheme(value)).toBe(false);
      expect(refused(() => credentials(value))).toBe('ERR_ASSERTION_MISSING');
    },
  );

  const one = `v=1, key_id="${KEY_ID}", assertion="${PROOF}"`;
  it.each([
    ['has nothing', 'Attest', 'MALFORMED'],
    ['has a token', 'Attest abc', 'MALFORMED'],
    ['has base64 without quotes', `Attest v=1, key_id=${KEY_ID}, assertion="${PROOF}"`, 'MALFORMED'],
    ['is there twice, joined by a comma', `Attest ${one}, Attest ${one}`, 'MALFORMED'],
    ['ends with a comma', `Attest ${one},`, 'MALFORMED'],
    ['has an empty element', `Attest v=1,, key_id="${KEY_ID}", assertion="${PROOF}"`, 'MALFORMED'],
    ['has semicolons', `Attest ${one.replaceAll(',', ';')}`, 'MALFORMED'],
    ['has an open quote', `Attest v=1, key_id="${KEY_ID}, assertion="${PROOF}"`, 'MALFORMED'],
    ['has an escape', `Attest v="\\1", key_id="${KEY_ID}", assertion="${PROOF}"`, 'MALFORMED'],
    ['has a parameter twice', `Attest v=1, ${one}`, 'MALFORMED'],
    ['has one twice in another case', `Attest ${one}, Assertion="${PROOF}"`, 'MALFORMED'],
    ['has a line break', `Attest ${one.replace(', ', ',\n')}`, 'MALFORMED'],
    ['has something behind', `Attest ${one} x`, 'MALFORMED'],
    ['has another version', `Attest ${one.replace('v=1', 'v=2')}`, 'VERSION_UNKNOWN'],
    ['has no version', `Attest ${one.replace('v=1, ', '')}`, 'VERSION_UNKNOWN'],
    ['has an unknown parameter', `Attest ${one}, realm="x"`, 'PARAMETERS_MALFORMED'],
    ['has a parameter every object has', `Attest ${one}, constructor="x"`, 'PARAMETERS_MALFORMED'],
    ['has no key id', `Attest v=1, assertion="${PROOF}"`, 'PARAMETERS_MALFORMED'],
    ['has no proof', `Attest v=1, key_id="${KEY_ID}"`, 'PARAMETERS_MALFORMED'],
    ['has an empty proof', `Attest v=1, key_id="${KEY_ID}", assertion=""`, 'PARAMETERS_MALFORMED'],
    ['has two proofs', `Attest ${one}, signature="${PROOF}"`, 'PARAMETERS_MALFORMED'],
    ['has an empty challenge', `Attest ${one}, challenge=""`, 'PARAMETERS_MALFORMED'],
    ['has a padded challenge', `Attest ${one}, challenge="AQ=="`, 'PARAMETERS_MALFORMED'],
    ['has a short key id', `Attest v=1, key_id="AQID", assertion="${PROOF}"`, 'KEY_ID_MALFORMED'],
    ['has a long key id', `Attest v=1, key_id="${PROOF}", assertion="${PROOF}"`, 'KEY_ID_MALFORMED'],
    ['is over 8 KiB', `Attest v=1, key_id="${KEY_ID}", assertion="${'A'.repeat(8192)}"`, 'TOO_LARGE'],
    ['is huge white space', `Attest ${' '.repeat(1_000_000)}`, 'TOO_LARGE'],
  ])('is refused when it %s', (_, value, code) => {
    expect(refused(() => credentials(value))).toBe(`ERR_ASSERTION_${code}`);
    const inspection = inspecting((checks) => readAttestCredentials(value, checks));
    expect(inspection).toMatchObject({ verdict: 'fail', code: `ERR_ASSERTION_${code}` });
  });
});

describe('X-App-Attest', () => {
  it.each([
    ['as documented', `v=1; key_id=${KEY_ID}; assertion=${PROOF}`],
    ['quoted', `v="1";key_id="${KEY_ID}";assertion="${PROOF}"`],
    ['in base64url', `v=1; key_id=${URL.keyId}; assertion=${PROOF}`],
  ])('is read %s', (_, value) => {
    expect(field(value)).toEqual(EXPECTED);
  });

  it('may have a challenge', () => {
    expect(field(`v=1; key_id=${KEY_ID}; assertion=${PROOF}; challenge=AQID`).challenge).toBe('AQID');
  });

  const one = `v=1; key_id=${KEY_ID}; assertion=${PROOF}`;
  it.each([
    ['is empty', '', 'MISSING'],
    ['is white space', '  ', 'MALFORMED'],
    ['has commas', one.replaceAll(';', ','), 'MALFORMED'],
    ['is there twice, joined by a comma', `${one}, ${one}`, 'MALFORMED'],
    ['ends with a semicolon', `${one};`, 'MALFORMED'],
    ['begins with a scheme', `Attest ${one}`, 'MALFORMED'],
    ['has a parameter twice', `${one}; v=1`, 'MALFORMED'],
    ['has an unknown parameter', `${one}; x=1`, 'PARAMETERS_MALFORMED'],
    ['has another version', one.replace('v=1', 'v=01'), 'VERSION_UNKNOWN'],
    [
      'has a key id that is not canonical',
      one.replace(KEY_ID, `${KEY_ID.slice(0, -2)}B=`),
      'KEY_ID_MALFORMED',
    ],
    ['has a key id with half its padding', one.replace(KEY_ID, `${KEY_ID}=`), 'KEY_ID_MALFORMED'],
  ])('is refused when it %s', (_, value, code) => {
    expect(refused(() => field(value))).toBe(`ERR_ASSERTION_${code}`);
  });
});

describe('a key id', () => {
  it('is the same however it was sent', () => {
    for (let round = 0; round < 200; round += 1) {
      const id = randomBytes(32);
      expect(readKeyId(id.toString('base64'))).toBe(id.toString('base64url'));
      expect(readKeyId(id.toString('base64url'))).toBe(id.toString('base64url'));
    }
  });

  it.each([
    '',
    'AQID',
    `${KEY_ID} `,
    KEY_ID.slice(0, -1),
    randomBytes(33).toString('base64'),
    'ü'.repeat(43),
  ])('is not %j', (text) => {
    expect(readKeyId(text)).toBeUndefined();
  });
});
