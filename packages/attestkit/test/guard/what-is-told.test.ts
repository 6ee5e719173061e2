import { afterEach, describe, expect, it, vi } from 'vitest';
import { refuse } from '../../src/guard/answers/refusal.js';
import { wwwAuthenticate } from '../../src/guard/answers/www-authenticate.js';
import { BODY_LIMIT } from '../../src/guard/body-limit.js';
import { factsOf } from '../../src/guard/telling/emit.js';
import { healthOf } from '../../src/guard/health.js';
import { readBody } from '../../src/guard/read-body.js';
import { createGuard } from '../../src/create-guard.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { check, decided, double, DOWN, guarding, request } from './support/double.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('an event', () => {
  it('says how long the decision took', async () => {
    const { guard, events } = guarding([double('a')]);
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(5).mockReturnValue(12);
    await decided(guard, request({ a: 'good' }));
    clock.mockRestore();
    expect(events.map(({ durationMs }) => durationMs)).toEqual([7]);
  });

  it('has the code of what was reported', async () => {
    const { guard, events } = guarding([double('a')], { enforcement: 'report' });
    await decided(guard, request({ a: 'bad' }));
    expect(events).toMatchObject([{ outcome: 'reported', code: 'a_bad', stage: 'untrusted' }]);
  });

  it('is told of a kind whose result is null', async () => {
    const { guard, events } = guarding([double('a', () => ({ result: null }))]);
    await decided(guard, request({ a: 'good' }));
    expect(events).toMatchObject([{ outcome: 'accepted', device: undefined, evidence: ['a'] }]);
  });

  it('tells of a path that is let through unchecked', async () => {
    const { guard, events } = guarding([double('a')]);
    await decided(
      guard,
      request({}, { target: '/health?x' }),
      guard.route({ exclude: ['/health'], name: 'h' }),
    );
    expect(events).toMatchObject([{ outcome: 'open', exempt: 'excluded', route: 'h', path: '/health' }]);
  });

  it('has of an error that can quote the client its name and its place alone', () => {
    const cause = new TypeError('quotes secret-token');
    const told = (error: Error) =>
      factsOf(new AttestationError({ ...check('ODD', 'unavailable'), unexpected: true }, { cause: error }))
        .cause;
    expect(told(cause)).toMatch(/^TypeError at .*what-is-told[^\n]*$/);
    cause.stack = 'another form';
    expect(told(cause)).toBe('TypeError');
  });

  it('names the refusal that led to another one', () => {
    const cause = new AttestationError(DOWN);
    const error = new AttestationError(check('CONFLICT', 'denied'), { cause });
    expect(factsOf(error)).toMatchObject({ code: 'CONFLICT', cause: 'STORE_DOWN' });
  });
});

describe('what a client is asked for', () => {
  const settings = {
    statuses: {},
    bodyFor: () => '{}',
    headers: {},
    realm: 'api',
  };

  it('is a token where nothing else is known', () => {
    const { headers } = refuse(new AttestationError(check('A', 'missing')), undefined, settings);
    expect(headers['www-authenticate']).toBe('Attest realm="api", need="token"');
  });

  it('is nothing where the body was too large, which is answered with 413', () => {
    const error = new AttestationError(check('ERR_GUARD_BODY_TOO_LARGE', 'malformed'));
    expect(refuse(error, undefined, settings)).toEqual({ status: 413, headers: {}, body: '{}' });
  });

  it('is each need once, in one field', () => {
    const needs = [{ need: 'token' }, { need: 'token' }, { need: 'session', header: 'X-Session' }] as const;
    expect(wwwAuthenticate('api', needs)).toBe(
      'Attest realm="api", need="token", Attest realm="api", need="session", header="X-Session"',
    );
    const bearer = [{ need: 'session', bearer: 'shown' }] as const;
    expect(wwwAuthenticate('api', bearer)).toBe(
      'Attest realm="api", need="session", Bearer realm="api", error="invalid_token"',
    );
  });

  it('has a realm of visible ASCII, everything else percent-encoded', () => {
    expect(wwwAuthenticate(' ~\u007f\u001f\t\u00e9"\\', [{ need: 'token' }])).toBe(
      String.raw`Attest realm=" ~%7F%1F%09%C3%A9\"\\", need="token"`,
    );
  });
});

it.each([
  ['that becomes nothing', 'a JSON object', { toJSON: () => undefined }],
  ['that becomes a list', 'a JSON object', { toJSON: () => ['x'] }],
  ['with a number that JSON does not have', 'JSON', { id: 1n }],
  ['that is a list', 'an object', ['x']],
])('a body %s is not %s, and fails at start-up', (_, what, body) => {
  expect(() => createGuard({ evidence: [double('a')], body: body as never })).toThrow(`body is not ${what}.`);
});

describe('the body of a request', () => {
  it('is not read where its declared length is over the cap', async () => {
    const body = vi.fn(async () => Buffer.of(1));
    const sent = (length: number) => request({ 'content-length': String(length) }, { body });
    await expect(readBody(sent(11), 10)).rejects.toMatchObject({ code: 'ERR_GUARD_BODY_TOO_LARGE' });
    expect(body).not.toHaveBeenCalled();
    expect(await readBody(sent(10), 10)).toEqual(Buffer.of(1));
  });

  it('is capped at a MiB unless the route says otherwise', async () => {
    const sent = (length: number) => request({}, { body: async () => Buffer.alloc(length) });
    expect(BODY_LIMIT).toBe(1_048_576);
    expect(await readBody(sent(BODY_LIMIT))).toHaveLength(BODY_LIMIT);
    await expect(readBody(sent(BODY_LIMIT + 1))).rejects.toMatchObject({ code: 'ERR_GUARD_BODY_TOO_LARGE' });
  });
});

describe('health', () => {
  it('leaves no timer behind once the store has answered', async () => {
    vi.useFakeTimers();
    expect(await healthOf({ get: async () => undefined })()).toEqual({ healthy: true, down: [] });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is one answer for all, which none of them can change', async () => {
    const health = await healthOf(undefined)();
    expect([health, health.down].map((each) => Object.isFrozen(each))).toEqual([true, true]);
  });
});
