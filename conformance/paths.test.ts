import { afterAll, describe, expect, it } from 'vitest';
import { recordedGuard } from './servers/recorded-guard.js';
import type { RouteSpec, ServerSpec, Target } from './servers/server-spec.js';
import { serveAll } from './servers/serving.js';
import { targets } from './targets/index.js';

/** Spellings of `/api/secret`, and of the root, by which matchers of paths and routers have differed. */
const ATTACKS = [
  '/api/secret',
  '/api/secret?x',
  '/api/secret/',
  '/api/secret//',
  '//api/secret',
  '/api//secret',
  '///api///secret///',
  '/API/SECRET',
  '/Api/secret',
  '/%61pi/secret',
  '/api/%73ecret',
  '/%61%70%69/%73%65%63%72%65%74',
  '/api%2fsecret',
  '/api/./secret',
  '/x/../api/secret',
  '/x/%2e%2e/api/secret',
  '/api;x/secret',
  '/api/secret;x',
  '/api\\secret',
  '/api/secret%00',
  '/api/secret%20',
  'http://h/api/secret',
  'http://h//api/secret',
  'HTTP://h:80/api/secret?x',
  'https://api.example.com/%61pi/secret',
  'http://h/secret',
  'http://h',
  'http://h/',
  '*',
  '/',
  '//',
  '/?x',
  '/api',
  '/api/',
  '/api/*',
  '/secret',
] as const;

/** What a framework, or its bridge to fetch, may refuse as no target at all, before anything of the user's. */
const NO_TARGET = /^(\*$|https?:)/i;

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'] as const;

/** Set-ups of routes, by name. */
const SETUPS = {
  plain: {},
  lenient: { isLenient: true },
  'with a global prefix': { globalPrefix: 'api' },
  'lenient, with a global prefix': { globalPrefix: 'api', isLenient: true },
} as const satisfies Record<string, Partial<ServerSpec>>;

let everReached = 0;

describe.each(targets)('$name', (target) => {
  describe.each(Object.entries(SETUPS).filter(([, more]) => fits(target, more)))('%s', (_name, more) => {
    const guarded = watched(more, true);
    const open = watched(more, false);
    const send = serveAll(target, guarded.spec);
    const sendOpen = serveAll(target, open.spec);

    it.each(METHODS)('no spelling of a path reaches a handler with %s', async (method) => {
      for (const attack of ATTACKS) {
        const before = guarded.events.length;
        const { status } = await send({ method, target: attack });
        expect([attack, guarded.reached()]).toEqual([attack, 0]);
        const isOdd = target.rejects?.test(attack) === true || NO_TARGET.test(attack);
        // A proxy may answer by itself what it can do (RFC 9110 §9.3.7).
        const own = method === 'OPTIONS' && attack === '*' && target.isBefore ? [200, 400, 404] : [400, 404];
        if (isOdd && guarded.events.length === before) expect(own).toContain(status);
        else expect([attack, status]).toEqual([attack, 401]);
      }
    });

    it('some of them reach it where nothing is protected', async () => {
      for (const attack of ATTACKS) await sendOpen({ method: 'GET', target: attack });
      expect(open.reached()).toBeGreaterThan(1);
      everReached += open.reached();
    });
  });
});

afterAll(() => {
  process.stdout.write(
    `paths: ${ATTACKS.length} targets, ${everReached} reached where nothing was protected\n`,
  );
});

function fits(target: Target, setup: Partial<ServerSpec>): boolean {
  return Object.keys(setup).every((key) => target.settings?.some((name) => name === key));
}

/** A server that counts what its handlers get to see. */
function watched(more: Partial<ServerSpec>, isProtected: boolean) {
  let reached = 0;
  const { guard, events } = recordedGuard();
  const route = (path: string): RouteSpec => ({
    method: 'GET',
    path,
    handle: () => ({ json: { reached: (reached += 1) } }),
  });
  const secret = route('/secret');
  const spec: ServerSpec = {
    guard,
    ...(isProtected && { all: {} }),
    routes: more.globalPrefix === undefined ? [route('/')] : [route('/'), secret],
    ...(more.globalPrefix === undefined && { mounts: [{ prefix: '/api', routes: [secret] }] }),
    ...more,
  };
  return { spec, events, reached: () => reached };
}
