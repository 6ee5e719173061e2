import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { parseJws, verifyJws } from '../../src/kernel/jose/jws.js';
import { jwtChecks } from '../../src/kernel/jose/jwt-checks.js';
import { enforcing, inspecting } from '../../src/kernel/sinks.js';
import type { Checks } from '../../src/ports/checks.js';

const CHECKS = jwtChecks('TEST', 'the token', 'untrusted');
const EXPECTED = { algorithms: ['HS256'], types: [undefined, 'JWT'] } as const;
const SECRET = randomBytes(32);
const KEY = { algorithm: 'HS256', key: createSecretKey(SECRET) } as const;

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sign(header: string, payload: string): string {
  const mac = createHmac('sha256', SECRET).update(`${header}.${payload}`, 'latin1').digest('base64url');
  return `${header}.${payload}.${mac}`;
}

function read(token: string, checks: Checks = enforcing): unknown {
  return verifyJws(parseJws(token, EXPECTED, CHECKS, checks), [KEY], CHECKS, checks).claims;
}

/** The code it is refused with, or nothing; anything but an AttestationError fails the test. */
function codeOf(token: string): string | undefined {
  try {
    read(token);
    return undefined;
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
}

function inspectedCodeOf(token: string): string | undefined {
  const inspection = inspecting((checks) => read(token, checks));
  return inspection.verdict === 'pass' ? undefined : inspection.code;
}

const claims = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });
const genuine = claims.map((each) => sign(part({ alg: 'HS256' }), part(each)));

describe('a compact JWS', () => {
  it('gives the claims that were signed', () => {
    fc.assert(
      fc.property(claims, (signed) => {
        const token = sign(part({ alg: 'HS256', typ: 'JWT' }), part(signed));
        expect(JSON.stringify(read(token))).toBe(JSON.stringify(JSON.parse(JSON.stringify(signed))));
      }),
    );
  });

  it('is refused, by an AttestationError, when it is any other text', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'ey.eyJ=+/-_ \0é', '😀'), maxLength: 60 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), almost), (text) => {
        expect(codeOf(text)).toMatch(/^ERR_TEST_/);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused when a character is replaced, inserted or removed', () => {
    fc.assert(
      fc.property(genuine, fc.nat(), fc.nat(1), fc.string({ maxLength: 1 }), (token, at, removed, put) => {
        const start = at % token.length;
        const changed = token.slice(0, start) + put + token.slice(start + removed);
        fc.pre(changed !== token);
        expect(codeOf(changed)).toMatch(/^ERR_TEST_/);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused when parts of two are mixed', () => {
    fc.assert(
      fc.property(genuine, genuine, fc.nat(2), (one, other, at) => {
        const mixed = one
          .split('.')
          .with(at, other.split('.')[at] ?? '')
          .join('.');
        fc.pre(mixed !== one && mixed !== other);
        expect(codeOf(mixed)).toBe('ERR_TEST_SIGNATURE_INVALID');
      }),
    );
  });

  it('is refused with any other number of parts, or with an empty header', () => {
    const text = fc.base64String().map((each) => Buffer.from(each).toString('base64url'));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (parts) => {
        fc.pre(parts.length !== 3 || parts[0] === '');
        expect(codeOf(parts.join('.'))).toMatch(/^ERR_TEST_(MALFORMED|ENCRYPTION_UNSUPPORTED)$/);
      }),
    );
  });

  it('is refused by the inspector with the code of the verifier', () => {
    const oddHeader = fc.record(
      {
        alg: fc.constantFrom('HS256', 'none', 'HS384', null),
        typ: fc.constantFrom('JWT', 'x'),
        crit: fc.constant([]),
        kid: fc.constantFrom('a', 1),
      },
      { requiredKeys: [] },
    );
    const odd = fc
      .tuple(fc.oneof(oddHeader, fc.jsonValue()), fc.jsonValue(), fc.boolean())
      .map(([header, payload, right]) => sign(part(header), part(payload)) + (right ? '' : 'AAAA'));
    fc.assert(
      fc.property(fc.oneof(odd, genuine, fc.string()), (token) => {
        expect(inspectedCodeOf(token)).toBe(codeOf(token));
      }),
      { numRuns: 1000 },
    );
  });
});
