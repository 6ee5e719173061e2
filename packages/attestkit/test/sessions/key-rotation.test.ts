import { createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SessionsOptions } from '../../src/devices/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, Clock, newKey, newSecret, recording, tokensOf } from './support/backend.js';

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();
const spki = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString();

const headerOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()) as Record<string, string>;

type Keys = Exclude<SessionsOptions['keys'], undefined>;

/** Instances on one store, each with keys of its own. */
function instances() {
  const shared = { store: memoryStore(), clock: new Clock() };
  return (keys: Keys, secret?: string[]) =>
    new Backend({ ...shared, ...(secret && { secret }), sessions: { keys } });
}

describe('keys that change', () => {
  it('log nobody out: the new one signs, both verify, each by its kid', async () => {
    const [old, young] = [pair(), pair()];
    const server = instances();
    const oldKey = { algorithm: 'ES256', privateKey: pem(old.privateKey) } as const;
    const youngKey = { algorithm: 'ES256', privateKey: pem(young.privateKey) } as const;
    const retired = { algorithm: 'ES256', publicKey: spki(old.publicKey) } as const;
    const [before, during, after] = [server(oldKey), server([youngKey, retired]), server(youngKey)];
    const first = await before.enrolled();
    expect(await during.use(first.session)).toBe('accepted');
    const second = tokensOf(await during.refresh(first.refresh));
    expect(headerOf(second.session)['kid']).not.toBe(headerOf(first.session)['kid']);
    for (const each of [during, after]) expect(await each.use(second.session)).toBe('accepted');
    expect(await after.use(first.session)).toMatch(/^ERR_SESSION_(KEY|SIGNATURE_INVALID)/);
    expect((await after.refresh(second.refresh)).status).toBe(200);
  });

  it('from a secret to a key pair, and to another secret, log nobody out', async () => {
    const { privateKey } = pair();
    const secrets = [newSecret(), newSecret()] as const;
    const server = instances();
    const asymmetric = { algorithm: 'ES256', privateKey: pem(privateKey) } as const;
    const before = server('secret', [secrets[0]]);
    const during = server([asymmetric, 'secret'], [secrets[1], secrets[0]]);
    const first = await before.enrolled();
    expect(await during.use(first.session)).toBe('accepted');
    const second = tokensOf(await during.refresh(first.refresh));
    expect(headerOf(second.session)['alg']).toBe('ES256');
    expect(await server([asymmetric], [secrets[1]]).use(second.session)).toBe('accepted');
    expect(await before.use(second.session)).toMatch(/^ERR_SESSION_/);
  });

  it('never verify a token with another key than its kid names', async () => {
    const [one, two] = [pair(), pair()];
    const server = instances();
    const key = (each: typeof one, kid: string) =>
      ({ algorithm: 'ES256', privateKey: pem(each.privateKey), kid }) as const;
    const { session } = await server(key(one, 'a')).enrolled();
    expect(await server([key(one, 'a'), key(two, 'b')]).use(session)).toBe('accepted');
    expect(await server([key(one, 'b'), key(two, 'a')]).use(session)).toMatch(
      /^ERR_SESSION_SIGNATURE_INVALID/,
    );
    expect(await server(key(one, 'b')).use(session)).toMatch(/^ERR_SESSION_/);
  });
});

describe('the JWK Set', () => {
  it('has every public key, and verifies what the server signs', async () => {
    const [signing, retired] = [pair(), pair()];
    const backend = instances()([
      { algorithm: 'ES256', privateKey: pem(signing.privateKey) },
      { algorithm: 'ES256', publicKey: spki(retired.publicKey) },
      'secret',
    ]);
    const { session } = await backend.enrolled();
    const { status, body } = await backend.send('/jwks.json', {});
    const keys = body['keys'] as Record<string, string>[];
    expect([status, keys.length]).toEqual([200, 2]);
    const published = keys.find(({ kid }) => kid === headerOf(session)['kid']);
    expect(published).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    for (const key of keys) expect(Object.keys(key)).not.toContain('d');
    const [header, payload, signature = ''] = session.split('.');
    const key = createPublicKey({ key: { ...published }, format: 'jwk' });
    const input = Buffer.from(`${header}.${payload}`);
    expect(
      verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')),
    ).toBe(true);
  });

  it('is empty where sessions are signed with the secret', async () => {
    expect((await new Backend().send('/jwks.json', {})).body).toEqual({ keys: [] });
  });
});

describe('a signer of the user’s own', () => {
  const { privateKey, publicKey } = pair();
  const kms = (signing: (input: Uint8Array) => unknown) =>
    ({ algorithm: 'ES256', publicKey: spki(publicKey), sign: signing as () => Uint8Array }) as const;
  const signed = (input: Uint8Array, dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363') =>
    sign('sha256', input, { key: privateKey, dsaEncoding });

  it('signs sessions, at once or later', async () => {
    for (const each of [(input: Uint8Array) => signed(input), async (input: Uint8Array) => signed(input)]) {
      const backend = instances()(kms(each));
      const { session, refresh } = await backend.enrolled();
      expect(await backend.use(session)).toBe('accepted');
      expect((await backend.refresh(refresh)).status).toBe(200);
    }
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('arn:aws:kms:secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('arn:aws:kms:secret'))],
    ['gives nothing', () => undefined],
    ['gives text', () => 'AAAA'],
    ['gives DER', (input: Uint8Array) => signed(input, 'der')],
    [
      'signs with another key',
      (input: Uint8Array) => sign('sha256', input, { key: pair().privateKey, dsaEncoding: 'ieee-p1363' }),
    ],
    ['signs something else', () => signed(Buffer.from('x'))],
  ])('that %s is an outage: 503', async (_, each) => {
    const { store } = recording(memoryStore());
    const backend = new Backend({ store, sessions: { keys: kms(each) } });
    const reply = await backend.attest();
    expect([reply.status, reply.code, reply.answer.headers['retry-after']]).toEqual([
      503,
      'ERR_SESSION_SIGNER_FAILED',
      '5',
    ]);
    expect(JSON.stringify(backend.events)).not.toContain('arn:aws');
  });

  it('that fails for hours costs nobody a session: the refresh token is not spent meanwhile', async () => {
    let failing = false;
    const backend = instances()(
      kms((input) => {
        if (failing) throw new Error('down');
        return signed(input);
      }),
    );
    const key = newKey();
    const { refresh } = await backend.enrolled(key);
    failing = true;
    expect((await backend.refresh(refresh)).code).toBe('ERR_SESSION_SIGNER_FAILED');
    backend.clock.ms += 3_600_000;
    expect((await backend.refresh(refresh)).code).toBe('ERR_SESSION_SIGNER_FAILED');
    failing = false;
    const again = await backend.refresh(refresh);
    expect([again.status, backend.events.at(-1)?.retried]).toEqual([200, false]);
    expect((await backend.refresh(tokensOf(again).refresh)).status).toBe(200);
  });
});
