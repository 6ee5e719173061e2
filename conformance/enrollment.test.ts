import { describe, expect, it } from 'vitest';
import { backend, enrollmentServer, parserOf, PREFIX, type Backend } from './servers/backend.js';
import { deviceKinds } from './devices/device-kinds.js';
import { bearer, FIELDS, parsed, post, type Issued } from './devices/device.js';
import { IPhone } from './devices/iphone.js';
import { expectRefusal, expectReply, serveAll, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { ownFields, type Send, type WireResponse } from './wire/message.js';

/** The id of a session, through all its refreshes. */
function sessionIdOf({ session_token }: Issued): unknown {
  const [, claims = ''] = session_token.split('.');
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid?: unknown }).sid;
}

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

describe.each(targets)('$name', (target) => {
  const served = (server: Backend): Send =>
    serveAll(target, enrollmentServer(server, { parser: parserOf(target) }));

  describe.each(deviceKinds)('an honest $name', (kind) => {
    const server = backend();
    const send = served(server);
    const device = kind.create(server, (request) => send(request));
    let issued: Issued;

    const expectIssued = (response: WireResponse, status: string | undefined): Issued => {
      expect(response.status).toBe(200);
      expect(ownFields(response)).toEqual(FIELDS);
      const body = parsed<Issued>(response);
      expect(body).toEqual({
        ...(status !== undefined && { status }),
        session_token: expect.stringMatching(TOKEN),
        token_type: 'Bearer',
        expires_in: 1800,
        refresh_token: expect.any(String),
        refresh_expires_in: 2_592_000,
      });
      return body;
    };
    const expectSession = async (of: Issued): Promise<void> => {
      const reply = { session: device.id, key: null, counter: null };
      for (const path of ['/session', '/session-403'])
        expectReply(await send({ target: path, headers: [bearer(of)] }), reply);
    };

    it('gets a challenge', async () => {
      const response = await send({ target: `${PREFIX}/challenge?device_id=${device.id}` });
      expect(response.status).toBe(200);
      expect(ownFields(response)).toEqual(FIELDS);
      expect(parsed(response)).toEqual({ challenge: expect.stringMatching(/^[\w-]{102}$/), expires_in: 300 });
    });

    it('enrolls, and gets a session', async () => {
      const body = device.attestation(await device.challenge());
      issued = expectIssued(await send(post('attest', body)), 'attestation_success');
      await expectSession(issued);
      expectReply(await send({ target: '/facts', headers: [bearer(issued)] }), kind.facts);
      // What it has been let in with once lets nobody in again.
      expect((await send(post('attest', body))).status).toBe(400);
    });

    it('refreshes it, and a retry gets the same successor', async () => {
      const [first, again] = [
        await send(post('refresh', { refresh_token: issued.refresh_token })),
        await send(post('refresh', { refresh_token: issued.refresh_token })),
      ].map((response) => expectIssued(response, undefined));
      expect(again?.refresh_token).toBe(first?.refresh_token);
      expect(first?.refresh_token).not.toBe(issued.refresh_token);
      await expectSession(first as Issued);
      await expectSession(issued);
    });

    it('begins another one by an assertion', async () => {
      const body = device.assertion(await device.challenge('assert'));
      issued = expectIssued(await send(post('assert', body)), 'assertion_success');
      await expectSession(issued);
    });

    it('ends it', async () => {
      const response = await send(post('revoke', { token: issued.refresh_token }));
      expect(response).toMatchObject({ status: 200, body: '{}' });
      expect(ownFields(response)).toEqual(FIELDS);
      expectRefusal(await send({ target: '/session', headers: [bearer(issued)] }));
      expect((await send(post('refresh', { refresh_token: issued.refresh_token }))).status).toBe(401);
    });

    it('goes on with that session, where it names it beside an assertion', async () => {
      const session = parsed<Issued>(
        await send(post('assert', device.assertion(await device.challenge('assert')))),
      );
      const { refresh_token } = session;
      const body = { ...device.assertion(await device.challenge('assert')), refresh_token };
      issued = expectIssued(await send(post('assert', body)), 'assertion_success');
      await expectSession(session);
      expect(sessionIdOf(issued)).toBe(sessionIdOf(session));
    });

    it('replaces its key, with a proof by that key', async () => {
      const body = device.replacement(await device.challenge());
      const again = expectIssued(await send(post('attest', body)), 'attestation_success');
      await expectSession(again);
      expectReply(await send({ target: '/facts', headers: [bearer(again)] }), kind.facts);
      // What the last key had begun has ended with it.
      expectRefusal(await send({ target: '/session', headers: [bearer(issued)] }));
    });

    it('is installed again: 409 under its old label, and nothing but a new label and a new key helps', async () => {
      device.renewKey();
      const old = device.attestation(await device.challenge());
      expect(await send(post('attest', old))).toMatchObject({ status: 409, body: '{}' });
      const anew = kind.create(server, (request) => send(request), `${device.id}-anew`);
      const body = anew.attestation(await anew.challenge());
      const fresh = expectIssued(await send(post('attest', body)), 'attestation_success');
      const reply = { session: anew.id, key: null, counter: null };
      expectReply(await send({ target: '/session', headers: [bearer(fresh)] }), reply);
    });

    it('is told of in events, without its name', () => {
      expect(
        server.events.filter(({ outcome }) => outcome === 'accepted').map(({ endpoint }) => endpoint),
      ).toEqual(
        'challenge challenge attest refresh refresh challenge assert revoke challenge assert challenge assert challenge attest challenge challenge attest'.split(
          ' ',
        ),
      );
      const { enrolledBy } = kind.facts;
      const letIn = server.events.filter(
        ({ endpoint, outcome }) => `${endpoint} ${outcome}` === 'attest accepted',
      );
      expect(letIn.map((event) => event.evidence)).toEqual([enrolledBy, enrolledBy, enrolledBy]);
      expect(server.changes.map(({ change, proof }) => [change, proof])).toEqual([
        ['enrolled', undefined],
        ['replaced', 'key'],
        ['enrolled', undefined],
      ]);
      expect(JSON.stringify(server.events)).not.toContain(device.id);
      expect(server.events.filter(({ retried }) => retried)).toHaveLength(1);
    });
  });

  describe('methods and paths', () => {
    const server = backend();
    const send = served(server);
    const endpoints = {
      challenge: 'GET',
      'jwks.json': 'GET',
      attest: 'POST',
      refresh: 'POST',
      assert: 'POST',
      revoke: 'POST',
    };

    it.each(Object.entries(endpoints))('%s takes %s alone', async (endpoint, allowed) => {
      const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
        (method) => method !== allowed,
      );
      for (const method of allowed === 'GET' ? others : [...others, 'HEAD']) {
        const response = await send({ method, target: `${PREFIX}/${endpoint}?device_id=d` });
        expect({ method, status: response.status, body: response.body }).toEqual({
          method,
          status: 405,
          body: method === 'HEAD' ? '' : '{}',
        });
        const allow = allowed === 'GET' ? 'GET, HEAD' : 'POST';
        expect(ownFields(response)).toEqual({ ...FIELDS, allow });
      }
      expect(server.events).toEqual([]);
    });

    it('answers HEAD without a body', async () => {
      const good = await send({ method: 'HEAD', target: `${PREFIX}/challenge?device_id=d` });
      expect({ status: good.status, body: good.body, fields: ownFields(good) }).toEqual({
        status: 200,
        body: '',
        fields: FIELDS,
      });
      expect(await send({ method: 'HEAD', target: `${PREFIX}/challenge` })).toMatchObject({
        status: 400,
        body: '',
      });
    });

    it.each(['', '/', '/none', '/challenge/', '/challenge/x', '/%63hallenge', 's/challenge', '/attest%00'])(
      'knows no %s',
      async (path) => {
        const before = server.events.length;
        for (const method of ['GET', 'POST'])
          expect(target.rejects?.test(path) ? [400, 404] : [404]).toContain(
            (await send({ method, target: `${PREFIX}${path}` })).status,
          );
        expect((await send({ target: '/challenge?device_id=d' })).status).toBe(404);
        expect(server.events.length).toBe(before);
      },
    );

    it('publishes its keys', async () => {
      const response = await send({ target: `${PREFIX}/jwks.json` });
      expect(parsed(response)).toEqual({ keys: [] });
    });
  });

  describe('beside a guard of all routes', () => {
    const server = backend();
    const { routes, ...spec } = enrollmentServer(server, { parser: parserOf(target) });
    const open = routes.map(({ protect: _own, ...route }) => route).filter(({ path }) => path === '/session');
    const send = serveAll(target, { ...spec, routes: open, all: { exclude: [`${PREFIX}/*`] } });

    it('lets devices in, and nobody else', async () => {
      expectRefusal(await send({ target: '/session' }));
      expectRefusal(await send({ target: '/unknown' }));
      const issued = await new IPhone(server.apple, send).enroll();
      expectReply(await send({ target: '/session', headers: [bearer(issued)] }), {
        session: 'device-1',
        key: null,
        counter: null,
      });
      expect((await send({ target: '/unknown', headers: [bearer(issued)] })).status).toBe(404);
    });
  });

  describe('a parser in front', () => {
    const serve = serveEach();
    const places = target.parsers.enrollment;

    it.each(places.filter((place) => place !== 'before'))('%s: the bytes are there', async (parser) => {
      const server = backend();
      const { send } = await serve(target, enrollmentServer(server, { parser }));
      expect((await new IPhone(server.apple, send).enroll()).expires_in).toBe(1800);
    });

    if (places.includes('before')) {
      it('before, without a hook: 503, and an event that says why', async () => {
        const server = backend();
        const { send } = await serve(target, enrollmentServer(server, { parser: 'before' }));
        const device = new IPhone(server.apple, send);
        const response = await send(post('attest', device.attestation(await device.challenge())));
        expect(response).toMatchObject({ status: 503, body: '{}' });
        expect(ownFields(response)).toEqual({ ...FIELDS, 'retry-after': '5' });
        expect(server.events.map(({ refused }) => refused?.code)).toEqual([
          undefined,
          'ERR_GUARD_BODY_UNAVAILABLE',
        ]);
      });
    }
  });
});
