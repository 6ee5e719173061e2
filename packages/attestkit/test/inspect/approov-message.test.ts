import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createVirtualInstallation } from 'attestkit-testing/approov';
import { inspectEvidence } from '../../src/inspect/index.js';
import { failed, problem } from './support/unusable.js';

const secretBase64 = randomBytes(64).toString('base64');
const accountKeyBase64 = randomBytes(32).toString('base64');
const AT = '2026-06-01T12:00:00.000Z';
const phone = createVirtualInstallation({
  secretBase64,
  accountKeyBase64,
  sdk: 'android',
  now: () => Date.parse(AT),
});
const TARGET = 'https://api.example.com/v1/transfers%2Fa?x=1';
const headers = phone.sign({
  method: 'POST',
  url: TARGET,
  headers: { authorization: 'Bearer user' },
  body: Buffer.from('{}'),
});
const FILE = { kind: 'approov-message', at: AT, method: 'POST', url: TARGET, headers, bodyText: '{}' };
const inspect = (change: object = {}) => inspectEvidence({ ...FILE, ...change });
const detailOf = (change: object): string => inspect(change).checks.find(({ ok }) => !ok)?.detail ?? 'ok';

describe('a request that the SDK signed', () => {
  it('passes, and says what it covers and what else a server looks at', () => {
    const report = inspect();
    expect([report.verdict, failed(report)]).toEqual(['pass', []]);
    expect(report).toMatchObject({
      notChecked: ['token', 'earlier use'],
      result: {
        by: 'install',
        components: ['@method', '@target-uri', 'approov-token', 'authorization', 'content-digest'],
        createdAt: AT,
        expiresAt: '2026-06-01T12:00:15.000Z',
      },
    });
    expect(new Set(report.checks.map(({ code }) => code)).size).toBe(report.checks.length);
  });

  it.each<[string, object]>([
    ['with the account’s key', { accountKeyBase64 }],
    ['with its body in base64', { bodyText: undefined, body: Buffer.from('{}').toString('base64') }],
    ['with field names in any case', { headers: upperCased(headers) }],
    ['with lists of lines', { headers: { ...headers, signature: [headers['signature']] } }],
    ['that has to cover more, and does', { components: 'authorization' }],
  ])('passes %s', (_, change) => expect(inspect(change).verdict).toBe('pass'));

  it.each<[string, object, string]>([
    ['another method', { method: 'PUT' }, 'INVALID'],
    ['another body', { bodyText: '{} ' }, 'DIGEST_MISMATCH'],
    ['no body', { bodyText: undefined }, 'DIGEST_MISMATCH'],
    ['a later time', { at: '2026-06-01T12:02:00Z' }, 'EXPIRED'],
    ['a shorter life', { maxLifetimeSeconds: 5 }, 'LIFETIME_INVALID'],
    ['another key', { installationKey: otherKey() }, 'INVALID'],
    [
      'a field that is not covered',
      { components: ['x-a'], headers: { ...headers, 'x-a': '1' } },
      'COMPONENT_MISSING',
    ],
    ['no signature', { headers: { ...headers, signature: [] } }, 'MISSING'],
    [
      'the field of another token',
      { tokenHeader: 'X-Token', installationKey: otherKey(), headers: { ...headers, 'x-token': 'a' } },
      'COMPONENT_MISSING',
    ],
  ])('fails with %s', (_, change, code) => {
    const report = inspect(change);
    expect(report).toMatchObject({ verdict: 'fail', code: `ERR_APPROOV_SIGNATURE_${code}` });
    expect(report.cause).toMatch(/\.$/);
  });

  it.each([
    [
      { url: TARGET.replace('https', 'http') },
      'the app signed https: set baseUrl to the scheme that the app calls',
    ],
    [{ url: TARGET.replace('?', '/?') }, 'app and server differ in the slash at the end of the path'],
    [
      {
        url: TARGET.replace('api.example.com', '10.0.0.1:8080'),
        headers: { ...headers, host: 'api.example.com' },
      },
      'the app signed the host in the field Host, which is not the one of baseUrl',
    ],
  ])('names the usual mistake: %j', (change, says) => {
    expect(detailOf(change)).toContain(`Likely mistake: ${says}`);
  });

  it('names no mistake if none fits', () => {
    expect(detailOf({ method: 'PUT' })).not.toContain('Likely mistake');
  });
});

describe('a file that cannot be used', () => {
  it.each<[string, object, string]>([
    ['no key', { headers: { ...headers, 'approov-token': 'a.b.c' } }, 'installationKey is missing'],
    ['two bodies', { body: 'AAAA' }, 'bodyText and body are both there'],
    ['headers that are a list', { headers: [] }, 'headers is not an object of header fields'],
    ['a header that is a number', { headers: { a: 1 } }, 'headers is not an object of header fields'],
    ['a header in two cases', { headers: { a: 'x', A: 'y' } }, 'headers is not an object of header fields'],
    ['no method', { method: undefined }, 'method is missing'],
    ['no URL', { url: undefined }, 'url is missing'],
  ])('%s', (_, change, says) => expect(problem({ ...FILE, ...change }).message).toContain(says));
});

it('a quirk that no SDK has is a mistake of the configuration', () => {
  expect(() => inspect({ quirks: ['other'] })).toThrow('messageSigning.quirks is not one of');
});

function upperCased(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toUpperCase(), value]));
}

function otherKey(): string {
  const [, payload = ''] = createVirtualInstallation({ secretBase64 }).token().split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { ipk: string }).ipk;
}
