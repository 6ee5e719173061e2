import type { Store } from 'attestkit';
import type { DevicesOptions } from 'attestkit/devices';
import { describe, expect, it } from 'vitest';
import { AUDIENCE, backend, enrollmentServer, parserOf, PREFIX, recordOf } from './servers/backend.js';
import { deviceKinds } from './devices/device-kinds.js';
import { bearer, FIELDS, parsed, post, type Issued } from './devices/device.js';
import { unavailable } from './devices/doubles.js';
import { hostileCases, sceneOf, type Scene } from './cases/hostile.js';
import { hostileOfKind } from './cases/hostile-own.js';
import { identityCases, limited } from './cases/identity.js';
import { IPhone } from './devices/iphone.js';
import { badBodies, badQueries } from './cases/malformed.js';
import { serveAll, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { ownFields, type WireResponse } from './wire/message.js';

describe.each(targets)('$name', (target) => {
  const parser = parserOf(target);

  function expectRefused(response: WireResponse, status: number, more: Record<string, string> = {}): void {
    const asked = status === 401 && { 'www-authenticate': `Attest realm="${AUDIENCE}", need="session"` };
    expect({ status: response.status, fields: ownFields(response), body: response.body }).toEqual({
      status,
      fields: { ...FIELDS, ...asked, ...more },
      body: '{}',
    });
  }

  describe('400 for', () => {
    const server = backend();
    const send = serveAll(target, enrollmentServer(server, { parser }));

    it.each(Object.entries(badQueries))('a challenge with %s', async (_name, [text, code]) => {
      expectRefused(await send({ target: `${PREFIX}/challenge${text}` }), 400);
      expect(server.events.at(-1)).toMatchObject({ endpoint: 'challenge', refused: { code }, status: 400 });
    });

    it.each(Object.entries(badBodies))('a body: %s', async (_name, [request, code, status = 400]) => {
      const before = server.events.length;
      const response = await send(request);
      if (parser === 'before with rawBody' && server.events.length === before) {
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        return;
      }
      expectRefused(response, status);
      expect(server.events.at(-1)).toMatchObject({ refused: { code }, status });
    });
  });

  describe.each(deviceKinds)('what is hostile, of $name', (kind) => {
    const serve = serveEach();
    const start = async (options?: Partial<DevicesOptions>): Promise<Scene> => {
      const server = backend(options);
      const { send } = await serve(target, enrollmentServer(server, { parser }));
      return sceneOf(kind, server, send);
    };

    it.each(Object.entries({ ...hostileCases(kind), ...identityCases, ...hostileOfKind(kind) }))(
      '%s',
      async (_name, { status, code, request }) => {
        const scene = await start();
        const { send, server } = scene;
        const hostile = await request(scene);
        expectRefused(await send(hostile), status);
        expect(server.events.at(-1)).toMatchObject({ outcome: 'refused', status, refused: { code } });
      },
    );

    it('a stolen session mints no key, and what is tried with it changes nothing for the owner', async () => {
      const { send, server, enrolled, issued } = await start();
      const taker = kind.create(server, send, enrolled.id);
      const { refresh_token } = issued;
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        const body = { ...taker.attestation(await taker.challenge()), refresh_token };
        expectRefused(await send(post('attest', body, bearer(issued))), 409);
        taker.renewKey();
      }
      expect((await send({ target: '/session', headers: [bearer(issued)] })).status).toBe(200);
      expect((await send(post('refresh', { refresh_token }))).status).toBe(200);
      const body = enrolled.assertion(await enrolled.challenge('assert'));
      expect((await send(post('assert', body))).status).toBe(200);
    });

    it('a replaced key ends its sessions, and the record stays', async () => {
      const { send, server, enrolled, issued } = await start();
      const recordId = await recordOf(server, enrolled);
      const body = enrolled.replacement(await enrolled.challenge());
      const next = parsed<Issued>(await send(post('attest', body)));
      expect(server.changes.at(-1)).toMatchObject({ change: 'replaced', proof: 'key' });
      expect(await recordOf(server, enrolled)).toBe(recordId);
      expect((await send({ target: '/session', headers: [bearer(issued)] })).status).toBe(401);
      expect((await send({ target: '/session', headers: [bearer(next)] })).status).toBe(200);
    });

    it('a spent refresh token ends the session', async () => {
      const { send, server, issued } = await start();
      const { refresh_token } = issued;
      const next = parsed<Issued>(await send(post('refresh', { refresh_token })));
      server.clock.now += 31_000;
      expectRefused(await send(post('refresh', { refresh_token })), 401);
      expectRefused(await send(post('refresh', { refresh_token: next.refresh_token })), 401);
      expect((await send({ target: '/session', headers: [bearer(next)] })).status).toBe(401);
    });

    it('of 20 uses of one challenge exactly one is let in', async () => {
      const { send, server, device } = await start();
      const request = post('attest', device.attestation(await device.challenge()));
      const before = server.events.length;
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(request)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      for (const answer of answers) if (answer.status !== 200) expect([400, 503]).toContain(answer.status);
      const letIn = server.events.slice(before).filter(({ outcome }) => outcome === 'accepted');
      expect(letIn).toHaveLength(1);
    });

    it('a blocked device stays out until the block is lifted', async () => {
      const { send, server, enrolled, issued } = await start();
      const { key } = enrolled;
      const again = async () => post('attest', enrolled.reattestation(await enrolled.challenge(), key));
      const recordId = await recordOf(server, enrolled);
      expect(await server.guard.devices?.block({ recordId })).toBe(true);
      expect((await send({ target: '/session', headers: [bearer(issued)] })).status).toBe(403);
      expectRefused(await send(await again()), 403);
      expect(server.events.at(-1)?.refused?.code).toBe('ERR_SESSION_DEVICE_BLOCKED');
      expect(await server.guard.devices?.unblock({ recordId })).toBe(true);
      expect((await send(await again())).status).toBe(200);
      expect((await send({ target: '/session', headers: [bearer(issued)] })).status).toBe(401);
    });

    it('a forgotten device leaves its label, under which a new key begins anew', async () => {
      const { send, server, enrolled, issued } = await start();
      const recordId = await recordOf(server, enrolled);
      expect(await server.guard.devices?.forget(recordId)).toBe(true);
      expect((await send({ target: '/session', headers: [bearer(issued)] })).status).toBe(401);
      enrolled.renewKey();
      const next = await enrolled.enroll();
      expect((await send({ target: '/session', headers: [bearer(next)] })).status).toBe(200);
      expect(await recordOf(server, enrolled)).not.toBe(recordId);
    });

    it.each(Object.entries(limited))('429 for %s, until they expire', async (_name, request) => {
      const scene = await start();
      const { send, server, enrolled } = scene;
      expectRefused(await send(await request(scene)), 429, { 'retry-after': '5' });
      expect(server.events.at(-1)?.refused?.code).toBe('ERR_CHALLENGE_LIMIT');
      server.clock.now += 361_000;
      const later = post('assert', enrolled.assertion(await enrolled.challenge('assert')));
      expect((await send(later)).status).toBe(200);
    });

    it('a refresh needs a proof by the key, where the server asks for one', async () => {
      const { send, server, enrolled, issued } = await start({ sessions: { refresh: 'proof' } });
      const { refresh_token } = issued;
      expectRefused(await send(post('refresh', { refresh_token })), 401);
      expect(server.events.at(-1)?.refused?.code).toBe('ERR_REFRESH_PROOF_MISSING');
      const taker = kind.create(server, send, enrolled.id);
      expectRefused(await send(post('refresh', taker.refreshment(refresh_token))), 401);
      expect(server.events.at(-1)?.refused?.code).toBe(kind.codes.signature);
      expect((await send(post('refresh', enrolled.refreshment(refresh_token)))).status).toBe(200);
    });

    it('the application lets a new key replace the old one, or does not', async () => {
      const asked: unknown[] = [];
      let answer = false;
      const { send, server, enrolled, issued } = await start({
        authorizeEnrollment: ({ deviceId, recordId }) => {
          asked.push([deviceId, recordId]);
          return answer;
        },
      });
      const recordId = await recordOf(server, enrolled);
      const anew = async () => {
        enrolled.renewKey();
        return post('attest', enrolled.attestation(await enrolled.challenge()));
      };
      expectRefused(await send(await anew()), 409);
      expect((await send({ target: '/session', headers: [bearer(issued)] })).status).toBe(200);
      answer = true;
      expect((await send(await anew())).status).toBe(200);
      expect(server.changes.at(-1)).toMatchObject({ change: 'replaced', proof: 'application' });
      expect((await send({ target: '/session', headers: [bearer(issued)] })).status).toBe(401);
      expect(asked).toEqual([1, 2].map(() => [enrolled.id, recordId]));
      await server.guard.devices?.block({ recordId });
      expectRefused(await send(await anew()), 403);
      expect(asked).toHaveLength(2);
    });

    it.each(['token', '', 'a.b.c'])('revoking the unknown token %j is no news', async (token) => {
      const { send } = await start();
      expect((await send(post('revoke', { token }))).status).toBe(token === '' ? 400 : 200);
    });
  });

  describe('what the server cannot do', () => {
    const serve = serveEach();

    it('429 for who asks too often', async () => {
      const server = backend({ limiter: ({ endpoint }) => endpoint === 'challenge' });
      const { send } = await serve(target, enrollmentServer(server, { parser }));
      const device = new IPhone(server.apple, send);
      const attestation = post('attest', device.attestation(await device.challenge()));
      for (const request of [
        attestation,
        post('refresh', { refresh_token: 'a' }),
        post('revoke', { token: 'a' }),
      ]) {
        expectRefused(await send(request), 429, { 'retry-after': '5' });
        expect(server.events.at(-1)?.refused?.code).toBe('ERR_ENDPOINT_LIMIT');
      }
    });

    it('503 where the limiter fails', async () => {
      const server = backend({ limiter: () => Promise.reject(new Error('down')) });
      const { send } = await serve(target, enrollmentServer(server, { parser }));
      expectRefused(await send({ target: `${PREFIX}/challenge?device_id=a` }), 503, { 'retry-after': '5' });
      expect(server.events.at(-1)?.refused?.code).toBe('ERR_ENDPOINT_LIMITER_FAILED');
    });

    it('503 while the store cannot be reached, and challenges without it', async () => {
      const down = async (): Promise<never> => Promise.reject(unavailable(7));
      const store: Store = { claim: down, advance: down, get: down, put: down, delete: down };
      const server = backend({ store });
      const { send } = await serve(target, enrollmentServer(server, { parser }));
      const device = new IPhone(server.apple, send);
      for (const request of [
        post('attest', device.attestation(await device.challenge())),
        post('assert', device.assertion(await device.challenge('assert'))),
      ]) {
        expectRefused(await send(request), 503, { 'retry-after': '7' });
        expect(server.events.at(-1)?.refused?.code).toBe('ERR_DOUBLE_UNAVAILABLE');
      }
    });
  });
});
