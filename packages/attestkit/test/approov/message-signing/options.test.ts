import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov } from '../../../src/approov/index.js';
import {
  BASE_URL,
  DID,
  hmacSigner,
  installation,
  signedFields,
  type Signed,
} from '../support/signed-request.js';
import { phone, send, server } from '../support/signing-server.js';
import { NOW, payFor, SECONDS, SECRET_BASE64, token } from '../support/tokens.js';

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

  it('a failure follows the route’s enforcement, unless it has its own', async () => {
    const forged = { ...send(), method: 'PUT' };
    const reporting = { messageSigning: true, enforcement: 'report' };
    expect(await server({}, reporting).decide(forged)).toMatchObject({
      outcome: 'accept',
      reported: [{ code: 'ERR_APPROOV_SIGNATURE_INVALID' }],
    });
    expect(await server({ enforcement: 'enforce' }, reporting).check(forged)).toBe(
      'ERR_APPROOV_SIGNATURE_INVALID',
    );
  });

  it('a signature that cannot be looked for is no failure to report', async () => {
    const broken = new TypeError('the adapter failed');
    const evidence = approov({
      secretBase64: SECRET_BASE64,
      messageSigning: { baseUrl: BASE_URL, enforcement: 'report' },
    });
    const request = {
      method: 'GET',
      target: '/',
      fields: (name: string) => {
        if (name === 'signature-input') throw broken;
        return [];
      },
    };
    const verdict = evidence.verify(phone.token, {
      request,
      demand: evidence.demand({ messageSigning: true }),
      now: NOW,
      clock: () => NOW,
      enforcement: 'report',
      results: {},
      body: async () => Buffer.alloc(0),
    });
    await expect(verdict).rejects.toBe(broken);
  });

  it('a binding and a signature are both counted, as met or as skipped', async () => {
    const policy = { policy: 'if-present' };
    const { check, events } = server({}, { binding: policy, messageSigning: policy });
    expect(await check({ fields: { 'approov-token': failover.token } })).toBe('accepted');
    expect(events.at(-1)).toMatchObject({ demandsMet: [], demandsSkipped: ['binding', 'messageSigning'] });
    expect(await check(send())).toBe('accepted');
    expect(events.at(-1)).toMatchObject({ demandsMet: ['messageSigning'], demandsSkipped: ['binding'] });
    expect(await check(send({}, installation({ pay: payFor('Bearer user') })))).toBe('accepted');
    expect(events.at(-1)).toMatchObject({ demandsMet: ['binding', 'messageSigning'], demandsSkipped: [] });
  });

  it('a header of a binding that is skipped need not be covered if it is not there', async () => {
    const route = { binding: { policy: 'if-present', headers: 'x-user' }, messageSigning: true };
    const { check } = server({}, route);
    expect(await check(send())).toBe('accepted');
    const components = ['@method', '@target-uri', 'approov-token'];
    expect(await check(send({ components, fields: { 'x-user': '7' } }))).toBe(
      'ERR_APPROOV_SIGNATURE_COMPONENT_MISSING',
    );
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
