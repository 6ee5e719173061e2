import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectRefusal, expectReply } from '../serving.js';
import { strictCases } from '../strict-cases.js';
import { approovToken, authorization, boundTo, CREDENTIAL, digest, token } from '../tokens.js';
import { runtimes, start, versionOf, type RuntimeProcess } from './runtime.js';

describe.each(runtimes)('$name', (runtime) => {
  const version = versionOf(runtime);
  if (version === undefined) {
    process.stderr.write(`conformance: ${runtime.name} cannot be had, and is not tried\n`);
    it.skip('is there');
    return;
  }
  process.stdout.write(`conformance: ${runtime.name} ${version}\n`);

  let running: RuntimeProcess | undefined;
  beforeAll(async () => {
    running = await start(runtime);
  }, 60_000);
  afterAll(() => running?.stop());
  const sendTo: RuntimeProcess['sendTo'] = (server) => {
    if (running === undefined) throw new Error('the servers have not started');
    return running.sendTo(server);
  };

  it.each(strictCases)('$server: $name', async ({ server, attempts }) => {
    for (const { request, status } of attempts) {
      const { method = 'GET', target = '/' } = request;
      const response = await sendTo(server)({ ...request, target });
      if (status === 200) expectReply(response, { message: 'Hello, World!' });
      else expectRefusal(response, 401, method === 'HEAD' ? '' : '{}');
    }
  });

  it('protects chosen routes', async () => {
    const send = sendTo('shapes');
    expectReply(await send({ target: '/v2/hello' }), { text: 'Hello, World!' });
    expectRefusal(await send({ target: '/v2/shapes' }), 400);
    expectRefusal(await send({ target: '/v2/shapes', headers: [approovToken('junk')] }));
    expectReply(await send({ target: '/v2/shapes', headers: [approovToken(token())] }), { shape: 'Circle' });
    expectRefusal(await send({ target: '/v2/forms', headers: [approovToken(token())] }), 400);
    const bound = [approovToken(boundTo(CREDENTIAL)), authorization(CREDENTIAL)];
    expectReply(await send({ target: '/v2/forms', headers: bound }), { form: 'Sphere' });
  });

  it('verifies the bytes of a body, and leaves them to the handler', async () => {
    const send = sendTo('body');
    const bytes = Buffer.from('{ "a":1.0 }');
    const post = (of: string) => ({
      method: 'POST',
      target: '/',
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Double', of],
      ] as const,
    });
    expectReply(await send({ ...post(digest(bytes)), body: bytes }), { a: 1 });
    expectReply(await send({ ...post(digest(bytes)), body: [bytes.subarray(0, 4), bytes.subarray(4)] }), {
      a: 1,
    });
    expectRefusal(await send({ ...post(digest('{"a":1}')), body: bytes }));
    const large = Buffer.alloc(1_048_577);
    expectRefusal(await send({ ...post(digest(large)), body: large }));
  });
});
