import type { Enforcement, Outcome, RouteOptions } from 'attestkit';
import { approov, type BindingOptions } from 'attestkit/approov';
import { remoteJwks } from 'attestkit/jwks';
import { describe, expect, it } from 'vitest';
import { recordedGuard, type RecordedGuard } from './servers/recorded-guard.js';
import type { RouteSpec, ServerSpec } from './servers/server-spec.js';
import { expectRefusal, expectReply, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import {
  approovToken,
  asymmetricToken,
  authorization,
  boundTo,
  CREDENTIAL,
  EXPIRY,
  token,
} from './devices/tokens.js';
import type { FieldLine } from './wire/message.js';

/** Answers with what the guard handed over: each kind's name, and whether the token is bound. */
const route: RouteSpec = {
  method: 'GET',
  path: '/',
  handle: ({ attestation = {} }) => ({
    json: { kinds: Object.keys(attestation), bound: attestation.approov?.bound ?? null },
  }),
};

interface Switches {
  readonly token: Enforcement;
  readonly binding: Enforcement;
  readonly policy?: BindingOptions['policy'];
}

/** The same switches, set on the route or on the guard and the account. */
const places: Record<string, (switches: Switches) => [RecordedGuard, RouteOptions]> = {
  'by the route': ({ token: enforcement, binding, policy = 'required' }) => [
    recordedGuard(),
    { name: 'r', enforcement, binding: { enforcement: binding, policy } },
  ],
  'by the guard': ({ token: enforcement, binding, policy = 'required' }) => [
    recordedGuard({ enforcement }, { binding: { enforcement: binding, policy } }),
    { name: 'r', binding: true },
  ],
};

const invalid = [approovToken(token({ claims: { exp: 1 } })), authorization(CREDENTIAL)];
const unbound = [approovToken(boundTo('another value')), authorization(CREDENTIAL)];
const bound = [approovToken(boundTo(CREDENTIAL)), authorization(CREDENTIAL)];

describe.each(targets)('$name', (target) => {
  const serve = serveEach();

  describe.each(Object.keys(places))('%s', (place) => {
    const start = async (switches: Switches, perRoute: boolean) => {
      const [recorded, options] = (places[place] as (typeof places)[string])(switches);
      const spec: ServerSpec = perRoute
        ? { guard: recorded.guard, routes: [{ ...route, protect: options }] }
        : { guard: recorded.guard, all: options, routes: [route] };
      return { recorded, ...(await serve(target, spec)) };
    };

    it.each<[string, Switches, readonly FieldLine[], 'reported' | 'refused', string | undefined]>([
      [
        'token fails, token report',
        { token: 'report', binding: 'enforce' },
        invalid,
        'reported',
        'ERR_APPROOV_TOKEN_EXPIRED',
      ],
      [
        'token fails, both report',
        { token: 'report', binding: 'report' },
        invalid,
        'reported',
        'ERR_APPROOV_TOKEN_EXPIRED',
      ],
      [
        'token missing, token report',
        { token: 'report', binding: 'enforce' },
        [],
        'reported',
        'ERR_APPROOV_TOKEN_MISSING',
      ],
      [
        'token fails, token enforce',
        { token: 'enforce', binding: 'report' },
        invalid,
        'refused',
        'ERR_APPROOV_TOKEN_EXPIRED',
      ],
    ])('%s', async (_name, switches, headers, outcome, code) => {
      for (const perRoute of [true, false]) {
        const { recorded, send } = await start(switches, perRoute);
        const response = await send({ target: '/', headers });
        if (outcome === 'refused') expectRefusal(response);
        else expectReply(response, { kinds: [], bound: null });
        const reported = outcome === 'reported' ? [code] : [];
        expectDecision(recorded, {
          outcome,
          evidence: [],
          reported,
          refused: outcome === 'refused' ? code : undefined,
        });
        expectCounters(recorded, { [`${outcome === 'reported' ? 'reported' : 'refused'} ${code}`]: 1 });
      }
    });

    it.each<[string, Switches, 'reported' | 'refused']>([
      ['binding fails, binding report', { token: 'enforce', binding: 'report' }, 'reported'],
      ['binding fails, both report', { token: 'report', binding: 'report' }, 'reported'],
      ['binding fails, binding enforce', { token: 'enforce', binding: 'enforce' }, 'refused'],
      ['binding fails, binding enforce, token report', { token: 'report', binding: 'enforce' }, 'refused'],
    ])('%s', async (_name, switches, outcome) => {
      const code = 'ERR_APPROOV_BINDING_MISMATCH';
      for (const perRoute of [true, false]) {
        const { recorded, send } = await start(switches, perRoute);
        const response = await send({ target: '/', headers: unbound });
        if (outcome === 'refused') {
          expectRefusal(response);
          expectDecision(recorded, { outcome, evidence: [], reported: [], refused: code });
          expectCounters(recorded, { [`refused ${code}`]: 1 });
        } else {
          expectReply(response, { kinds: ['approov'], bound: false });
          expectDecision(recorded, { outcome, evidence: ['approov'], reported: [code], refused: undefined });
          expectCounters(recorded, { [`reported ${code}`]: 1 });
        }
      }
    });

    it.each<[Enforcement, Enforcement]>([
      ['enforce', 'enforce'],
      ['report', 'report'],
      ['enforce', 'report'],
      ['report', 'enforce'],
    ])('both hold, token %s, binding %s', async (tokenSwitch, binding) => {
      const { recorded, send } = await start({ token: tokenSwitch, binding }, false);
      expectReply(await send({ target: '/', headers: bound }), { kinds: ['approov'], bound: true });
      expectDecision(recorded, {
        outcome: 'accepted',
        evidence: ['approov'],
        reported: [],
        refused: undefined,
      });
      expectCounters(recorded, { 'accepted undefined': 1 });
    });

    it('if-present skips the binding only where the token has no claim for it', async () => {
      const { recorded, send } = await start(
        { token: 'enforce', binding: 'enforce', policy: 'if-present' },
        true,
      );
      const withPay = (pay: unknown): FieldLine => approovToken(token({ claims: { exp: EXPIRY, pay } }));
      const skipped = await send({
        target: '/',
        headers: [approovToken(token()), authorization(CREDENTIAL)],
      });
      expectReply(skipped, { kinds: ['approov'], bound: false });
      expectReply(await send({ target: '/', headers: [approovToken(token())] }), {
        kinds: ['approov'],
        bound: false,
      });
      for (const pay of [null, '', 1, false, [], {}]) {
        expectRefusal(await send({ target: '/', headers: [withPay(pay), authorization(CREDENTIAL)] }));
      }
      expectRefusal(await send({ target: '/', headers: unbound }));
      expectRefusal(await send({ target: '/', headers: bound.slice(0, 1) }));
      expectReply(await send({ target: '/', headers: bound }), { kinds: ['approov'], bound: true });
      expect(recorded.events.map((event) => event.demandsSkipped)).toEqual([
        ['binding'],
        ['binding'],
        ...Array.from({ length: 9 }, () => []),
      ]);
      expectCounters(recorded, {
        'accepted undefined': 3,
        'skipped binding': 2,
        'refused ERR_APPROOV_BINDING_CLAIM_INVALID': 6,
        'refused ERR_APPROOV_BINDING_MISMATCH': 1,
        'refused ERR_APPROOV_BINDING_HEADER_MISSING': 1,
      });
    });
  });

  it.each<[Enforcement, number]>([
    ['report', 200],
    ['enforce', 503],
  ])('keys that cannot be reached, %s', async (enforcement, status) => {
    const keys = remoteJwks('https://keys.example.com/jwks', {
      algorithm: 'ES256',
      fetch: () => Promise.reject(new TypeError('no route to host')),
    });
    const recorded = recordedGuard({ evidence: [approov({ keys })], enforcement });
    const { send } = await serve(target, { guard: recorded.guard, all: { name: 'r' }, routes: [route] });
    const response = await send({ target: '/', headers: [approovToken(asymmetricToken())] });
    expect(response.status).toBe(status);
    if (status === 200) expectReply(response, { kinds: [], bound: null });
    else expect(response.body).toBe('{}');
    expectCounters(recorded, { [`${status === 200 ? 'reported' : 'refused'} ERR_JWKS_UNAVAILABLE`]: 1 });
  });
});

interface Expected {
  readonly outcome: Outcome;
  readonly evidence: readonly string[];
  readonly reported: readonly (string | undefined)[];
  readonly refused: string | undefined;
}

/** The one event so far. */
function expectDecision({ events }: RecordedGuard, expected: Expected): void {
  const seen = events.map(({ outcome, evidence, reported, refused }) => ({
    outcome,
    evidence,
    reported: reported.map(({ code }) => code),
    refused: refused?.code,
  }));
  expect(seen).toEqual([expected]);
}

/** The counters of the route `r` that are not zero: `outcome code`. */
function expectCounters({ guard }: RecordedGuard, expected: Record<string, number>): void {
  const counted = guard.counters().filter(({ route: name, count }) => name === 'r' && count > 0);
  const byName = counted.map(({ outcome, code, count }) => [`${outcome} ${code}`, count]);
  expect(Object.fromEntries(byName)).toEqual(expected);
}
