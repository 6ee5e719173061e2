import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov, verifyApproovToken } from '../../../src/approov/index.js';
import { signingDemand, type ReadyRules } from '../../../src/approov/message-signing/settings.js';
import { appraiseSignature } from '../../../src/approov/message-signing/verify.js';
import { createGuard } from '../../../src/create-guard.js';
import { readTarget } from '../../../src/kernel/http-signatures/components.js';
import { inspecting } from '../../../src/kernel/sinks.js';
import { BASE_URL, DID, installation, signedFields, type Signed } from '../support/signed-request.js';
import { phone, send, server, type Sent } from '../support/signing-server.js';
import { KEYS, NOW, payFor, SECONDS, SECRET_BASE64, token } from '../support/tokens.js';

describe('what has to hold of a signature', () => {
  const sdk = ['@method', '@target-uri', 'approov-token', 'authorization'];
  const params = (text: string): Signed => ({ parameters: text });
  const covers = (...names: readonly string[]): Signed => ({ components: [...names, 'authorization'] });
  const alg = ';alg="ecdsa-p256-sha256"';
  const times = `;created=${SECONDS};expires=${SECONDS + 15}`;

  it.each<[string, string, Signed]>([
    ['the method', 'COMPONENT_MISSING', covers('@target-uri', 'approov-token')],
    ['the target', 'COMPONENT_MISSING', covers('@method', 'approov-token')],
    ['the host', 'COMPONENT_MISSING', covers('@method', '@request-target', 'approov-token')],
    ['the host beside the parts', 'COMPONENT_MISSING', covers('@method', '@path', '@query', 'approov-token')],
    ['more than the host', 'COMPONENT_MISSING', covers('@method', '@authority', 'approov-token')],
    ['the path', 'COMPONENT_MISSING', covers('@method', '@authority', '@query', 'approov-token')],
    ['the query', 'COMPONENT_MISSING', covers('@method', '@authority', '@path', 'approov-token')],
    ['the token', 'COMPONENT_MISSING', covers('@method', '@target-uri')],
    ['the user', 'COMPONENT_MISSING', { components: sdk.slice(0, 3) }],
    ['anything', 'COMPONENT_MISSING', { components: [] }],
    [
      'few components',
      'COMPONENTS_TOO_LARGE',
      { components: [...sdk, ...Array.from({ length: 61 }, (_, at) => `"@query-param";name="p${at}"`)] },
    ],
    ['each component once', 'COMPONENT_REPEATED', { components: [...sdk, '@method'] }],
    ['a component that is known', 'COMPONENT_UNSUPPORTED', { components: [...sdk, '@unknown'] }],
    ['a component that is there', 'VALUE_MISSING', { components: [...sdk, '@status'] }],
    ['an algorithm', 'ALGORITHM_MISMATCH', params(times)],
    ['its own algorithm', 'ALGORITHM_MISMATCH', params(`;alg="hmac-sha256"${times}`)],
    ['an algorithm that is text', 'ALGORITHM_MISMATCH', params(`;alg=ecdsa-p256-sha256${times}`)],
    ['a creation', 'CREATED_INVALID', params(`${alg};expires=${SECONDS + 15}`)],
    [
      'a creation in whole seconds',
      'CREATED_INVALID',
      params(`${alg};created=${SECONDS}.5;expires=${SECONDS + 15}`),
    ],
    [
      'a creation that is a number',
      'CREATED_INVALID',
      params(`${alg};created="${SECONDS}";expires=${SECONDS + 15}`),
    ],
    ['an expiry', 'EXPIRES_INVALID', params(`${alg};created=${SECONDS}`)],
    [
      'an expiry that is no date',
      'EXPIRES_INVALID',
      params(`${alg};created=${SECONDS};expires=@${SECONDS + 15}`),
    ],
    [
      'an expiry after its creation',
      'EXPIRES_INVALID',
      params(`${alg};created=${SECONDS};expires=${SECONDS - 1}`),
    ],
    ['a short life', 'LIFETIME_INVALID', params(`${alg};created=${SECONDS};expires=${SECONDS + 301}`)],
    [
      'a creation that is past',
      'NOT_YET_VALID',
      params(`${alg};created=${SECONDS + 61};expires=${SECONDS + 70}`),
    ],
    [
      'an expiry that lies ahead',
      'EXPIRED',
      params(`${alg};created=${SECONDS - 80};expires=${SECONDS - 61}`),
    ],
    [
      'as many bytes as it needs',
      'ENCODING_MALFORMED',
      { write: (bytes) => `:${bytes.subarray(1).toString('base64')}:` },
    ],
    ['bytes', 'ENCODING_MALFORMED', { write: () => '1' }],
    ['two numbers', 'ENCODING_MALFORMED', { write: () => ':MAMCAQE=:' }],
    ['the key', 'INVALID', { signer: (base) => signedByAnother(base) }],
    ['the right label', 'LABEL_MISSING', { label: 'sig1' }],
  ])('it needs %s', async (_, code, request) => {
    expect(await server().check(send(request))).toBe(`ERR_APPROOV_SIGNATURE_${code}`);
  });

  it.each(['authorization', 'content-type', 'host'])('it needs one line of the field %s', async (name) => {
    expect(await server().check(send({ fields: { [name]: 'a' } }))).toBe('accepted');
    expect(await server().check(send({ fields: { [name]: ['a', 'b'] } }))).toBe(
      'ERR_APPROOV_SIGNATURE_VALUE_MISSING',
    );
  });

  it('it is accepted up to the ends of its life, the leeway included', async () => {
    for (const [created, expires] of [
      [SECONDS + 60, SECONDS + 75],
      [SECONDS - 75, SECONDS - 60],
      [SECONDS - 10, SECONDS + 290],
      [SECONDS, SECONDS],
    ])
      expect(await server().check(send(params(`${alg};created=${created};expires=${expires}`)))).toBe(
        'accepted',
      );
    const strict = server({ leewaySeconds: 0, maxLifetimeSeconds: 15 });
    expect(await strict.check(send(params(`${alg};created=${SECONDS};expires=${SECONDS + 15}`)))).toBe(
      'accepted',
    );
    expect(await strict.check(send(params(`${alg};created=${SECONDS + 1};expires=${SECONDS + 15}`)))).toBe(
      'ERR_APPROOV_SIGNATURE_NOT_YET_VALID',
    );
    expect(await strict.check(send(params(`${alg};created=${SECONDS - 9};expires=${SECONDS - 1}`)))).toBe(
      'ERR_APPROOV_SIGNATURE_EXPIRED',
    );
  });

  it('its two fields may have 8192 characters, and no more', async () => {
    const signed = (length: number) => send(params(`${alg}${times};nonce="${'n'.repeat(length)}"`));
    const charactersOf = ({ fields }: Sent) =>
      ['signature-input', 'signature'].reduce((sum, name) => sum + String(fields[name]).length, 0);
    const rest = 8192 - charactersOf(signed(0));
    expect(charactersOf(signed(rest))).toBe(8192);
    expect(await server().check(signed(rest))).toBe('accepted');
    expect(await server().check(signed(rest + 1))).toBe('ERR_APPROOV_SIGNATURE_TOO_LARGE');
  });

  const fields = signedFields(phone);
  it.each<[string, string, Readonly<Record<string, string | readonly string[]>>]>([
    ['no fields', 'MISSING', { signature: [], 'signature-input': [] }],
    ['no signature', 'MISSING', { signature: [] }],
    ['no input', 'MISSING', { 'signature-input': [] }],
    ['empty fields', 'MISSING', { signature: '', 'signature-input': '' }],
    ['empty fields, twice', 'MISSING', { signature: ['', ''], 'signature-input': ['', ''] }],
    [
      'two fields of the input',
      'REPEATED',
      { 'signature-input': [fields['signature-input'] as string, 'a=()'] },
    ],
    [
      'two signatures',
      'REPEATED',
      { signature: [fields['signature'] as string, fields['signature'] as string] },
    ],
    ['a label twice', 'MALFORMED', { signature: `${fields['signature']}, ${fields['signature']}` }],
    ['fields that are no dictionary', 'MALFORMED', { signature: '(' }],
    ['an input that is no dictionary', 'MALFORMED', { 'signature-input': 'install=' }],
    ['an input that is no list', 'INPUT_MALFORMED', { 'signature-input': 'install=1' }],
    [
      'fields without an end',
      'TOO_LARGE',
      { 'signature-input': `${fields['signature-input']};n="${'a'.repeat(8000)}"` },
    ],
    [
      'labels that differ',
      'LABEL_MISSING',
      { 'signature-input': (fields['signature-input'] as string).replace('install', 'b') },
    ],
  ])('it is refused with %s', async (_, code, change) => {
    expect(await server().check({ fields: { ...fields, ...change } })).toBe(`ERR_APPROOV_SIGNATURE_${code}`);
  });

  it('it needs a token with a key on P-256', async () => {
    const without = { ...phone, token: token({ did: DID }) };
    expect(await server().check(send({}, without))).toBe('ERR_APPROOV_SIGNATURE_KEY_MISSING');
    expect(await server().check(send({}, { ...phone, token: token({ ipk: 5 }) }))).toBe(
      'ERR_APPROOV_SIGNATURE_KEY_MISSING',
    );
    for (const ipk of ['', 'AAAA', '%%'])
      expect(await server().check(send({}, { ...phone, token: token({ ipk }) }))).toBe(
        'ERR_APPROOV_SIGNATURE_KEY_INVALID',
      );
    const other = installation({}, 'P-384');
    expect(await server().check(send({}, other))).toBe('ERR_APPROOV_SIGNATURE_KEY_INVALID');
  });

  it('it covers the fields that the route names, and the header that the token is bound to', async () => {
    const named = server({ components: ['X-Idempotency-Key'] });
    const more = { 'x-idempotency-key': '7' };
    const components = ['@method', '@target-uri', 'approov-token', 'authorization'];
    expect(await named.check(send())).toBe('accepted');
    expect(await named.check(send({ fields: more }))).toBe('accepted');
    expect(await named.check(send({ fields: more, components }))).toBe(
      'ERR_APPROOV_SIGNATURE_COMPONENT_MISSING',
    );
    expect(await server().check(send({ components: components.slice(0, 3) }))).toBe(
      'ERR_APPROOV_SIGNATURE_COMPONENT_MISSING',
    );
    const bound = installation({ pay: payFor('Bearer user') });
    const route = { messageSigning: true, binding: 'authorization' };
    expect(await server({}, route).check(send({}, bound))).toBe('accepted');
    expect(await server({}, route).check(send({ fields: { authorization: 'Bearer b' } }, bound))).toBe(
      'ERR_APPROOV_BINDING_MISMATCH',
    );
  });

  it('it covers the field that the token is bound to, whatever its name', async () => {
    const bound = installation({ pay: payFor('7') });
    const { check } = server({}, { messageSigning: true, binding: 'x-user' });
    const request = { fields: { 'x-user': '7' } };
    expect(await check(send(request, bound))).toBe('accepted');
    expect(await check(send({ ...request, components: sdk }, bound))).toBe(
      'ERR_APPROOV_SIGNATURE_COMPONENT_MISSING',
    );
  });

  it('it is not looked at where the token is bound to something else, nor is the body read', async () => {
    const guard = createGuard({
      evidence: [approov({ secretBase64: SECRET_BASE64, messageSigning: { baseUrl: BASE_URL } })],
      now: () => NOW,
    });
    const route = guard.route({ messageSigning: true, binding: 'authorization' });
    const sent = signedFields(installation({ pay: payFor('Bearer other') }));
    let reads = 0;
    const decision = await guard.check(
      {
        method: 'GET',
        target: '/v1/items?x=1',
        fields: (name) => [sent[name] ?? []].flat(),
        body: async () => {
          reads += 1;
          return Buffer.alloc(0);
        },
      },
      route,
    );
    expect(decision).toMatchObject({ outcome: 'refuse', error: { code: 'ERR_APPROOV_BINDING_MISMATCH' } });
    expect(reads).toBe(0);
  });
});

describe('a sink that records', () => {
  const rules = signingDemand(true, { baseUrl: BASE_URL }, undefined)?.rules as ReadyRules;

  /** What is recorded of the checks that fail. */
  function failed({ fields, method = 'GET', url = '/v1/items?x=1' }: Sent, of = phone.token) {
    const message = {
      method,
      target: readTarget(`${BASE_URL}${url}`),
      fields: (name: string) => [fields[name] ?? []].flat(),
    };
    const result = verifyApproovToken(of, { keys: KEYS, now: NOW });
    const { checks } = inspecting((sink) => appraiseSignature(result, message, rules, [], NOW, sink));
    return checks.filter(({ ok }) => !ok).map(({ code, detail }) => `${code.slice(22)} ${detail}`);
  }

  it('finds nothing wrong with a genuine signature', () => expect(failed(send())).toEqual([]));

  it.each<[string, Sent, (string | RegExp)[]]>([
    ['labels', send({ label: 'sig1' }), [/^LABEL_MISSING .*: found \["sig1"\]$/]],
    [
      'what is covered',
      send({ components: ['approov-token'] }),
      [/^COMPONENT_MISSING .*, expected \["@method","@target-uri"\]$/],
    ],
    [
      'a component that is not there',
      send({ components: ['@method', '@target-uri', 'approov-token', '@status'] }),
      [/^VALUE_MISSING .*: found "\\"@status\\""$/],
    ],
    [
      'the lifetime',
      send({ parameters: `;alg="ecdsa-p256-sha256";created=${SECONDS};expires=${SECONDS + 400}` }),
      [/^LIFETIME_INVALID .*: found 400, expected 300$/],
    ],
    [
      'the usual mistake',
      { ...send(), url: '/v1/items/?x=1' },
      [/^INVALID .*\. Likely mistake: app and server differ in the slash at the end of the path/],
    ],
  ])('tells %s', (_, sent, details) => {
    expect(failed(sent)).toEqual(details.map((each) => expect.stringMatching(each)));
  });

  it('goes on to the key, where the token does not have one', () => {
    expect(failed(send(), token({ did: DID }))).toEqual([
      expect.stringMatching(/^KEY_MISSING /),
      expect.stringMatching(/^KEY_INVALID /),
    ]);
  });
});

function signedByAnother(base: string): Buffer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return sign('sha256', Buffer.from(base), { key: privateKey, dsaEncoding: 'ieee-p1363' });
}
