import { describe, expect, it } from 'vitest';
import { verifyApproovBinding, verifyApproovToken, type Binding } from '../../src/approov/index.js';
import { appraiseBinding, bindingDemand } from '../../src/approov/binding.js';
import { createGuard } from '../../src/create-guard.js';
import type { RouteOptions } from '../../src/guard/internal.js';
import { approov } from '../../src/approov/index.js';
import { inspecting } from '../../src/kernel/sinks.js';
import type { AttestedRequest } from '../../src/ports/request.js';
import { KEYS, NOW, payFor, refusal, SECRET_BASE64, token } from './support/tokens.js';

const USER = 'Bearer user-token';
const bytes = (text: string) => Buffer.from(text, 'latin1');
const genuine = (claims: object) => verifyApproovToken(token(claims), { keys: KEYS, now: NOW });

describe('verifyApproovBinding', () => {
  it('gives the same result, bound', () => {
    const result = genuine({ pay: payFor(USER), did: 'x' });
    expect(verifyApproovBinding(result, bytes(USER))).toEqual({ ...result, bound: true });
    expect(result.bound).toBe(false);
  });

  it('takes a value of one byte', () => {
    expect(verifyApproovBinding(genuine({ pay: payFor('a') }), bytes('a')).bound).toBe(true);
  });

  it('is reported, and not thrown, by a sink that records', () => {
    const inspection = inspecting((checks) => {
      appraiseBinding(payFor(''), undefined, checks);
      return 'read';
    });
    expect(inspection).toMatchObject({ verdict: 'fail', code: 'ERR_APPROOV_BINDING_HEADER_MISSING' });
    expect(inspection.checks.filter(({ ok }) => !ok)).toHaveLength(1);
  });

  const digest = payFor(USER);
  it.each([
    ['no value', { pay: digest }, undefined, 'HEADER_MISSING', 'missing'],
    ['an empty value', { pay: digest }, '', 'HEADER_MISSING', 'missing'],
    ['no claim', {}, USER, 'CLAIM_MISSING', 'untrusted'],
    ['a null claim', { pay: null }, USER, 'CLAIM_INVALID', 'untrusted'],
    ['an empty claim', { pay: '' }, USER, 'CLAIM_INVALID', 'untrusted'],
    ['a number', { pay: 1 }, USER, 'CLAIM_INVALID', 'untrusted'],
    ['a list of the digest', { pay: [digest] }, USER, 'CLAIM_INVALID', 'untrusted'],
    [
      'the digest in base64url',
      { pay: Buffer.from(payFor('Bearer f'), 'base64').toString('base64url') },
      'Bearer f',
      'CLAIM_INVALID',
      'untrusted',
    ],
    ['the digest without padding', { pay: digest.replace('=', '') }, USER, 'CLAIM_INVALID', 'untrusted'],
    ['the digest with white space', { pay: ` ${digest}` }, USER, 'CLAIM_INVALID', 'untrusted'],
    [
      'the digest in hexadecimal',
      { pay: Buffer.from(digest, 'base64').toString('hex') },
      USER,
      'CLAIM_INVALID',
      'untrusted',
    ],
    ['a longer digest', { pay: Buffer.alloc(33, 1).toString('base64') }, USER, 'CLAIM_INVALID', 'untrusted'],
    ['the digest of another value', { pay: payFor('Bearer other') }, USER, 'MISMATCH', 'untrusted'],
    ['the digest of the bare credential', { pay: payFor('user-token') }, USER, 'MISMATCH', 'untrusted'],
    ['the digest in another case', { pay: payFor(USER.toLowerCase()) }, USER, 'MISMATCH', 'untrusted'],
    ['the value itself', { pay: USER }, USER, 'CLAIM_INVALID', 'untrusted'],
  ])('refuses %s', (_, claims, value, code, stage) => {
    const error = refusal(() =>
      verifyApproovBinding(genuine(claims), value === undefined ? undefined : bytes(value)),
    );
    expect(error).toMatchObject({ code: `ERR_APPROOV_BINDING_${code}`, stage });
  });
});

describe('a route’s binding', () => {
  const guard = createGuard({ evidence: [approov({ secretBase64: SECRET_BASE64 })], now: () => NOW });
  const check = (
    binding: Binding,
    pay: unknown,
    fields: Record<string, string[]>,
    route: RouteOptions = {},
  ) => {
    const sent: Record<string, string[]> = {
      ...fields,
      'approov-token': [token(pay === undefined ? {} : { pay })],
    };
    const request: AttestedRequest = { method: 'GET', target: '/', fields: (name) => sent[name] ?? [] };
    const decision = guard.check(request, guard.route({ ...route, binding }));
    if (decision instanceof Promise) throw new Error('nothing had to be fetched');
    return decision.outcome === 'accept'
      ? { bound: decision.results.approov?.bound, reported: decision.reported.map(({ code }) => code) }
      : decision.error.code;
  };
  const bound = { bound: true, reported: [] };

  it('is the whole value of Authorization unless configured', () => {
    expect(check(true, payFor(USER), { authorization: [USER] })).toEqual(bound);
    expect(check('Authorization', payFor(USER), { authorization: [USER] })).toEqual(bound);
    expect(check(true, payFor('user-token'), { authorization: [USER] })).toBe('ERR_APPROOV_BINDING_MISMATCH');
  });

  it('refuses a token without the claim', () => {
    expect(check(true, undefined, { authorization: [USER] })).toBe('ERR_APPROOV_BINDING_CLAIM_MISSING');
  });

  it('is an outage where the adapter cannot read the header', () => {
    const request: AttestedRequest = {
      method: 'GET',
      target: '/',
      fields: (name) => {
        if (name === 'authorization') throw new TypeError('of the adapter');
        return [token({ pay: payFor(USER) })];
      },
    };
    expect(guard.check(request, guard.route({ binding: { enforcement: 'report' } }))).toMatchObject({
      outcome: 'refuse',
      error: { code: 'ERR_GUARD_INTERNAL' },
    });
  });

  it('hashes the bytes that were on the wire', () => {
    const value = 'Bearer \xe9\xff';
    expect(check(true, payFor(value), { authorization: [value] })).toEqual(bound);
    const reencoded = Buffer.from(value, 'utf8').toString('latin1');
    expect(check(true, payFor(reencoded), { authorization: [value] })).toBe('ERR_APPROOV_BINDING_MISMATCH');
  });

  it('is missing where the runtime read the bytes as text, and they are lost', () => {
    // The lower octet of \u0161 and \u2061 is `a`.
    for (const value of ['Bearer \u0161', 'Bearer \u2061', 'Bearer \ufffd', 'Bearer \ud83d\u0061']) {
      for (const pay of [
        payFor(value),
        payFor(Buffer.from(value, 'utf8').toString('latin1')),
        payFor('Bearer a'),
      ])
        expect(check(true, pay, { authorization: [value] })).toBe('ERR_APPROOV_BINDING_HEADER_MISSING');
    }
    expect(check('X-Device-Id', payFor('a'), { 'x-device-id': ['\u0161'] })).toBe(
      'ERR_APPROOV_BINDING_HEADER_MISSING',
    );
    const fields = { authorization: ['Bearer a'], 'x-device-id': ['\u0161'] };
    expect(check(['Authorization', 'X-Device-Id'], payFor('Bearer aa'), fields)).toBe(
      'ERR_APPROOV_BINDING_HEADER_MISSING',
    );
  });

  it('can be the credential after the scheme', () => {
    const part = { part: 'credential' } as const;
    expect(check(part, payFor('user-token'), { authorization: [USER] })).toEqual(bound);
    for (const scheme of ["!#$%&'*+.^_`|~-", 'A', '+', '*', '9'])
      expect(check(part, payFor('x'), { authorization: [`${scheme} x`] })).toEqual(bound);
    expect(check(part, payFor('a b'), { authorization: ['Bearer  a b'] })).toEqual(bound);
    expect(check(part, payFor(USER), { authorization: [USER] })).toBe('ERR_APPROOV_BINDING_MISMATCH');
    for (const none of ['Bearer', 'Bearer ', '', 'Bea\\rer x']) {
      expect(check(part, payFor(''), { authorization: [none] })).toBe('ERR_APPROOV_BINDING_HEADER_MISSING');
    }
  });

  it('can be several headers, in order, all of them present', () => {
    const fields = { authorization: ['Bearer myauth_token'], 'x-device-id': ['my-device-id'] };
    const both = payFor('Bearer myauth_tokenmy-device-id');
    expect(check(['Authorization', 'X-Device-Id'], both, fields)).toEqual(bound);
    expect(check(['X-Device-Id', 'Authorization'], both, fields)).toBe('ERR_APPROOV_BINDING_MISMATCH');
    expect(check(['Authorization', 'X-Other'], payFor('Bearer myauth_token'), fields)).toBe(
      'ERR_APPROOV_BINDING_HEADER_MISSING',
    );
    expect(
      check(['Authorization', 'X-Other'], payFor('Bearer myauth_token'), { ...fields, 'x-other': [''] }),
    ).toBe('ERR_APPROOV_BINDING_HEADER_MISSING');
  });

  it('can be the application’s own bytes', () => {
    const data = ({ target }: AttestedRequest) => (target === '/' ? bytes('own') : undefined);
    expect(check({ data }, payFor('own'), {})).toEqual(bound);
    expect(check({ data: () => undefined }, payFor('own'), {})).toBe('ERR_APPROOV_BINDING_HEADER_MISSING');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('quotes the client');
      },
    ],
    ['gives text', () => 'own'],
    ['gives a promise', () => Promise.reject(new Error('later'))],
  ])('refuses when the application’s function %s, and only by its own switch', (_, wrong) => {
    const data = wrong as never;
    const failed = 'ERR_APPROOV_BINDING_DATA_FAILED';
    expect(check({ data }, payFor('own'), {})).toBe(failed);
    expect(check({ data, enforcement: 'enforce' }, payFor('own'), {}, { enforcement: 'report' })).toBe(
      failed,
    );
    expect(check({ data, enforcement: 'report' }, payFor('own'), {})).toEqual({
      bound: false,
      reported: [failed],
    });
  });

  it('refuses a header that is there twice, even with one value', () => {
    expect(check(true, payFor(USER), { authorization: [USER, USER] })).toBe(
      'ERR_APPROOV_BINDING_HEADER_REPEATED',
    );
    expect(check(['x', 'authorization'], payFor(USER), { x: ['a'], authorization: [USER, 'b'] })).toBe(
      'ERR_APPROOV_BINDING_HEADER_REPEATED',
    );
  });

  it('if present: skips only where the claim does not exist, and counts it', () => {
    const policy = { policy: 'if-present' } as const;
    expect(check(policy, undefined, {}, { name: 'skips' })).toEqual({ bound: false, reported: [] });
    expect(guard.counters()).toContainEqual({
      route: 'skips',
      outcome: 'skipped',
      code: 'binding',
      count: 1,
    });
    expect(check(policy, payFor(USER), { authorization: [USER] })).toEqual(bound);
    for (const pay of [null, '', 0, [], {}])
      expect(check(policy, pay, { authorization: [USER] })).toBe('ERR_APPROOV_BINDING_CLAIM_INVALID');
    expect(check(policy, payFor(USER), {})).toBe('ERR_APPROOV_BINDING_HEADER_MISSING');
    expect(check(policy, payFor('other'), { authorization: [USER] })).toBe('ERR_APPROOV_BINDING_MISMATCH');
  });

  it('follows the route’s enforcement, unless it has its own', () => {
    const reported = { bound: false, reported: ['ERR_APPROOV_BINDING_MISMATCH'] };
    const fields = { authorization: ['Bearer other'] };
    expect(check({ enforcement: 'report' }, payFor(USER), fields)).toEqual(reported);
    expect(check(true, payFor(USER), fields, { enforcement: 'report' })).toEqual(reported);
    expect(check({ enforcement: 'enforce' }, payFor(USER), fields, { enforcement: 'report' })).toBe(
      'ERR_APPROOV_BINDING_MISMATCH',
    );
  });

  it('takes what it does not say itself from the account', () => {
    const account = { headers: 'x-user', policy: 'if-present' } as const;
    const request = (fields: Record<string, string[]>): AttestedRequest => ({
      method: 'GET',
      target: '/',
      fields: (name) => fields[name] ?? [],
    });
    expect(bindingDemand(true, account)).toMatchObject({ policy: 'if-present' });
    expect(bindingDemand(true, account)?.data(request({ 'x-user': ['a'] }))).toEqual(bytes('a'));
    expect(bindingDemand('x-other', account)?.data(request({ 'x-other': ['b'] }))).toEqual(bytes('b'));
    expect(bindingDemand({ policy: 'required' }, account)).toMatchObject({ policy: 'required' });
    expect(bindingDemand(false, account)).toBeUndefined();
  });

  it.each(['', 'x y', 'a:b', 'é', [], ['authorization', '']])(
    'on the header %j is a configuration error',
    (headers) => {
      expect(() => guard.route({ binding: headers })).toThrow(
        expect.objectContaining({ variable: 'binding.headers' }),
      );
    },
  );

  it.each([
    null,
    3,
    { data: 'x' },
    { header: 'x' },
    { part: 'bearer' },
    { policy: 'optional' },
    { enforcement: 'off' },
  ])('of %j is a configuration error', (binding) => {
    expect(() => guard.route({ binding: binding as never })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError' }),
    );
    expect(() => approov({ secretBase64: SECRET_BASE64, binding: binding as never })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError' }),
    );
  });
});
