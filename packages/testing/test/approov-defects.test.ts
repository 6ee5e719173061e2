import { createHmac, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  approov,
  approovKeys,
  inspectApproovToken,
  verifyApproovBinding,
  verifyApproovToken,
  type ApproovTokenExpectations,
} from 'attestkit/approov';
import { inspectApproov } from '../../attestkit/src/approov/inspect.js';
import { createGuard, AttestationError, type AttestedRequest } from 'attestkit';
import { APPROOV_DEFECTS, mintApproovToken, type ApproovDefect } from '../src/approov/index.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const BOUND = 'Bearer example';
const SECRET = randomBytes(64);
const secretBase64 = SECRET.toString('base64');
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const P521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
const ED448 = generateKeyPairSync('ed448').privateKey;

const SIGNERS = {
  HS256: { secretBase64 },
  HS384: { secretBase64, algorithm: 'HS384' },
  HS512: { secretBase64, algorithm: 'HS512' },
  RS256: { privateKey: RSA, algorithm: 'RS256' },
  PS384: { privateKey: RSA, algorithm: 'PS384' },
  ES256: { privateKey: P256, algorithm: 'ES256' },
  ES512: { privateKey: P521, algorithm: 'ES512' },
  EdDSA: { privateKey: ED448, algorithm: 'EdDSA' },
} as const;
type Signer = (typeof SIGNERS)[keyof typeof SIGNERS];

const DEFECTS = Object.keys(APPROOV_DEFECTS) as ApproovDefect[];
const OF_BINDING = DEFECTS.filter((defect) => APPROOV_DEFECTS[defect].includes('_BINDING_'));
const OF_TOKEN = DEFECTS.filter((defect) => !OF_BINDING.includes(defect));

/** Defects of which the signature is a part, or that leave none. */
const OF_SIGNATURE: readonly ApproovDefect[] = [
  'encrypted-shape',
  'two-parts',
  'four-parts',
  'algorithm-none',
  'other-algorithm',
  'public-key-as-secret',
  'invalid-signature',
  'other-key',
  'changed-claims',
  'truncated',
  'no-signature',
];

function expectations(signer: Signer): ApproovTokenExpectations {
  if ('privateKey' in signer) {
    const publicKey = createPublicKey(signer.privateKey).export({ type: 'spki', format: 'pem' }).toString();
    return { keys: approovKeys({ publicKey, algorithm: signer.algorithm }), now: NOW };
  }
  return { keys: approovKeys(signer), now: NOW };
}

function codeOf(verify: () => unknown): string {
  try {
    verify();
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe.each(Object.entries(SIGNERS))('a token signed with %s', (_, signer) => {
  const expected = expectations(signer);
  const defects = OF_TOKEN.filter((defect) => 'privateKey' in signer || defect !== 'public-key-as-secret');

  it('is accepted without a defect', () => {
    const token = mintApproovToken({ ...signer, now: NOW, bind: BOUND });
    expect(inspectApproov(token, expected, Buffer.from(BOUND)).verdict).toBe('pass');
  });

  it.each(defects)('has the code of %s, from verifier and inspector', (defect) => {
    const token = mintApproovToken({ ...signer, now: NOW, defect });
    expect(codeOf(() => verifyApproovToken(token, expected))).toBe(APPROOV_DEFECTS[defect]);
    expect(inspectApproovToken(token, expected)).toMatchObject({ code: APPROOV_DEFECTS[defect] });
  });

  it.each(OF_BINDING)('has the code of %s, and only where a binding is asked for', (defect) => {
    const token = mintApproovToken({ ...signer, now: NOW, bind: BOUND, defect });
    const result = verifyApproovToken(token, expected);
    expect(codeOf(() => verifyApproovBinding(result, Buffer.from(BOUND)))).toBe(APPROOV_DEFECTS[defect]);
    expect(inspectApproov(token, expected, Buffer.from(BOUND))).toMatchObject({
      code: APPROOV_DEFECTS[defect],
    });
  });
});

describe('a defect', () => {
  it.each(OF_TOKEN.filter((defect) => !OF_SIGNATURE.includes(defect)))(
    '%s is in a token that is rightly signed, so that a verifier which misses it accepts it',
    (defect) => {
      const [header, payload, signature] = mintApproovToken({ secretBase64, now: NOW, defect }).split('.');
      expect(signature).toBe(createHmac('sha256', SECRET).update(`${header}.${payload}`).digest('base64url'));
    },
  );

  it('of the standard alphabet always shows, whatever the claims', () => {
    for (const did of ['', 'a', 'ab', 'abc']) {
      const token = mintApproovToken({ secretBase64, claims: { did }, defect: 'standard-base64' });
      expect(token).toMatch(/\.[^.]*\+[^.]*\./);
    }
  });

  it.each(['padded', 'non-canonical'] as const)('%s always shows, whatever the claims', (defect) => {
    for (const did of ['', 'a', 'ab', 'abc']) {
      const token = mintApproovToken({ secretBase64, claims: { did }, defect });
      const [, payload = ''] = token.split('.');
      expect(Buffer.from(payload, 'base64url').toString('base64url')).not.toBe(payload);
    }
  });

  it('wins over a claim that is given', () => {
    const claims = { exp: 4102444800, pay: 'x' };
    const expected = expectations(SIGNERS.HS256);
    const expired = mintApproovToken({ secretBase64, now: NOW, claims, defect: 'expired' });
    expect(codeOf(() => verifyApproovToken(expired, expected))).toBe('ERR_APPROOV_TOKEN_EXPIRED');
    const unbound = mintApproovToken({ secretBase64, now: NOW, claims, defect: 'binding-missing' });
    expect(verifyApproovToken(unbound, expected).claims['pay']).toBeUndefined();
  });

  it('cannot be added to the table', () => {
    expect(Object.isFrozen(APPROOV_DEFECTS)).toBe(true);
  });
});

describe('the guard', () => {
  const guard = createGuard({ evidence: [approov({ secretBase64 })], now: () => NOW });
  const open = guard.route();
  const bound = guard.route({ binding: true });

  function decide(defect: ApproovDefect | undefined, route = open) {
    const token = mintApproovToken({
      secretBase64,
      now: NOW,
      bind: BOUND,
      ...(defect !== undefined && { defect }),
    });
    const values: Record<string, string> = { 'approov-token': token, authorization: BOUND };
    const request: AttestedRequest = {
      method: 'GET',
      target: '/',
      fields: (name) => (values[name] === undefined ? [] : [values[name]]),
    };
    return guard.check(request, route);
  }

  it('accepts a token without a defect', () => {
    expect(decide(undefined)).toMatchObject({ outcome: 'accept' });
    expect(decide(undefined, bound)).toMatchObject({ results: { approov: { bound: true } } });
  });

  it.each(OF_TOKEN.filter((defect) => defect !== 'public-key-as-secret'))('refuses %s', (defect) => {
    const refused = {
      outcome: 'refuse',
      error: { code: APPROOV_DEFECTS[defect] },
      response: { status: 401 },
    };
    expect(decide(defect)).toMatchObject(refused);
    expect(decide(defect, bound)).toMatchObject(refused);
  });

  it.each(OF_BINDING)('refuses %s where a binding is asked for', (defect) => {
    expect(decide(defect)).toMatchObject({ outcome: 'accept' });
    expect(decide(defect, bound)).toMatchObject({
      outcome: 'refuse',
      error: { code: APPROOV_DEFECTS[defect] },
      response: { status: 401 },
    });
  });
});
