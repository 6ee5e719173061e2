import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov, type ApproovOptions } from '../../../src/approov/index.js';
import { createGuard } from '../../../src/create-guard.js';
import type { RouteOptions } from '../../../src/guard/internal.js';
import { ConfigurationError } from '../../../src/kernel/errors.js';
import { memoryStore } from '../../../src/stores/memory.js';
import { BASE_URL, DID, digestOf } from '../support/signed-request.js';
import { send, server } from '../support/signing-server.js';
import { SECRET_BASE64, token } from '../support/tokens.js';

const BODY = '{"amount":1}';

describe('replay', () => {
  it('is refused where signatures are enforced, also on a route that only reports', async () => {
    const { check } = server(
      { replay: true, store: memoryStore(), enforcement: 'enforce' },
      { messageSigning: true, enforcement: 'report' },
    );
    const sent = send();
    expect(await check(sent)).toBe('accepted');
    expect(await check(sent)).toBe('ERR_APPROOV_SIGNATURE_REUSED');
  });

  it('is only reported where failed signatures are', async () => {
    const { decide } = server({ replay: true, store: memoryStore(), enforcement: 'report' });
    const sent = send();
    expect(await decide(sent)).toMatchObject({ outcome: 'accept', reported: [] });
    expect(await decide(sent)).toMatchObject({
      outcome: 'accept',
      reported: [{ code: 'ERR_APPROOV_SIGNATURE_REUSED' }],
    });
  });

  it('is only reported where failed signatures are, and the store cannot be asked', async () => {
    const full = memoryStore({ capacity: 1 });
    await full.claim('other', 1e9);
    const { decide } = server({ replay: true, store: full, enforcement: 'report' });
    expect(await decide(send())).toMatchObject({ outcome: 'accept', reported: [{ code: 'ERR_STORE_FULL' }] });
  });

  it('cannot be asked of the account’s signature, which is the same for equal requests of one second', () => {
    const account = { signature: 'account', accountKeyBase64: randomBytes(32).toString('base64') };
    expect(() => server({ ...account, replay: true, store: memoryStore() })).toThrow(ConfigurationError);
  });
});

describe('options', () => {
  const configure = (own: object, account: object = {}) => {
    const evidence = approov({
      secretBase64: SECRET_BASE64,
      messageSigning: { baseUrl: BASE_URL, ...account },
    } as ApproovOptions);
    return createGuard({ evidence: [evidence] }).route({ messageSigning: own } as RouteOptions);
  };

  it('an account key that verifies tokens too is refused on a route', () => {
    expect(() => configure({ signature: 'account', accountKeyBase64: SECRET_BASE64 })).toThrow(
      ConfigurationError,
    );
  });

  it('an account key that verifies tokens too is refused where only a route asks for the account’s signature', () => {
    expect(() => configure({ signature: 'account' }, { accountKeyBase64: SECRET_BASE64 })).toThrow(
      ConfigurationError,
    );
  });

  it.each(['replay', 'components', 'enforcement'])(
    'a route’s %s that is undefined leaves the account’s as it is',
    async (option) => {
      const strict = {
        replay: true,
        store: memoryStore(),
        components: ['x-idempotency-key'],
        enforcement: 'enforce',
      };
      const { check } = server(strict, {
        messageSigning: { [option]: undefined },
        ...(option === 'enforcement' && { enforcement: 'report' }),
      });
      const fields = { 'x-idempotency-key': '1' };
      const components = ['@method', '@target-uri', 'approov-token', 'authorization'];
      expect(await check(send({ fields, components }))).toBe('ERR_APPROOV_SIGNATURE_COMPONENT_MISSING');
      const sent = send({ fields });
      expect(await check(sent)).toBe('accepted');
      expect(await check({ ...sent, url: '/other' })).toBe('ERR_APPROOV_SIGNATURE_INVALID');
      if (option === 'replay') expect(await check(sent)).toBe('ERR_APPROOV_SIGNATURE_REUSED');
    },
  );

  it.each<[unknown]>([[null], [5], [['a']], [{}]])(
    'if-present does not pass over a key that is %j',
    async (ipk) => {
      const { check } = server({ policy: 'if-present' });
      const fields = { 'approov-token': token({ ipk, did: DID }) };
      expect(await check({ fields })).toMatch(/^ERR_APPROOV_SIGNATURE_/);
    },
  );
});

describe('one reading', () => {
  it('a covered field is not accepted in other lines than it was signed in', async () => {
    const authorization = 'Digest username="a", realm="b"';
    const sent = send({ fields: { authorization } });
    const split = { ...sent.fields, authorization: authorization.split(', ') };
    expect(await server().check({ fields: split })).not.toBe('accepted');
  });

  it('a target in parts tells an empty query from none', async () => {
    const components = ['@method', '@authority', '@path', '@query', 'approov-token'];
    const sent = send({ url: '/v1/items', components });
    expect(await server().check({ ...sent, url: '/v1/items?' })).not.toBe('accepted');
  });

  it('a result is frozen, and what it says of the signature', async () => {
    const decision = await server().decide(send());
    const { approov: result } = decision.outcome === 'accept' ? decision.results : {};
    expect([Object.isFrozen(result), Object.isFrozen(result?.signature)]).toEqual([true, true]);
  });
});

describe('a user', () => {
  const components = ['@method', '@target-uri', 'approov-token'];

  it('that the signature does not cover is refused, where the SDK would have covered it', async () => {
    const sent = send({ components, fields: { authorization: [] } });
    const added = { ...sent.fields, authorization: 'Bearer other' };
    expect(await server().check({ fields: added })).toBe('ERR_APPROOV_SIGNATURE_COMPONENT_MISSING');
  });
});

describe('a genuine request', () => {
  it('to the root, whose path the app left out, is refused, and the operator learns why', async () => {
    const sent = send({ url: '?x=1' });
    const decision = await server().decide({ ...sent, url: '/?x=1' });
    expect(decision).toMatchObject({
      error: { cause: { message: expect.stringContaining('slash of the root') } },
    });
  });
});

describe('work', () => {
  it('to read a query for the parameters that a signature lists is done once', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `p${at}`);
    const url = `/?${names.join('&')}`;
    let reads = 0;
    const original = URLSearchParams;
    globalThis.URLSearchParams = class extends original {
      constructor(...given: ConstructorParameters<typeof original>) {
        super(...given);
        reads += 1;
      }
    } as typeof original;
    try {
      const sent = send({
        url,
        components: [
          '@method',
          '@target-uri',
          'approov-token',
          'authorization',
          ...names.map((name) => `"@query-param";name="${name}"`),
        ],
      });
      expect(await server().check(sent)).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    } finally {
      globalThis.URLSearchParams = original;
    }
    expect(reads).toBeLessThanOrEqual(5);
  });
});

describe('what held', () => {
  it.each<[string, string, string]>([
    ['a second digest that is wrong', 'sha-512=:AAAA:', 'DIGEST_MISMATCH'],
    ['a second digest that is no bytes', 'md5=1', 'DIGEST_MALFORMED'],
    ['the digest again', 'sha-256=:AAAA:', 'DIGEST_MALFORMED'],
  ])('a body with %s', async (_, more, code) => {
    const fields = { 'content-digest': `${digestOf(BODY)}, ${more}` };
    expect(await server().check(send({ method: 'POST', body: BODY, fields }))).toBe(
      `ERR_APPROOV_SIGNATURE_${code}`,
    );
  });

  it('a body with digests of two hashes that are right, and of one that is not known', async () => {
    const digest = createHash('sha512').update(BODY).digest('base64');
    const fields = { 'content-digest': `${digestOf(BODY)}, sha-512=:${digest}:, md5=:AAAA:` };
    const sent = send({ method: 'POST', body: BODY, fields });
    expect(await server().check(sent)).toBe('accepted');
    expect(await server().check({ ...sent, body: `${BODY}\n` })).toBe(
      'ERR_APPROOV_SIGNATURE_DIGEST_MISMATCH',
    );
  });

  it('a body above the limit is refused as one, or reported', async () => {
    const sent = send({ method: 'POST', body: BODY });
    const limited = (messageSigning: object | true) =>
      server({}, { messageSigning, maxBodyBytes: BODY.length - 1 }).decide(sent);
    expect(await limited(true)).toMatchObject({
      outcome: 'refuse',
      error: { code: 'ERR_GUARD_BODY_TOO_LARGE' },
      response: { status: 413 },
    });
    const reported = await limited({ enforcement: 'report' });
    expect(reported).toMatchObject({ outcome: 'accept', reported: [{ code: 'ERR_GUARD_BODY_TOO_LARGE' }] });
    expect(reported.outcome === 'accept' && reported.results.approov?.signature).toBe(undefined);
    const allowed = server({}, { messageSigning: true, maxBodyBytes: BODY.length });
    expect(await allowed.check(sent)).toBe('accepted');
  });

  it('fifty copies at once', async () => {
    const { check } = server({ replay: true, store: memoryStore() });
    const sent = send();
    const all = await Promise.all(Array.from({ length: 50 }, () => check(sent)));
    expect(all.filter((each) => each === 'accepted')).toHaveLength(1);
  });

  it.each<[string, (input: string, signature: string) => readonly [string, string]]>([
    ['a tab in the list', (input, sig) => [input.replace('" "', '"\t"'), sig]],
    ['a line end', (input, sig) => [input.replace('" "', '"\r\n "'), sig]],
    ['a comma at the end', (input, sig) => [`${input},`, sig]],
    [
      'a label in another case',
      (input, sig) => [input.replace('install', 'Install'), sig.replace('install', 'Install')],
    ],
    ['the label again, later', (input, sig) => [`${input}, install=()`, sig]],
    ['the label again, before', (input, sig) => [`install=(), ${input}`, sig]],
    ['a parameter again', (input, sig) => [`${input};created=1`, sig]],
    ['a letter outside of ASCII', (input, sig) => [`${input};n="\u00e9"`, sig]],
    ['a parameter more', (input, sig) => [`${input};n="a"`, sig]],
    ['no first parameter', (input, sig) => [input.replace(/;alg="[^"]*"/, ''), sig]],
    ['a signature in a list', (input, sig) => [input, sig.replace('install=', 'install=(') + ')']],
    ['a signature that is not canonical', (input, sig) => [input, sig.replace(/=:$/, ':')]],
  ])('fields with %s', async (_, change) => {
    const { fields } = send();
    const [input, signature] = change(fields['signature-input'] as string, fields['signature'] as string);
    expect(await server().check({ fields: { ...fields, 'signature-input': input, signature } })).toMatch(
      /^ERR_APPROOV_SIGNATURE_/,
    );
  });

  it('a signature of zeros', async () => {
    expect(await server().check(send({ signer: () => Buffer.alloc(64) }))).toBe(
      'ERR_APPROOV_SIGNATURE_INVALID',
    );
  });

  it.each([
    '//api.example.com/v1/items?x=1',
    '/v1/items?x=1#',
    '/v1/items?x=1?',
    '/v1/./items?x=1',
    '/v1/%69tems?x=1',
    '/V1/items?x=1',
    '\\v1/items?x=1',
    '?x=1',
    '',
  ])('another target %s', async (url) => {
    for (const components of [
      undefined,
      ['@method', '@authority', '@path', '@query', 'approov-token'],
      ['@method', '@authority', '@request-target', 'approov-token'],
    ])
      expect(await server().check({ ...send(components === undefined ? {} : { components }), url })).not.toBe(
        'accepted',
      );
  });
});
