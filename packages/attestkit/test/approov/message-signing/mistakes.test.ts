import { describe, expect, it } from 'vitest';
import { baseMistake } from '../../../src/approov/message-signing/signature-mistakes.js';
import { Explanation } from '../../../src/kernel/explanation.js';
import { readTarget, type Departures } from '../../../src/kernel/http-signatures/components.js';
import { readSignatureField, signatureInput } from '../../../src/kernel/http-signatures/signature-base.js';
import { BASE_URL } from '../support/signed-request.js';
import { send, server, type Sent } from '../support/signing-server.js';

/** The targets that signatures are looked for over, and what is said when none of them, or the last one, is right. */
function tried(
  uri: string | undefined,
  host?: string,
  departures: Departures = {},
  component = '@target-uri',
) {
  const targets: string[] = [];
  const field = readSignatureField([`install=("@method" "${component}")`]);
  const input = signatureInput(field as never, 'install');
  const message = {
    method: 'GET',
    target: uri === undefined ? undefined : readTarget(uri),
    fields: (name: string) => (name === 'host' && host !== undefined ? [host] : []),
  };
  const says = baseMistake(input as never, message, departures, (base) => {
    const [method, target = '', parameters] = base.split('\n');
    expect([method, parameters]).toEqual([
      '"@method": GET',
      `"@signature-params": ("@method" "${component}")`,
    ]);
    targets.push(target.slice(component.length + 4));
    return false;
  });
  expect(says).toBeUndefined();
  return targets;
}

describe('a signature that is not over the request is tried over', () => {
  it.each<[string, string | undefined, string | undefined, string[]]>([
    [
      'the other scheme, and the other end of the path',
      'https://a.example/v1?x=1',
      undefined,
      ['http://a.example/v1?x=1', 'https://a.example/v1/?x=1'],
    ],
    ['https for http', 'http://a.example/v1', undefined, ['https://a.example/v1', 'http://a.example/v1/']],
    [
      'no slash for a slash',
      'https://a.example/v1/',
      undefined,
      ['http://a.example/v1/', 'https://a.example/v1'],
    ],
    [
      'the host that was called',
      'https://a.example/v1',
      'B.example:8443',
      ['http://a.example/v1', 'https://b.example:8443/v1', 'https://a.example/v1/'],
    ],
    [
      'nothing twice, where the host is the base’s',
      'https://a.example/v1',
      'A.example',
      ['http://a.example/v1', 'https://a.example/v1/'],
    ],
    [
      'the path without its percent-encoding',
      'https://a.example/a%20b%2Fc',
      undefined,
      ['http://a.example/a%20b%2Fc', 'https://a.example/a%20b%2Fc/', 'https://a.example/a b/c'],
    ],
    [
      'no path that a base cannot have',
      'https://a.example/%C3%A9%0A',
      undefined,
      ['http://a.example/%C3%A9%0A', 'https://a.example/%C3%A9%0A/'],
    ],
    [
      'no path that cannot be decoded',
      'https://a.example/%FF',
      undefined,
      ['http://a.example/%FF', 'https://a.example/%FF/'],
    ],
    ['nothing, where the request has no target', undefined, 'b.example', []],
  ])('%s', (_, uri, host, targets) => {
    expect(tried(uri, host)).toEqual(targets);
  });

  it('with the departures that the app has', () => {
    const uri = 'https://a.example:8443/v1';
    expect(tried(uri, 'b.example:1', {}, '@authority')).toEqual([
      'a.example:8443',
      'b.example:1',
      'a.example:8443',
    ]);
    expect(tried(uri, 'b.example:1', { authorityWithoutPort: true }, '@authority')).toEqual([
      'a.example',
      'b.example',
      'a.example',
    ]);
  });
});

describe('the operator is told the usual mistake:', () => {
  const components = ['@method', '@target-uri', 'approov-token', 'authorization'];
  const SLASH = 'app and server differ in the slash at the end of the path: a proxy or router changed it';

  const told = async (sent: Sent, signing: object = {}) => {
    const { decide, events } = server(signing);
    const decision = await decide(sent);
    expect(decision).toMatchObject({ error: { code: 'ERR_APPROOV_SIGNATURE_INVALID' } });
    const cause = decision.outcome === 'refuse' ? decision.error.cause : 'accepted';
    if (cause === undefined) return undefined;
    expect(cause).toBeInstanceOf(Explanation);
    const { message } = cause as Explanation;
    expect(events.at(-1)).toMatchObject({ refused: { cause: message } });
    return message;
  };

  it('the scheme', async () => {
    expect(await told(send(), { baseUrl: BASE_URL.replace('https', 'http') })).toBe(
      'the app signed https: set baseUrl to the scheme that the app calls',
    );
  });

  it('the host', async () => {
    const { fields } = send({ components });
    const sent = { fields: { ...fields, host: 'API.example.com' } };
    expect(await told(sent, { baseUrl: 'https://internal.example' })).toBe(
      'the app signed the host in the field Host, which is not the one of baseUrl: if it is yours, set baseUrl to it',
    );
  });

  it('the slash at the end of the path', async () => {
    expect(await told({ ...send(), url: '/v1/items/?x=1' })).toBe(SLASH);
    expect(await told({ ...send({ url: '/v1/items/?x=1' }), url: '/v1/items?x=1' })).toBe(SLASH);
  });

  it('the same with an app that signs the host without its port', async () => {
    const parts = ['@method', '@authority', '@request-target', 'approov-token', 'authorization'];
    const signing = { baseUrl: `${BASE_URL}:8443`, quirks: ['authority-without-port'] };
    expect(await told({ ...send({ components: parts }), url: '/v1/items/?x=1' }, signing)).toBe(SLASH);
  });

  it('the percent-encoding', async () => {
    expect(await told({ ...send({ url: '/v1/a b?x=1' }), url: '/v1/a%20b?x=1' })).toBe(
      'the app signed the path without its percent-encoding: let the SDK sign @target-uri',
    );
  });

  it('none of them, of a request that was changed', async () => {
    expect(await told({ ...send(), method: 'DELETE' })).toBeUndefined();
    expect(await told({ ...send(), url: '/v2' })).toBeUndefined();
  });
});
