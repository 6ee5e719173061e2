import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov } from '../../../src/approov/index.js';
import { createGuard } from '../../../src/create-guard.js';
import {
  BASE_URL,
  DID,
  digestOf,
  installation,
  signedFields,
  type Signed,
} from '../support/signed-request.js';
import { phone, send, server, type Sent } from '../support/signing-server.js';
import { NOW, SECRET_BASE64 } from '../support/tokens.js';

describe('a request that an installation has signed', () => {
  it('is accepted, and the route learns what is covered', async () => {
    const decision = await server().decide(send({ method: 'POST', body: '{}' }));
    expect(decision).toMatchObject({
      outcome: 'accept',
      results: {
        approov: {
          kind: 'approov',
          deviceId: DID,
          signature: {
            by: 'install',
            components: [
              '@method',
              '@target-uri',
              'approov-token',
              'authorization',
              'content-digest',
              'content-length',
            ],
            createdAt: NOW - 2000,
            expiresAt: NOW + 13_000,
          },
        },
      },
    });
  });

  it.each<[string, Signed]>([
    [
      'the target in parts',
      { components: ['@method', '@authority', '@path', '@query', 'approov-token', 'authorization'] },
    ],
    [
      'the target in two parts',
      { components: ['@method', '@authority', '@request-target', 'approov-token', 'authorization'] },
    ],
    ['a signature as text, as Android 3.5 writes it', { write: (bytes) => `"${bytes.toString('base64')}"` }],
    [
      'a signature in DER, as React Native before 3.5.11 writes it',
      { signer: (base) => sign('sha256', Buffer.from(base), phone.privateKey) },
    ],
    ['an empty field', { fields: { 'x-empty': '' } }],
  ])('is accepted with %s', async (_, request) => {
    for (let turn = 0; turn < 20; turn += 1) expect(await server().check(send(request))).toBe('accepted');
  });

  it('is accepted beside a signature with another label, which is not looked at', async () => {
    const fields = signedFields(phone);
    const more = {
      ...fields,
      'signature-input': `account=(), ${fields['signature-input']}`,
      signature: `account=::, ${fields['signature']}`,
    };
    expect(await server().check({ fields: more })).toBe('accepted');
  });

  it.each<[string, Partial<Sent>]>([
    ['another method', { method: 'DELETE' }],
    ['another path', { url: '/v1/items/?x=1' }],
    ['another query', { url: '/v1/items?x=2' }],
    ['no query', { url: '/v1/items' }],
  ])('is refused with %s', async (_, change) => {
    expect(await server().check({ ...send(), ...change })).toBe('ERR_APPROOV_SIGNATURE_INVALID');
  });

  it('is refused with another user', async () => {
    const { fields } = send();
    expect(await server().check({ fields: { ...fields, authorization: 'Bearer other' } })).toBe(
      'ERR_APPROOV_SIGNATURE_INVALID',
    );
  });

  it('is refused with the token of another installation', async () => {
    const { fields } = send();
    const other = { ...fields, 'approov-token': installation().token };
    expect(await server().check({ fields: other })).toBe('ERR_APPROOV_SIGNATURE_INVALID');
  });

  it('is refused at another API, and without a path', async () => {
    expect(await server({ baseUrl: 'https://other.example.com' }).check(send())).toBe(
      'ERR_APPROOV_SIGNATURE_INVALID',
    );
    for (const url of ['*', 'https://api.example.com/v1/items?x=1', '@evil.example/'])
      expect(await server().check({ ...send(), url })).toBe('ERR_APPROOV_SIGNATURE_VALUE_MISSING');
  });
});

describe('a body', () => {
  const BODY = '{"amount":1}';
  const post = (request: Signed = {}): Sent => send({ method: 'POST', body: BODY, ...request });

  it('that is changed is refused', async () => {
    const sent = post();
    for (const body of ['', '{"amount":2}', `${BODY} `])
      expect(await server().check({ ...sent, body })).toBe('ERR_APPROOV_SIGNATURE_DIGEST_MISMATCH');
  });

  it('whose digest is not covered is refused, whether or not it is there', async () => {
    const components = ['@method', '@target-uri', 'approov-token', 'authorization'];
    expect(await server().check(post({ components }))).toBe('ERR_APPROOV_SIGNATURE_DIGEST_MISSING');
    expect(await server().check({ ...send({ method: 'POST', components }), body: BODY })).toBe(
      'ERR_APPROOV_SIGNATURE_DIGEST_MISSING',
    );
  });

  it.each([
    ['text', digestOf(BODY).replaceAll(':', '"')],
    ['no digest that is known', 'md5=:AAAA:'],
  ])('whose digest is %s is refused', async (_, digest) => {
    const sent = post({ fields: { 'content-digest': digest } });
    expect(await server().check(sent)).toBe('ERR_APPROOV_SIGNATURE_DIGEST_MALFORMED');
  });

  it('whose digest is text is accepted if the option says so', async () => {
    const sent = post({ fields: { 'content-digest': digestOf(BODY).replaceAll(':', '"') } });
    expect(await server({ quirks: ['text-digest'] }).check(sent)).toBe('accepted');
    expect(await server({ quirks: ['text-digest'] }).check({ ...sent, body: 'other' })).toBe(
      'ERR_APPROOV_SIGNATURE_DIGEST_MISMATCH',
    );
  });

  it('is not read before the signature holds', async () => {
    const { decide } = server();
    const sent = { ...post(), method: 'PUT' };
    let isRead = false;
    const evidence = approov({ secretBase64: SECRET_BASE64, messageSigning: { baseUrl: BASE_URL } });
    const guard = createGuard({ evidence: [evidence], now: () => NOW });
    const request = {
      method: 'PUT',
      target: '/v1/items?x=1',
      fields: (name: string) => [sent.fields[name] ?? []].flat() as string[],
      body: async () => {
        isRead = true;
        return Buffer.from(BODY);
      },
    };
    expect(await guard.check(request, guard.route({ messageSigning: true }))).toMatchObject({
      outcome: 'refuse',
    });
    expect(isRead).toBe(false);
    expect(await decide(sent)).toMatchObject({ outcome: 'refuse' });
  });

  it('that is gone is an outage of the server’s own', async () => {
    const guard = createGuard({
      evidence: [approov({ secretBase64: SECRET_BASE64, messageSigning: { baseUrl: BASE_URL } })],
      now: () => NOW,
      enforcement: 'enforce',
    });
    const { fields } = send();
    const request = {
      method: 'GET',
      target: '/v1/items?x=1',
      fields: (name: string) => [fields[name] ?? []].flat(),
    };
    const decision = await guard.check(request, guard.route({ messageSigning: true }));
    expect(decision).toMatchObject({ error: { code: 'ERR_GUARD_BODY_UNAVAILABLE' } });
  });
});
