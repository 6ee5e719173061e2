import { describe, expect, it } from 'vitest';
import { APP_CHECK_JWKS, appCheck, type AppCheckOptions } from '../../src/app-check/index.js';
import { createGuard } from '../../src/create-guard.js';
import { remoteJwks } from '../../src/net/index.js';
import type { Decision } from '../../src/ports/decision.js';
import type { Attestation } from '../../src/ports/attestation.js';
import { memoryStore } from '../../src/stores/memory.js';
import { refusal } from '../approov/support/tokens.js';
import { jwksServer, text } from '../net/support/jwks-server.js';
import {
  APP,
  firebase,
  JWKS,
  KEYS,
  NOW,
  PROJECT_OPTIONS,
  requestWith,
  SECONDS,
  stranger,
  token,
} from './support/tokens.js';

const OPTIONS: AppCheckOptions = { ...PROJECT_OPTIONS, keys: KEYS };

/** A guard with App Check alone, at a clock that the test moves. */
function guardAt(options: Partial<AppCheckOptions> = {}) {
  const clock = { ms: NOW };
  const guard = createGuard({ evidence: [appCheck({ ...OPTIONS, ...options })], now: () => clock.ms });
  const check = (...lines: readonly string[]): Decision<Attestation> | Promise<Decision<Attestation>> =>
    guard.check(requestWith(...lines), guard.route());
  return { clock, guard, check };
}

const summary = async (decision: Decision<Attestation> | Promise<Decision<Attestation>>): Promise<string> => {
  const settled = await decision;
  return settled.outcome === 'accept' ? 'accept' : `${settled.response.status} ${settled.error.code}`;
};

describe('a route with App Check', () => {
  it('accepts a genuine token at once, and hands its result on', () => {
    const decision = guardAt().check(token());
    expect(decision).toMatchObject({
      outcome: 'accept',
      results: { appCheck: { appId: APP, platform: 'android', consumed: false } },
    });
  });

  it.each<readonly [string, readonly string[], string]>([
    ['no field', [], '401 ERR_APP_CHECK_TOKEN_MISSING'],
    ['an empty field', [''], '401 ERR_APP_CHECK_TOKEN_MISSING'],
    ['two fields', [token(), token()], '401 ERR_APP_CHECK_TOKEN_REPEATED'],
    ['two fields that fetch joined', [`${token()}, ${token()}`], '401 ERR_APP_CHECK_TOKEN_REPEATED'],
    ['a scheme before it', [`Bearer ${token()}`], '401 ERR_APP_CHECK_TOKEN_ENCODING_MALFORMED'],
    ['junk', ['x'], '401 ERR_APP_CHECK_TOKEN_MALFORMED'],
    [
      'the token of a stranger',
      [token({}, {}, stranger.privateKey)],
      '401 ERR_APP_CHECK_TOKEN_SIGNATURE_INVALID',
    ],
    ['a token that expired', [token({ exp: SECONDS })], '401 ERR_APP_CHECK_TOKEN_EXPIRED'],
  ])('refuses %s', async (_, lines, wanted) => {
    expect(await summary(guardAt().check(...lines))).toBe(wanted);
  });

  it('answers other statuses where they are configured', async () => {
    const { guard } = guardAt();
    const decision = guard.check(requestWith(), guard.route({ statuses: { missing: 400 } }));
    expect(await summary(decision)).toBe('400 ERR_APP_CHECK_TOKEN_MISSING');
  });
});

describe('a token that is remembered', () => {
  it('costs no second verification, and is held to its claims again', async () => {
    const { clock, check } = guardAt();
    const sent = token({ exp: SECONDS + 60 });
    await check(sent);
    const second = check(sent) as Decision<Attestation> & { outcome: 'accept' };
    const third = check(sent) as typeof second;
    expect(third.results.appCheck).toBe(second.results.appCheck);
    clock.ms += 59_999;
    expect(await summary(check(sent))).toBe('accept');
    clock.ms += 1;
    expect(await summary(check(sent))).toBe('401 ERR_APP_CHECK_TOKEN_EXPIRED');
  });

  it('is frozen, and forgotten with its key', async () => {
    let listed = true;
    const keys = { ...KEYS, includes: () => listed, candidates: () => (listed ? KEYS.candidates('k1') : []) };
    const { check } = guardAt({ keys });
    const sent = token();
    for (let use = 0; use < 3; use += 1) {
      const { results } = check(sent) as Decision<Attestation> & { outcome: 'accept' };
      expect(Object.isFrozen(results.appCheck?.claims)).toBe(true);
    }
    listed = false;
    expect(await summary(check(sent))).toBe('401 ERR_APP_CHECK_TOKEN_KEY_UNKNOWN');
  });

  it('is not remembered at all where the cache has no room', async () => {
    const { check } = guardAt({ cache: 0 });
    const sent = token();
    await check(sent);
    const second = check(sent) as Decision<Attestation> & { outcome: 'accept' };
    const third = check(sent) as typeof second;
    expect(third.results.appCheck).not.toBe(second.results.appCheck);
  });
});

describe('with keys that are fetched', () => {
  it('fetches them once, and is synchronous from then on', async () => {
    const server = await jwksServer(text(JSON.stringify(JWKS)));
    const { check } = guardAt({ keys: remoteJwks(server.url, { algorithm: 'RS256' }) });
    const first = check(token());
    expect(first).toBeInstanceOf(Promise);
    expect(await summary(first)).toBe('accept');
    expect(check(token({ x: 1 }))).toMatchObject({ outcome: 'accept' });
    expect(server.requests).toBe(1);
  });

  it('answers 503 where they cannot be had', async () => {
    const server = await jwksServer(text('', 403));
    const { check } = guardAt({ keys: remoteJwks(server.url, { algorithm: 'RS256' }) });
    expect(await summary(check(token()))).toBe('503 ERR_JWKS_UNAVAILABLE');
  });

  it('has the address of Firebase’s', () => {
    expect(remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256' }).algorithms).toEqual(['RS256']);
  });
});

describe('the options', () => {
  it.each<readonly [string, object]>([
    ['keys', { keys: undefined }],
    ['keys', { keys: JWKS }],
    ['keys', { keys: { ...KEYS, algorithms: ['ES256'] } }],
    ['keys', { keys: { ...KEYS, algorithms: ['RS256', 'HS256'] } }],
    ['projectNumber', { projectNumber: 'example-id' }],
    ['appIds', { appIds: [] }],
    ['leewaySeconds', { leewaySeconds: -1 }],
    ['cache', { cache: -1 }],
    ['cache', { cache: 1.5 }],
    ['store', { store: {} }],
    ['consumer', { consumer: {} }],
    ['consumer', { consumer: { consume: () => undefined }, store: memoryStore() }],
    ['header', { header: 'x' }],
  ])('are refused with a wrong %s', (variable, more) => {
    const run = (): unknown => appCheck({ ...OPTIONS, ...more } as AppCheckOptions);
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }) as Error);
  });

  it.each([
    ['appCheck', 'yes'],
    ['appCheck.consume', { consume: 'true' }],
    ['appCheck.consumed', { consumed: true }],
    ['appCheck.consume', { consume: true }],
  ])('of a route are refused with a wrong %s', (variable, asked) => {
    const { guard } = guardAt();
    const run = (): unknown => guard.route({ appCheck: asked as unknown as true });
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError' }) as Error);
    if (typeof asked === 'object') expect(run).toThrow(expect.objectContaining({ variable }) as Error);
  });

  it('are copied: a list that is changed later changes nothing', () => {
    const appIds = [APP];
    const evidence = appCheck({ ...OPTIONS, appIds });
    appIds[0] = '1:1:web:1';
    const context = {
      request: requestWith(),
      demand: undefined,
      now: NOW,
      clock: () => NOW,
      enforcement: 'enforce',
      results: {},
    } as const;
    const body = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array());
    const other = token({ sub: '1:1:web:1' }, {}, firebase.privateKey);
    expect(refusal(() => evidence.verify(other, { ...context, body })).code).toBe(
      'ERR_APP_CHECK_TOKEN_APP_MISMATCH',
    );
  });
});
