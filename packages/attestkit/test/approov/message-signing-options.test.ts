import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.js';
import { DID, hmacSigner, signedFields, type Signed } from './support/signed-request.js';
import { phone, send, server } from './support/signing-server.js';
import { SECONDS, SECRET_BASE64, token } from './support/tokens.js';

const ACCOUNT_KEY = randomBytes(32);

describe('a request signed with the account’s key', () => {
  const account = { signature: 'account', accountKeyBase64: ACCOUNT_KEY.toString('base64') };
  const parameters = `;alg="hmac-sha256";created=${SECONDS};expires=${SECONDS + 15}`;
  const signed = (key: Buffer, more: Signed = {}) =>
    send(
      { label: 'account', parameters, signer: hmacSigner(key), ...more },
      { ...phone, token: token({ did: DID }) },
    );

  it('is accepted with that key alone', async () => {
    expect(await server(account).check(signed(ACCOUNT_KEY))).toBe('accepted');
    expect(await server(account).check(signed(randomBytes(32)))).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    expect(
      await server(account).check(
        signed(ACCOUNT_KEY, { write: (bytes) => `:${bytes.toString('base64')}AA==:` }),
      ),
    ).toBe('ERR_APPROOV_SIGNATURE_MALFORMED');
  });

  it('is accepted with a key of the token, if that is what the option says, and not both', async () => {
    const expiry = Buffer.alloc(8);
    expiry.writeBigInt64BE(BigInt(SECONDS + 300));
    const derived = createHmac('sha256', ACCOUNT_KEY)
      .update(Buffer.from(DID, 'base64'))
      .update(expiry)
      .digest();
    const perToken = { ...account, accountKey: 'per-token' };
    expect(await server(perToken).check(signed(derived))).toBe('accepted');
    expect(await server(perToken).check(signed(ACCOUNT_KEY))).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    expect(await server(account).check(signed(derived))).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    const without = send(
      { label: 'account', parameters, signer: hmacSigner(derived) },
      { ...phone, token: token() },
    );
    expect(await server(perToken).check(without)).toBe('ERR_APPROOV_SIGNATURE_KEY_INVALID');
  });

  it('does not count where the installation’s is asked for, nor the reverse', async () => {
    const fields = signedFields(phone, { label: 'account', parameters, signer: hmacSigner(ACCOUNT_KEY) });
    expect(await server().check({ fields })).toBe('ERR_APPROOV_SIGNATURE_LABEL_MISSING');
    expect(await server(account).check(send())).toBe('ERR_APPROOV_SIGNATURE_LABEL_MISSING');
  });
});

describe('policy', () => {
  const failover = { ...phone, token: token({ did: DID }) };

  it('if-present lets a token without a key pass, counted, and no other request', async () => {
    const { check, events } = server({ policy: 'if-present' });
    expect(await check({ fields: { 'approov-token': failover.token } })).toBe('accepted');
    expect(events.at(-1)).toMatchObject({ demandsSkipped: ['messageSigning'] });
    expect(await check({ fields: { 'approov-token': phone.token } })).toBe('ERR_APPROOV_SIGNATURE_MISSING');
    expect(await check(send())).toBe('accepted');
    expect(events.at(-1)).toMatchObject({ demandsMet: ['messageSigning'], demandsSkipped: [] });
  });

  it('report lets a failure pass, told, without a signature in the result', async () => {
    const { decide, events } = server({ enforcement: 'report' });
    const decision = await decide({ ...send(), method: 'PUT' });
    expect(decision).toMatchObject({
      outcome: 'accept',
      reported: [{ code: 'ERR_APPROOV_SIGNATURE_INVALID' }],
    });
    expect(decision).not.toHaveProperty('results.approov.signature');
    expect(events.at(-1)).toMatchObject({ outcome: 'reported' });
  });

  it('a binding that only reports does not switch the signature off, nor the reverse', async () => {
    const forged = { ...send(), method: 'PUT' };
    const route = (binding: string, signing: string) => ({
      binding: { enforcement: binding },
      messageSigning: { enforcement: signing },
    });
    expect(await server({}, route('report', 'enforce')).check(forged)).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    expect(await server({}, route('enforce', 'report')).check(send())).toBe(
      'ERR_APPROOV_BINDING_CLAIM_MISSING',
    );
    const { decide } = server({}, route('report', 'report'));
    expect(await decide(forged)).toMatchObject({
      reported: [{ code: 'ERR_APPROOV_BINDING_CLAIM_MISSING' }, { code: 'ERR_APPROOV_SIGNATURE_INVALID' }],
    });
  });
});

describe('a replay', () => {
  it('is accepted without the option, and refused with it', async () => {
    const sent = send();
    const open = server();
    expect([await open.check(sent), await open.check(sent)]).toEqual(['accepted', 'accepted']);
    const { check } = server({ replay: true, store: memoryStore() });
    expect([await check(sent), await check(sent)]).toEqual(['accepted', 'ERR_APPROOV_SIGNATURE_REUSED']);
    expect(await check(send())).toBe('accepted');
  });

  it('with another signature that anybody can make of one is refused too', async () => {
    const { check } = server({ replay: true, store: memoryStore() });
    const { fields } = send();
    expect(await check({ fields })).toBe('accepted');
    const raw = Buffer.from(/:(.*):/.exec(fields['signature'] as string)?.[1] as string, 'base64');
    const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
    const s = (order - BigInt(`0x${raw.subarray(32).toString('hex')}`)).toString(16).padStart(64, '0');
    const twin = Buffer.concat([raw.subarray(0, 32), Buffer.from(s, 'hex')]);
    expect(
      await server().check({ fields: { ...fields, signature: `install=:${twin.toString('base64')}:` } }),
    ).toBe('accepted');
    expect(await check({ fields: { ...fields, signature: `install=:${twin.toString('base64')}:` } })).toBe(
      'ERR_APPROOV_SIGNATURE_REUSED',
    );
  });

  it('of a request that was refused for something else costs nothing', async () => {
    const { check } = server({ replay: true, store: memoryStore() });
    const sent = send({ method: 'POST', body: '{}' });
    expect(await check({ ...sent, body: 'x' })).toBe('ERR_APPROOV_SIGNATURE_DIGEST_MISMATCH');
    expect(await check(sent)).toBe('accepted');
  });
});

describe('options that cannot be right', () => {
  it.each<[string, object, string]>([
    ['no base', { baseUrl: undefined }, 'messageSigning.baseUrl is not set'],
    ['a base without a scheme', { baseUrl: 'api.example.com' }, 'messageSigning.baseUrl'],
    ['a base with a slash at its end', { baseUrl: 'https://api.example.com/' }, 'messageSigning.baseUrl'],
    ['a base with a query', { baseUrl: 'https://api.example.com?x' }, 'messageSigning.baseUrl'],
    ['an unknown signature', { signature: 'both' }, 'messageSigning.signature'],
    ['an unknown policy', { policy: 'optional' }, 'messageSigning.policy'],
    ['an unknown quirk', { quirks: ['no-signature'] }, 'messageSigning.quirks'],
    ['a component that is no field', { components: ['@method'] }, 'messageSigning.components'],
    ['a leeway of an hour', { leewaySeconds: 3600 }, 'messageSigning.leewaySeconds'],
    ['no life', { maxLifetimeSeconds: 0 }, 'messageSigning.maxLifetimeSeconds'],
    ['a replay without a store', { replay: true }, 'messageSigning.store'],
    ['an account without a key', { signature: 'account' }, 'messageSigning.accountKeyBase64'],
    [
      'a key that is too short',
      { signature: 'account', accountKeyBase64: 'AAAA' },
      'messageSigning.accountKeyBase64',
    ],
    [
      'a policy that an account cannot have',
      { signature: 'account', accountKeyBase64: ACCOUNT_KEY.toString('base64'), policy: 'if-present' },
      'messageSigning.policy',
    ],
    ['a misspelt one', { base: 'x' }, 'is not an option of messageSigning'],
  ])('%s', (_, options, says) => {
    expect(() => server(options)).toThrow(says);
  });

  it('a secret of tokens that signs messages too', () => {
    const options = { signature: 'account', accountKeyBase64: SECRET_BASE64 };
    expect(() => server(options)).toThrow(
      'messageSigning.accountKeyBase64 is a secret that tokens are verified with',
    );
  });
});
