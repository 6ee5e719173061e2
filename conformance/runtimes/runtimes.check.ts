import { createVirtualApple } from 'attestkit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, Device, parsed, post as postTo, type Issued } from '../device.js';
import { JSON_BYTES, post as postSigned, signed } from '../signed-cases.js';
import { expectRefusal, expectReply } from '../serving.js';
import { strictCases } from '../strict-cases.js';
import { approovToken, authorization, boundTo, CREDENTIAL, digest, NOW, token } from '../tokens.js';
import { runtimes, start, versionOf, type RuntimeProcess } from './runtime.js';
import { ROOTS_VARIABLE } from './servers.js';

const apple = createVirtualApple({ now: () => NOW });

describe.each(runtimes)('$name', (runtime) => {
  const version = versionOf(runtime);
  if (version === undefined) {
    if (process.env['CI'] === 'true') throw new Error(`${runtime.name} cannot be had`);
    process.stderr.write(`conformance: ${runtime.name} cannot be had, and is not tried\n`);
    it.skip(`is tried (${runtime.name} cannot be had)`, () => undefined);
    return;
  }
  process.stdout.write(`conformance: ${runtime.name} ${version}\n`);

  let running: RuntimeProcess | undefined;
  beforeAll(async () => {
    const roots = [apple.attestationRoot, apple.receiptRoot].map((root) =>
      Buffer.from(root).toString('base64'),
    );
    running = await start(runtime, { [ROOTS_VARIABLE]: roots.join(' ') });
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

  it('enrols a device, and lets its sessions and signed requests in', async () => {
    const send = sendTo('enrolment');
    const device = new Device(apple, send);
    const expectSession = async (of: Issued): Promise<void> =>
      expectReply(await send({ target: '/session', headers: [bearer(of)] }), {
        session: device.id,
        key: null,
        counter: null,
      });
    const challenge = await device.challenge();
    const enrolment = postTo('attest', device.attestation(challenge));
    const first = parsed<Issued>(await send(enrolment));
    await expectSession(first);
    expect(await send(enrolment)).toMatchObject({ status: 400, body: '{}' });

    const { refresh_token } = first;
    await expectSession(parsed<Issued>(await send(postTo('refresh', { refresh_token }))));
    const assertion = postTo('assert', device.assertion(await device.challenge('assert')));
    const issued = parsed<Issued>(await send(assertion));
    await expectSession(issued);
    expect((await send(assertion)).status).toBe(400);

    const request = signed(device, issued, postSigned(JSON_BYTES));
    expectRefusal(await send({ ...request, body: Buffer.from('{}') }), 403);
    expectReply(await send(request), { session: device.id, key: device.id, counter: 2 });
    expectRefusal(await send(request), 403);
    const alone = signed(
      device,
      undefined,
      postSigned(JSON_BYTES, ['Content-Type', 'application/json'], '/key'),
    );
    expectReply(await send(alone), { session: null, key: device.id, counter: 3 });

    expect(await send(postTo('revoke', { token: issued.session_token }))).toMatchObject({
      status: 200,
      body: '{}',
    });
    expectRefusal(await send({ target: '/session', headers: [bearer(issued)] }), 403);
  });

  it('refuses what is no proper request to an endpoint', async () => {
    const send = sendTo('enrolment');
    for (const [request, status] of [
      [{ target: '/device/challenge' }, 400],
      [{ target: '/device/none' }, 404],
      [{ target: '/device/challenge', method: 'POST' }, 405],
      [postTo('attest', '{"device_id":"a","device_id":"a"}'), 400],
      [postTo('attest', '{}', ['Content-Type', 'text/plain']), 400],
      [postTo('attest', `{"a":"${'a'.repeat(66_000)}"}`), 400],
      [postTo('refresh', { refresh_token: 'none' }), 403],
    ] as const) {
      expect((await send(request)).status).toBe(status);
    }
  });
});
