import { describe, expect, it } from 'vitest';
import { backend, enrollmentServer, parserOf } from './servers/backend.js';
import { deviceKinds } from './devices/device-kinds.js';
import { bearer } from './devices/device.js';
import { expectRefusal, expectReply, serveEach } from './servers/serving.js';
import { blockedSigned, hostileSigned } from './cases/signed.js';
import { hostileOfKind } from './cases/signed-own.js';
import {
  BINARY,
  BYTES_TYPE,
  get,
  JSON_BYTES,
  JSON_TYPE,
  post,
  sceneOf,
  signed,
  type SignedScene,
} from './devices/signed-request.js';
import { targets } from './targets/index.js';

const places = targets
  .filter(({ isAskedWithoutBody }) => isAskedWithoutBody !== true)
  .flatMap((target) => deviceKinds.map((kind) => ({ name: `${target.name}, ${kind.name}`, target, kind })));

describe.each(places)('$name', ({ target, kind }) => {
  const serve = serveEach();
  const start = async (): Promise<SignedScene> => {
    const server = backend();
    const { send } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
    return sceneOf(kind, server, send);
  };
  /** What the handler says of the nth request of a device. */
  const replyTo = ({ device }: SignedScene, nth: number) => ({
    session: device.id,
    key: device.id,
    counter: device.counts ? nth : null,
  });

  it('lets signed requests in, of any body and of none', async () => {
    const scene = await start();
    const { device, issued, send } = scene;
    let counter = 0;
    for (const request of [
      get('/signed'),
      get('/signed?b=2&a=%20&a'),
      ...(target.hidesEmptyBodies ? [] : [post(), post(Buffer.alloc(0), BYTES_TYPE)]),
      post(JSON_BYTES),
      post(BINARY, BYTES_TYPE),
      post([BINARY.subarray(0, 100), BINARY.subarray(100)], BYTES_TYPE),
    ]) {
      counter += 1;
      expectReply(await send(await signed(device, issued, request)), replyTo(scene, counter));
    }
    const challenge = await device.challenge('request');
    const afresh = await signed(device, issued, post(JSON_BYTES, JSON_TYPE, '/signed-afresh'), { challenge });
    expect((await send(afresh)).status).toBe(200);
  });

  it('lets a key stand alone where a route says so', async () => {
    const scene = await start();
    const { device, issued, send, server } = scene;
    const request = post(JSON_BYTES, JSON_TYPE, '/key');
    const alone = await signed(device, undefined, request);
    expectReply(await send(alone), { ...replyTo(scene, 1), session: null });
    const besideOne = await signed(device, issued, request);
    expectReply(await send(besideOne), { ...replyTo(scene, 2), session: null });
    expectRefusal(await send({ ...request, headers: [JSON_TYPE, bearer(issued)] }));
    expectRefusal(await send(await signed(device, undefined, request, { target: '/signed' })));
    const twice = await signed(device, undefined, request);
    const { headers = [] } = twice;
    expectRefusal(await send({ ...twice, headers: [...headers, ...headers.slice(-1)] }));
    expect(server.decisions.at(-1)).toBe(
      target.fields === 'lines' ? 'ERR_ASSERTION_REPEATED' : 'ERR_ASSERTION_MALFORMED',
    );
  });

  it.each(Object.entries({ ...hostileSigned(kind), ...hostileOfKind(kind) }))(
    'refuses %s',
    async (name, [code, request]) => {
      const scene = await start();
      const { send, server } = scene;
      const response = await send(await request(scene));
      if (target.hidesEmptyBodies && name === 'an empty body that was not') {
        expect(response).toMatchObject({ status: 503, body: '{}' });
        return expect(server.decisions.at(-1)).toBe('ERR_GUARD_BODY_UNAVAILABLE');
      }
      expectRefusal(response);
      expect(server.decisions.at(-1)).toBe(code);
    },
  );

  it.each(Object.entries(blockedSigned))('denies %s', async (_name, [code, request]) => {
    const scene = await start();
    const { send, server } = scene;
    expectRefusal(await send(await request(scene)), 403);
    expect(server.decisions.at(-1)).toBe(code);
  });

  it('a refused request spends no counter and no challenge', async () => {
    const scene = await start();
    const { device, issued, send } = scene;
    const challenge = await device.challenge('request');
    const good = await signed(device, issued, post(JSON_BYTES), { challenge });
    expectRefusal(await send({ ...good, body: Buffer.from('{}') }));
    expectReply(await send(good), replyTo(scene, 1));
  });

  it('of 20 uses of one signed request exactly one is let in', async () => {
    const { device, issued, send } = await start();
    const request = await signed(device, issued, post(JSON_BYTES));
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(request)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectRefusal(answer);
  });

  if (target.parsers['one route'].includes('before'))
    it('503 where a parser has taken the bytes', async () => {
      const server = backend();
      const { send: enrolling } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
      const { send } = await serve(target, enrollmentServer(server, { parser: 'before' }));
      const device = kind.create(server, enrolling);
      const issued = await device.enroll();
      expect(await send(await signed(device, issued, post(JSON_BYTES)))).toMatchObject({
        status: 503,
        body: '{}',
      });
      expect(server.decisions.at(-1)).toBe('ERR_GUARD_BODY_UNAVAILABLE');
    });
});
