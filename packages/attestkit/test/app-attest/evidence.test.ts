import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { appAttest, type AppAttestOptions } from '../../src/app-attest/index.js';
import type { Enrolled, EnrollmentContext, EnrollmentEvidence, Signer } from '../../src/ports/enrollment.js';
import type { ReceiptExchanger } from '../../src/ports/receipts.js';
import { refusal } from '../approov/support/tokens.js';
import * as forging from './support/forge.js';

const { APP_ID, CHALLENGE, DAY, DEVELOPMENT, forge, HOUR, launchMap, NOW, ROOT_DER } = forging;

const OPTIONS: AppAttestOptions = { appIds: [APP_ID], roots: [ROOT_DER, forging.RECEIPT_ROOT] };
const EVIDENCE = appAttest(OPTIONS);
const REQUEST = { method: 'POST', target: '/attest', fields: () => [] };
const CONTEXT: EnrollmentContext = {
  challenge: CHALLENGE,
  deviceId: 'device',
  now: NOW,
  request: REQUEST,
  consumeChallenge: () => Promise.reject(new Error('not asked')),
};

type Fields = Readonly<Record<string, string | undefined>>;

const GOOD = await forge({ launch: launchMap(4, '42'), ownReceipt: true });
const KEY_ID = Buffer.from(GOOD.expected.keyId as Uint8Array);
const FIELDS = { key_id: KEY_ID.toString('base64'), attestation: GOOD.attestation.toString('base64') };

function enroll(fields: Fields = FIELDS, more: Partial<AppAttestOptions> = {}, at: number = NOW): Enrolled {
  const enrolled = appAttest({ ...OPTIONS, ...more }).verify(fields, { ...CONTEXT, now: at });
  if (enrolled instanceof Promise) throw new Error('nothing had to be fetched');
  return enrolled;
}

const fieldsOf = async (recipe: forging.Recipe): Promise<Fields> => {
  const { attestation } = await forge({ ...recipe, ownReceipt: true });
  return { ...FIELDS, attestation: attestation.toString('base64') };
};

describe('appAttest', () => {
  it('says how it is found, and that its proofs are counted', () => {
    const { kind, fields, provesKey, proof } = EVIDENCE satisfies EnrollmentEvidence<'appAttest'>;
    expect({ kind, fields }).toEqual({ kind: 'appAttest', fields: ['key_id', 'attestation'] });
    expect(provesKey).toBe(true);
    expect(proof).toMatchObject({ parameter: 'assertion', counted: true });
  });

  it('gives what the record keeps, as JSON', () => {
    const enrolled = enroll();
    expect(enrolled).toEqual({
      kind: 'appAttest',
      platform: 'ios',
      appId: APP_ID,
      environment: 'production',
      integrity: 'hardware',
      key: {
        id: KEY_ID.toString('base64url'),
        thumbprint: expect.stringMatching(/^[\w-]{43}$/),
        publicKey: expect.stringMatching(/^MFkw[\w-]+$/),
      },
      attestedAt: NOW,
      virtual: true,
      facts: { category: 'app-store', bundleVersion: '42', osVersion: '17.2.1', osBuild: '21C66' },
      receipt: expect.stringMatching(/^[\w+/]{4000,}=*$/),
    });
    expect(JSON.parse(JSON.stringify(enrolled))).toEqual(enrolled);
  });

  it('leaves out what is not known, and is never attested later than now', async () => {
    expect(enroll(await fieldsOf({})).facts).toEqual({ osVersion: '17.2.1', osBuild: '21C66' });
    expect(enroll(FIELDS, {}, NOW - 60_000).attestedAt).toBe(NOW - 60_000);
  });

  it('takes base64url as well', () => {
    const attestation = GOOD.attestation.toString('base64url');
    expect(enroll({ key_id: KEY_ID.toString('base64url'), attestation })).toEqual(enroll());
  });

  it.each<[string, Fields, string, string]>([
    ['no key id', { attestation: 'AAAA' }, 'KEY_ID_MISSING', 'missing'],
    ['an empty key id', { ...FIELDS, key_id: '' }, 'KEY_ID_MISSING', 'missing'],
    ['no attestation', { key_id: 'AAAA' }, 'MISSING', 'missing'],
    ['an empty attestation', { ...FIELDS, attestation: '' }, 'MISSING', 'missing'],
    [
      'an attestation with white space',
      { ...FIELDS, attestation: `${FIELDS.attestation}\n` },
      'ENCODING_MALFORMED',
      'malformed',
    ],
    [
      'an attestation that is too long',
      { ...FIELDS, attestation: 'A'.repeat(21_852) },
      'ENCODING_MALFORMED',
      'malformed',
    ],
    [
      'an attestation of a byte too much',
      { ...FIELDS, attestation: Buffer.alloc(16_385).toString('base64') },
      'ENCODING_MALFORMED',
      'malformed',
    ],
    [
      'an attestation as long as one may be, and no CBOR',
      { ...FIELDS, attestation: Buffer.alloc(16_384).toString('base64') },
      'CBOR_MALFORMED',
      'malformed',
    ],
    ['an attestation that is no CBOR', { ...FIELDS, attestation: 'AAAA' }, 'CBOR_MALFORMED', 'malformed'],
    ['a key id that is none', { ...FIELDS, key_id: 'AAAA' }, 'KEY_ID_MALFORMED', 'malformed'],
    [
      'another key id',
      { ...FIELDS, key_id: Buffer.alloc(32).toString('base64') },
      'KEY_ID_MISMATCH',
      'untrusted',
    ],
  ])('refuses %s', (_, fields, code, stage) => {
    expect(refusal(() => enroll(fields))).toMatchObject({ code: `ERR_APP_ATTEST_${code}`, stage });
  });

  it('refuses another challenge, and a root for testing that is not configured', () => {
    const other = { ...CONTEXT, challenge: 'another' };
    expect(refusal(() => EVIDENCE.verify(FIELDS, other)).code).toBe('ERR_APP_ATTEST_NONCE_MISMATCH');
    expect(refusal(() => enroll(FIELDS, { roots: undefined })).code).toBe('ERR_APP_ATTEST_ROOT_UNKNOWN');
  });

  it('is strict unless told otherwise: production alone', async () => {
    const fields = await fieldsOf({ aaguid: DEVELOPMENT });
    const error = refusal(() => enroll(fields));
    expect(error).toMatchObject({ code: 'ERR_APP_ATTEST_ENVIRONMENT_DENIED', stage: 'denied' });
    expect(enroll(fields, { environments: ['production', 'development'] }).environment).toBe('development');
  });

  it.each<[string, Partial<AppAttestOptions>, string]>([
    ['the system', { minimumOs: '18' }, 'OS_VERSION_DENIED'],
    ['the category', { category: { allowed: ['testflight'] } }, 'CATEGORY_DENIED'],
    ['the bundle version', { bundleVersion: { allowed: ['43'] } }, 'BUNDLE_VERSION_DENIED'],
    ['the app', { appIds: ['TEAMID1234.com.example.other'] }, 'APP_ID_MISMATCH'],
  ])('holds a new key to the policy on %s', (_, more, code) => {
    expect(refusal(() => enroll(FIELDS, more)).code).toBe(`ERR_APP_ATTEST_${code}`);
  });

  it('has one age for enrollment and another for refresh', () => {
    const ages = { maxAgeAtEnrollmentSeconds: 300, maxAgeAtRefreshSeconds: 86_400 };
    expect(enroll(FIELDS, ages, NOW + 300_000).attestedAt).toBe(NOW);
    expect(refusal(() => enroll(FIELDS, ages, NOW + 301_000)).code).toBe('ERR_APP_ATTEST_TOO_OLD');
    const evidence = appAttest({ ...OPTIONS, ...ages });
    evidence.appraise(enroll(), NOW + DAY);
    expect(refusal(() => evidence.appraise(enroll(), NOW + DAY + 1000)).code).toBe('ERR_APP_ATTEST_TOO_OLD');
  });
});

/** No metric without a service that says it. */
const receipts: ReceiptExchanger = { exchange: () => Promise.resolve({ outcome: 'no-data' }) };

describe('an enrolled key, appraised again', () => {
  const enrolled = enroll();

  it('is let in under the policy that it enrolled under, and later', () => {
    EVIDENCE.appraise(enrolled, NOW + 1000 * DAY);
    const strict: Partial<AppAttestOptions> = {
      minimumOs: '17',
      category: { allowed: ['app-store'] },
      bundleVersion: { allowed: ['42'] },
      maxRiskMetric: 3,
      receipts,
    };
    const facts = { ...enrolled.facts, riskMetric: 3 };
    appAttest({ ...OPTIONS, ...strict }).appraise({ ...enrolled, facts }, NOW);
    appAttest({ ...OPTIONS, ...strict }).appraise(enrolled, NOW);
  });

  it('may have any risk, or an unknown one, if no limit is set', () => {
    const lost = { withheld: { receiptLost: true } };
    for (const change of [{ facts: { riskMetric: 1000 } }, { facts: { riskMetric: '1' } }, lost])
      appAttest({ ...OPTIONS, receipts }).appraise({ ...enrolled, ...change }, NOW);
    const limited = appAttest({ ...OPTIONS, receipts, maxRiskMetric: 2 });
    limited.appraise({ ...enrolled, withheld: { receiptLost: false } }, NOW);
    limited.appraise({ ...enrolled, ...lost, facts: { riskMetric: 2 } }, NOW);
    expect(refusal(() => limited.appraise({ ...enrolled, ...lost }, NOW)).code).toBe(
      'ERR_APP_ATTEST_RISK_DENIED',
    );
  });

  it.each<[string, Partial<AppAttestOptions>, Partial<Enrolled>, string]>([
    ['another environment', { environments: ['development'] }, {}, 'ENVIRONMENT_DENIED'],
    ['a newer system', { minimumOs: '18' }, {}, 'OS_VERSION_DENIED'],
    ['a version of the system', { minimumOs: '14' }, { facts: {} }, 'OS_VERSION_DENIED'],
    [
      'a version of the system that is text',
      { minimumOs: '14' },
      { facts: { osVersion: 17 } },
      'OS_VERSION_DENIED',
    ],
    ['another category', { category: { allowed: ['testflight'] } }, {}, 'CATEGORY_DENIED'],
    ['a category', { category: { allowed: ['app-store'] } }, { facts: {} }, 'CATEGORY_MISSING'],
    ['another bundle version', { bundleVersion: { allowed: ['43'] } }, {}, 'BUNDLE_VERSION_DENIED'],
    ['a bundle version', { bundleVersion: { allowed: ['42'] } }, { facts: {} }, 'BUNDLE_VERSION_MISSING'],
    ['another app', { appIds: ['TEAMID1234.com.example.other'] }, {}, 'APP_ID_DENIED'],
    ['Apple’s root', { roots: undefined }, {}, 'VIRTUAL_DENIED'],
    ['a lower risk', { maxRiskMetric: 2, receipts }, { facts: { riskMetric: 3 } }, 'RISK_DENIED'],
    ['no risk', { maxRiskMetric: 0, receipts }, { facts: { riskMetric: 1 } }, 'RISK_DENIED'],
    [
      'a risk that is a number',
      { maxRiskMetric: 2, receipts },
      { facts: { riskMetric: '1' } },
      'RISK_DENIED',
    ],
    [
      'an attestation of the past',
      { maxAgeAtRefreshSeconds: 1 },
      { attestedAt: NOW + HOUR },
      'NOT_YET_VALID',
    ],
  ])('is denied where the policy asks for %s', (_, more, change, code) => {
    const error = refusal(() => appAttest({ ...OPTIONS, ...more }).appraise({ ...enrolled, ...change }, NOW));
    expect(error).toMatchObject({ code: `ERR_APP_ATTEST_${code}`, stage: 'denied' });
  });
});

it('an enrolled key of one of several apps is accepted again', () => {
  const appIds = ['TEAMID1234.com.example.other', APP_ID];
  const enrolled = enroll();
  appAttest({ ...OPTIONS, appIds }).appraise(enrolled, NOW);
  expect(enroll(FIELDS, { appIds }).appId).toBe(APP_ID);
  const denied = refusal(() => appAttest({ ...OPTIONS, appIds: appIds.slice(0, 1) }).appraise(enrolled, NOW));
  expect(denied.code).toBe('ERR_APP_ATTEST_APP_ID_DENIED');
});

describe('a proof by an enrolled key', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
  const enrolled: Enrolled = { ...enroll(), key: { id: 'id', thumbprint: 'thumbprint', publicKey: spki } };
  const clientData = Buffer.from('attestkit-request-v1');

  function assertion(counter: number, launch: Uint8Array = Buffer.alloc(0)): Buffer {
    const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
    const octets = Buffer.alloc(5, 0x40);
    octets.writeUInt32BE(counter, 1);
    const authenticatorData = Buffer.concat([sha256(Buffer.from(APP_ID)), octets, launch]);
    const nonce = sha256(Buffer.concat([authenticatorData, sha256(clientData)]));
    return Buffer.from(encode({ signature: sign('sha256', nonce, privateKey), authenticatorData }));
  }

  const prove = (proof: string, of: Enrolled = enrolled, data: Uint8Array = clientData): number | undefined =>
    EVIDENCE.proof?.verify(of as Signer, data, proof);

  it('gives its counter, which the store holds to the last one', () => {
    expect(prove(assertion(1).toString('base64'))).toBe(1);
    expect(prove(assertion(0xffff_ffff).toString('base64url'))).toBe(0xffff_ffff);
    expect(prove(assertion(1).toString('base64'))).toBe(1);
  });

  it.each<[string, () => unknown, string]>([
    ['a counter of zero', () => prove(assertion(0).toString('base64')), 'COUNTER_REUSED'],
    [
      'other client data',
      () => prove(assertion(1).toString('base64'), enrolled, Buffer.of()),
      'SIGNATURE_INVALID',
    ],
    ['another key', () => prove(assertion(1).toString('base64'), enroll()), 'SIGNATURE_INVALID'],
    [
      'another app',
      () => prove(assertion(1).toString('base64'), { ...enrolled, appId: 'TEAMID1234.com.example.other' }),
      'APP_ID_MISMATCH',
    ],
    ['text that is no base64', () => prove('assertion!'), 'ENCODING_MALFORMED'],
    ['nothing', () => prove(''), 'CBOR_MALFORMED'],
    ['too long a text', () => prove('A'.repeat(5468)), 'ENCODING_MALFORMED'],
    ['a byte too much', () => prove(Buffer.alloc(4097).toString('base64')), 'ENCODING_MALFORMED'],
    ['as much as there may be', () => prove(Buffer.alloc(4096).toString('base64')), 'CBOR_MALFORMED'],
    [
      'another kind of evidence',
      () => prove(assertion(1).toString('base64'), { ...enrolled, kind: 'playIntegrity' }),
      'KEY_UNKNOWN',
    ],
    [
      'a device without a key',
      () => prove(assertion(1).toString('base64'), withoutKey(enrolled)),
      'KEY_UNKNOWN',
    ],
  ])('is refused for %s', (_, attempt, code) => {
    expect(refusal(attempt).code).toBe(`ERR_APP_ATTEST_ASSERTION_${code}`);
  });

  it('is held to the policy on the app that signs', () => {
    const { proof } = appAttest({ ...OPTIONS, category: { allowed: ['app-store'] } });
    const attempt = (launch?: Uint8Array): unknown =>
      proof?.verify(enrolled as Signer, clientData, assertion(1, launch).toString('base64'));
    expect(attempt(launchMap(4, '42'))).toBe(1);
    expect(refusal(() => attempt()).code).toBe('ERR_APP_ATTEST_ASSERTION_CATEGORY_MISSING');
    expect(refusal(() => attempt(launchMap(2, '42'))).code).toBe('ERR_APP_ATTEST_ASSERTION_CATEGORY_DENIED');
  });
});

function withoutKey({ key, ...rest }: Enrolled): Enrolled {
  expect(key).toBeDefined();
  return rest;
}
