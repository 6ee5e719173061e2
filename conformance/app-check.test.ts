import { googleAppCheck } from 'attestkit/google';
import { APP_CHECK_DEFECTS, type AppCheckDefect } from 'attestkit-testing';
import { describe, expect, it } from 'vitest';
import { FIREBASE, google } from './devices/authorities.js';
import { backend, enrollmentServer, parserOf } from './servers/backend.js';
import { bearer } from './devices/device.js';
import { appCheckBy } from './devices/evidence.js';
import { PlayDevice } from './devices/play-device.js';
import { expectRefusal, expectReply, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { NOW } from './devices/tokens.js';
import type { FieldLine, WireRequest } from './wire/message.js';

const firebase = google.appCheck(FIREBASE);
const field = (token: string): FieldLine => ['X-Firebase-AppCheck', token];
const once = (token: string): WireRequest => ({
  method: 'POST',
  target: '/app-once',
  headers: [field(token)],
});

/** Where it is remembered which tokens were used. */
const memories = {
  'the server remembers': backend,
  'Firebase remembers': () => {
    const now = (): number => NOW;
    const { serviceAccount, fetch } = google;
    const project = FIREBASE.projectNumber;
    const consumer = googleAppCheck({ serviceAccount, project, fetch, now });
    // No session in front: these routes ask for the app alone.
    return backend({ onRequests: [appCheckBy(google, now, { consumer })] });
  },
};

describe.each(targets)('$name', (target) => {
  const serve = serveEach();
  const start = async () => {
    const server = backend();
    const { send } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
    return { server, send };
  };

  it('lets the app in, as often as it likes', async () => {
    const { server, send } = await start();
    const request = { target: '/app', headers: [field(firebase.token())] };
    const reply = { appId: FIREBASE.appId, consumed: false };
    expectReply(await send(request), reply);
    expectReply(await send(request), reply);
    expectReply(await send({ ...request, headers: [['x-firebase-appcheck', firebase.token()]] }), reply);
    expect(server.decisions).toEqual([undefined, undefined, undefined]);
  });

  it.each<[string, readonly FieldLine[]]>([
    ['no field', []],
    ['an empty field', [field('')]],
    ['the token in another field', [['Authorization', `Bearer ${firebase.token()}`]]],
  ])('refuses %s', async (_name, headers) => {
    const { server, send } = await start();
    expectRefusal(await send({ target: '/app', headers }), 401);
    expectRefusal(await send({ target: '/app-once', method: 'POST', headers }), 401);
    expectRefusal(await send({ target: '/app', method: 'HEAD', headers }), 401, '');
    const code = 'ERR_APP_CHECK_TOKEN_MISSING';
    expect(server.decisions).toEqual([code, code, code]);
  });

  it('refuses a field that comes twice, whatever is in it', async () => {
    const { server, send } = await start();
    const token = firebase.token();
    for (const second of [token, firebase.token(), 'junk', '']) {
      expectRefusal(await send({ target: '/app', headers: [field(token), field(second)] }), 401);
      expect(server.decisions.at(-1)).toBe('ERR_APP_CHECK_TOKEN_REPEATED');
    }
    expectRefusal(await send({ target: '/app', headers: [field(`${token}, ${token}`)] }), 401);
    expect(server.decisions.at(-1)).toBe('ERR_APP_CHECK_TOKEN_REPEATED');
  });

  it.each<AppCheckDefect>([
    'two-parts',
    'unsigned',
    'hmac-with-public-key',
    'unknown-key',
    'signature-changed',
    'claims-changed',
    'expired',
    'issuer-of-other-project',
    'other-audience',
    'other-app',
  ])('refuses a token with a defect: %s', async (defect) => {
    const { server, send } = await start();
    const headers = [field(firebase.token({ limitedUse: true }, defect))];
    expectRefusal(await send({ target: '/app', headers }), 401);
    expectRefusal(await send({ target: '/app-once', method: 'POST', headers }), 401);
    const { code } = APP_CHECK_DEFECTS[defect];
    expect(server.decisions).toEqual([code, code]);
  });

  it('denies the debug provider: no other token of that app is better', async () => {
    const { server, send } = await start();
    const headers = [field(firebase.token({ limitedUse: true, provider: 'debug' }))];
    expectRefusal(await send({ target: '/app', headers }), 403);
    expectRefusal(await send({ target: '/app-once', method: 'POST', headers }), 403);
    const code = 'ERR_APP_CHECK_PROVIDER_DENIED';
    expect(server.decisions).toEqual([code, code]);
  });

  it('lets a token in until it expires', async () => {
    const { server, send } = await start();
    const request = { target: '/app', headers: [field(firebase.token({ lifetimeSeconds: 1800 }))] };
    server.clock.now += 1_799_000;
    expect((await send(request)).status).toBe(200);
    server.clock.now += 61_000;
    expectRefusal(await send(request), 401);
    expect(server.decisions).toEqual([undefined, 'ERR_APP_CHECK_TOKEN_EXPIRED']);
  });

  it.each(Object.entries(memories))('lets a token in once, where %s', async (_name, make) => {
    const server = make();
    const { routes } = enrollmentServer(server);
    const open = routes.filter(({ path }) => path === '/app-once' || path === '/app');
    const { send } = await serve(target, { guard: server.guard, routes: open });
    const token = firebase.token({ limitedUse: true });
    // A route that does not ask for it consumes nothing.
    expect((await send({ target: '/app', headers: [field(token)] })).status).toBe(200);
    expectReply(await send(once(token)), { appId: FIREBASE.appId, consumed: true });
    expectRefusal(await send(once(token)), 401);
    expect(server.decisions).toEqual([undefined, undefined, 'ERR_APP_CHECK_TOKEN_REUSED']);
    expect((await send(once(firebase.token({ limitedUse: true })))).status).toBe(200);
  });

  it('takes no token for many uses where it has to be for one', async () => {
    const { server, send } = await start();
    expectRefusal(await send(once(firebase.token())), 401);
    expect(server.decisions).toEqual(['ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH']);
  });

  it('of 20 uses of one token exactly one is let in', async () => {
    const { send } = await start();
    const request = once(firebase.token({ limitedUse: true }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(request)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, 401);
  });

  it('is asked for beside a session', async () => {
    const { server, send } = await start();
    const device = new PlayDevice(send);
    const own = bearer(await device.enroll());
    const of = (...headers: FieldLine[]): WireRequest => ({ target: '/app-and-session', headers });
    const reply = { session: device.id, key: null, counter: null };
    expectReply(await send(of(own, field(firebase.token()))), reply);
    expectRefusal(await send(of(own)), 401);
    expectRefusal(await send(of(field(firebase.token()))));
    expect(server.decisions).toEqual([undefined, 'ERR_APP_CHECK_TOKEN_MISSING', 'ERR_SESSION_MISSING']);
  });
});
