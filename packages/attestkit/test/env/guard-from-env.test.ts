import type { DecisionEvent } from '../../src/ports/events.js';
import { describe, expect, it, vi } from 'vitest';
import { guardFromEnv, type Environment } from '../../src/env/index.js';
import { payFor, SECRET_BASE64, SECRET, SECONDS, token } from '../approov/support/tokens.js';
import { request } from '../guard/support/double.js';

const SECRET_ONLY = { APPROOV_BASE64_SECRET: SECRET_BASE64 };
const SWITCH = 'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN';
const GOOD = token();
const BOUND = token({ pay: payFor('Bearer x') });

function run(
  env: Environment,
  fields: Record<string, string>,
  options: { binding?: true } = {},
): { outcome: string; lines: string[] } {
  const lines: string[] = [];
  const guard = guardFromEnv({
    env: { ...SECRET_ONLY, ...env },
    log: (line) => lines.push(line),
    now: () => SECONDS * 1000,
  });
  const decision = guard.check(request(fields), guard.route(options));
  return { outcome: decision instanceof Promise ? 'later' : decision.outcome, lines };
}

describe('the log lines', () => {
  const bind = { binding: true } as const;
  const valid = 'ACCEPTED REQUEST WITH VALID APPROOV TOKEN';
  const mismatch =
    'ERR_APPROOV_BINDING_MISMATCH: the Approov token is bound to another value than the one in the request';
  it.each([
    ['a genuine token', {}, { 'approov-token': GOOD }, {}, [valid]],
    [
      'no token',
      {},
      {},
      {},
      [
        'REJECTED REQUEST WITH APPROOV TOKEN HEADER EMPTY OR MISSING',
        'ERR_APPROOV_TOKEN_MISSING: the request has no Approov token',
      ],
    ],
    [
      'an empty token',
      {},
      { 'approov-token': '' },
      {},
      [
        'REJECTED REQUEST WITH APPROOV TOKEN HEADER EMPTY OR MISSING',
        'ERR_APPROOV_TOKEN_MISSING: the request has no Approov token',
      ],
    ],
    [
      'an expired token',
      {},
      { 'approov-token': token({ exp: 1 }) },
      {},
      [
        'REJECTED REQUEST WITH INVALID APPROOV TOKEN',
        'ERR_APPROOV_TOKEN_EXPIRED: the Approov token has expired',
      ],
    ],
    [
      'an expired token, reported',
      { [SWITCH]: 'false' },
      { 'approov-token': token({ exp: 1 }) },
      {},
      [
        'ACCEPTED REQUEST WITH INVALID APPROOV TOKEN',
        'ERR_APPROOV_TOKEN_EXPIRED: the Approov token has expired',
      ],
    ],
    [
      'a bound token',
      {},
      { 'approov-token': BOUND, authorization: 'Bearer x' },
      bind,
      [valid, 'ACCEPTED REQUEST WITH VALID TOKEN BINDING IN THE APPROOV TOKEN'],
    ],
    [
      'another binding',
      {},
      { 'approov-token': BOUND, authorization: 'Bearer y' },
      bind,
      [valid, 'REJECTED REQUEST WITH INVALID TOKEN BINDING IN THE APPROOV TOKEN', mismatch],
    ],
    [
      'another binding, reported',
      { [`${SWITCH}_BINDING`]: 'false' },
      { 'approov-token': BOUND, authorization: 'Bearer y' },
      bind,
      [valid, 'ACCEPTED REQUEST WITH INVALID TOKEN BINDING IN THE APPROOV TOKEN', mismatch],
    ],
    [
      'no claim',
      {},
      { 'approov-token': GOOD, authorization: 'Bearer y' },
      bind,
      [
        valid,
        'REJECTED REQUEST WITH APPROOV TOKEN MISSING THE CLAIM TO VERIFY THE TOKEN BINDING',
        'ERR_APPROOV_BINDING_CLAIM_MISSING: the Approov token has no claim (`pay`) to verify the token binding',
      ],
    ],
  ])('of %s', (_, env, fields, options, lines) => {
    expect(run(env, fields as Record<string, string>, options).lines).toEqual(lines);
  });

  it('can be turned off', () => {
    expect(run({ APPROOV_LOGGING_ENABLED: 'false' }, {})).toEqual({ outcome: 'refuse', lines: [] });
  });

  it('go to standard output unless told otherwise, beside the application’s own listener', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const seen: string[] = [];
    const guard = guardFromEnv({
      env: SECRET_ONLY,
      now: () => SECONDS * 1000,
      onEvent: (event) => seen.push((event as DecisionEvent).outcome),
    });
    void guard.check(request({ 'approov-token': GOOD }));
    expect(write.mock.calls).toEqual([['ACCEPTED REQUEST WITH VALID APPROOV TOKEN\n']]);
    write.mockRestore();
    expect(seen).toEqual(['accepted']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])(
    'may fail: a log that %s neither ends the process nor silences the application’s listener',
    async (_, log) => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => unhandled.push(reason);
      process.on('unhandledRejection', note);
      const seen: string[] = [];
      const guard = guardFromEnv({
        env: SECRET_ONLY,
        log: log as () => void,
        onEvent: (event) => seen.push((event as DecisionEvent).outcome),
      });
      expect(guard.check(request({}))).toMatchObject({ outcome: 'refuse' });
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', note);
      expect([seen, unhandled]).toEqual([['refused'], []]);
    },
  );

  it('skip what is exempt, and count what the policy skips', () => {
    const lines: string[] = [];
    const guard = guardFromEnv({
      env: SECRET_ONLY,
      log: (line) => lines.push(line),
      now: () => SECONDS * 1000,
      binding: { policy: 'if-present' },
    });
    void guard.check(request({}, { target: '/health' }), guard.route({ exclude: ['/health'] }));
    expect(lines).toEqual([]);
    void guard.check(request({ 'approov-token': GOOD }), guard.route({ binding: true }));
    expect(lines).toEqual([
      'ACCEPTED REQUEST WITH VALID APPROOV TOKEN',
      'ACCEPTED REQUEST WITH APPROOV TOKEN MISSING THE CLAIM TO VERIFY THE TOKEN BINDING',
    ]);
  });
});

describe('the switches', () => {
  const bad = { 'approov-token': 'junk' };
  const unbound = { 'approov-token': BOUND, authorization: 'Bearer y' };
  const OLDER = 'APPROOV_ABORT_REQUEST_ON_INVALID_CUSTOM_PAYLOAD_CLAIM';

  it.each([
    ['both on by default', {}, 'refuse', 'refuse'],
    ['both on', { [SWITCH]: 'true', [`${SWITCH}_BINDING`]: 'true' }, 'refuse', 'refuse'],
    ['token off', { [SWITCH]: 'false' }, 'accept', 'refuse'],
    ['binding off', { [`${SWITCH}_BINDING`]: 'false' }, 'refuse', 'accept'],
    ['binding off by its older name', { [OLDER]: 'false' }, 'refuse', 'accept'],
    ['both names, in agreement', { [OLDER]: 'false', [`${SWITCH}_BINDING`]: 'false' }, 'refuse', 'accept'],
  ])('%s', (_, env, token_, binding) => {
    expect([run(env, bad).outcome, run(env, unbound, { binding: true }).outcome]).toEqual([token_, binding]);
  });

  it.each(['True', 'FALSE', '0', '1', '', ' true', 'no'])('take exactly true or false, not %j', (value) => {
    for (const variable of [SWITCH, `${SWITCH}_BINDING`, OLDER, 'APPROOV_LOGGING_ENABLED']) {
      expect(() => run({ [variable]: value }, {})).toThrow(
        expect.objectContaining({ name: 'ConfigurationError', variable }),
      );
    }
  });

  it('that contradict each other fail at start-up', () => {
    expect(() => run({ [OLDER]: 'false', [`${SWITCH}_BINDING`]: 'true' }, {})).toThrow(
      expect.objectContaining({ variable: OLDER }),
    );
  });
});

it.each([
  [{ enforcement: 'report' }, 'enforcement'],
  [{ binding: true }, 'binding'],
  [{ allowPublishedSecret: 'false' }, 'allowPublishedSecret'],
  [{ log: 5 }, 'log'],
])('the options %j fail at start-up', (options, variable) => {
  const make = () => guardFromEnv({ env: SECRET_ONLY, ...(options as object) });
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }));
});

describe('the secret', () => {
  it('is read from either variable, never from both', () => {
    const base64url = SECRET.toString('base64url');
    const guard = guardFromEnv({
      env: { APPROOV_BASE64URL_SECRET: base64url },
      log: () => undefined,
      now: () => SECONDS * 1000,
    });
    expect(guard.check(request({ 'approov-token': GOOD }))).toMatchObject({ outcome: 'accept' });
    expect(() => run({ APPROOV_BASE64URL_SECRET: base64url }, {})).toThrow(
      expect.objectContaining({ variable: 'APPROOV_BASE64URL_SECRET' }),
    );
  });

  it.each([{}, { APPROOV_BASE64_SECRET: '' }, { APPROOV_BASE64_SECRET: 'approov_base64_secret_here' }])(
    '%j fails at start-up, by the variable’s name',
    (env) => {
      expect(() => guardFromEnv({ env })).toThrow(
        /APPROOV_BASE64_SECRET.*(is not set|is empty|is a placeholder)/,
      );
    },
  );
});
