import { describe, expect, it } from 'vitest';
import { backend, enrolmentServer, parserOf } from './backend.js';
import { bearer, Device } from './device.js';
import { expectRefusal, expectReply, serveEach } from './serving.js';
import {
  BINARY,
  BYTES_TYPE,
  get,
  hostileSigned,
  JSON_BYTES,
  JSON_TYPE,
  post,
  sceneOf,
  signed,
  type SignedScene,
} from './signed-cases.js';
import { targets } from './targets/index.js';

describe.each(targets)('$name', (target) => {
  const serve = serveEach();
  const start = async (): Promise<SignedScene> => {
    const server = backend();
    const { send } = await serve(target, enrolmentServer(server, { parser: parserOf(target) }));
    return sceneOf(server, send);
  };

  it('lets signed requests in, of any body and of none', async () => {
    const { device, issued, send } = await start();
    let counter = 0;
    for (const request of [
      get('/signed'),
      get('/signed?b=2&a=%20&a'),
      post(),
      post(Buffer.alloc(0), BYTES_TYPE),
      post(JSON_BYTES),
      post(BINARY, BYTES_TYPE),
      post([BINARY.subarray(0, 100), BINARY.subarray(100)], BYTES_TYPE),
    ]) {
      counter += 1;
      const reply = { session: device.id, key: device.id, counter };
      expectReply(await send(signed(device, issued, request)), reply);
    }
    const challenge = await device.challenge('request');
    const afresh = signed(device, issued, post(JSON_BYTES, JSON_TYPE, '/signed-afresh'), { challenge });
    expect((await send(afresh)).status).toBe(200);
  });

  it('lets a key stand alone where a route says so', async () => {
    const { device, issued, send, server } = await start();
    const request = post(JSON_BYTES, JSON_TYPE, '/key');
    expectReply(await send(signed(device, undefined, request)), {
      session: null,
      key: device.id,
      counter: 1,
    });
    expectReply(await send(signed(device, issued, request)), { session: null, key: device.id, counter: 2 });
    expectRefusal(await send({ ...request, headers: [JSON_TYPE, bearer(issued)] }), 403);
    expectRefusal(await send(signed(device, undefined, request, { target: '/signed' })), 403);
    const twice = signed(device, undefined, request);
    const { headers = [] } = twice;
    expectRefusal(await send({ ...twice, headers: [...headers, ...headers.slice(-1)] }), 403);
    expect(server.decisions.at(-1)).toBe(
      target.fields === 'lines' ? 'ERR_ASSERTION_REPEATED' : 'ERR_ASSERTION_MALFORMED',
    );
  });

  it.each(Object.entries(hostileSigned))('refuses %s', async (_name, [code, request]) => {
    const scene = await start();
    const { send, server } = scene;
    expectRefusal(await send(await request(scene)), 403);
    expect(server.decisions.at(-1)).toBe(code);
  });

  it('a refused request spends no counter and no challenge', async () => {
    const { device, issued, send } = await start();
    const challenge = await device.challenge('request');
    const good = signed(device, issued, post(JSON_BYTES), { challenge });
    expectRefusal(await send({ ...good, body: Buffer.from('{}') }), 403);
    expectReply(await send(good), { session: device.id, key: device.id, counter: 1 });
  });

  it('of 20 uses of one counter exactly one is let in', async () => {
    const { device, issued, send } = await start();
    const request = signed(device, issued, post(JSON_BYTES));
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(request)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectRefusal(answer, 403);
  });

  if (target.parsers['one route'].includes('before'))
    it('503 where a parser has taken the bytes', async () => {
      const server = backend();
      const { send: enrolling } = await serve(target, enrolmentServer(server, { parser: parserOf(target) }));
      const { send } = await serve(target, enrolmentServer(server, { parser: 'before' }));
      const device = new Device(server.apple, enrolling);
      const issued = await device.enrol();
      expect(await send(signed(device, issued, post(JSON_BYTES)))).toMatchObject({ status: 503, body: '{}' });
      expect(server.decisions.at(-1)).toBe('ERR_GUARD_BODY_UNAVAILABLE');
    });
});
