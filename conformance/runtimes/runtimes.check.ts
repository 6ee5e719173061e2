import { createVirtualApple } from 'attestkit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIREBASE, google } from '../authorities.js';
import { deviceKinds } from '../device-kinds.js';
import { bearer, parsed, post as postTo, type Issued } from '../device.js';
import { PlayDevice } from '../play-device.js';
import type { Running } from '../server-spec.js';
import { expectRefusal, expectReply, portOf } from '../serving.js';
import { JSON_BYTES, JSON_TYPE, post as postSigned, signed } from '../signed-request.js';
import { strictCases } from '../strict-cases.js';
import { approovToken, authorization, boundTo, CREDENTIAL, digest, NOW, token } from '../tokens.js';
import { AUTHORITIES_VARIABLE, writeAuthorities } from './authorities.js';
import { serveGoogle } from './google-over-http.js';
import { runtimes, start, versionOf, type RuntimeProcess } from './runtime.js';

const clock = { now: NOW };
const apple = createVirtualApple({ now: () => clock.now });
const firebase = google.appCheck(FIREBASE);

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
  let googling: Running | undefined;
  beforeAll(async () => {
    googling = await serveGoogle(google);
    running = await start(runtime, { [AUTHORITIES_VARIABLE]: writeAuthorities(apple, portOf(googling)) });
  }, 60_000);
  afterAll(async () => {
    await running?.stop();
    await googling?.close();
  });
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
    // By its announced length alone: a body that nobody reads breaks the connection off, sometimes before the answer.
    const { headers, ...large } = post(digest(bytes));
    const announced = [...headers, ['Content-Length', '1048577']] as const;
    expectRefusal(await send({ ...large, headers: announced, body: bytes }), 413);
  });

  it.each(deviceKinds)('enrols an $name, and lets its sessions and signed requests in', async (kind) => {
    const send = sendTo('enrolment');
    const device = kind.create({ apple, clock }, send, `device-${kind.name}`);
    const replyTo = (session: string | null, counter: number) => ({
      session,
      key: device.id,
      counter: device.counts ? counter : null,
    });
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
    expectReply(await send({ target: '/facts', headers: [bearer(first)] }), kind.facts);
    expect(await send(enrolment)).toMatchObject({ status: 400, body: '{}' });

    const { refresh_token } = first;
    await expectSession(parsed<Issued>(await send(postTo('refresh', { refresh_token }))));
    const assertion = postTo('assert', device.assertion(await device.challenge('assert')));
    const issued = parsed<Issued>(await send(assertion));
    await expectSession(issued);
    expect((await send(assertion)).status).toBe(400);

    const request = await signed(device, issued, postSigned(JSON_BYTES));
    expectRefusal(await send({ ...request, body: Buffer.from('{}') }));
    expectReply(await send(request), replyTo(device.id, 2));
    expectRefusal(await send(request));
    const alone = await signed(device, undefined, postSigned(JSON_BYTES, JSON_TYPE, '/key'));
    expectReply(await send(alone), replyTo(null, 3));

    const replacement = postTo('attest', device.replacement(await device.challenge()));
    await expectSession(parsed<Issued>(await send(replacement)));
    expect(await send(postTo('revoke', { token: issued.session_token }))).toMatchObject({
      status: 200,
      body: '{}',
    });
    expectRefusal(await send({ target: '/session', headers: [bearer(issued)] }));
  });

  it('enrols a device by the word of Google, which cannot sign', async () => {
    const send = sendTo('enrolment');
    const device = new PlayDevice(send, 'device-play');
    const enrolment = postTo('attest', device.attestation(await device.challenge()));
    const issued = parsed<Issued>(await send(enrolment));
    expectReply(await send({ target: '/session', headers: [bearer(issued)] }), {
      session: device.id,
      key: null,
      counter: null,
    });
    expect((await send(enrolment)).status).toBe(400);
    expectRefusal(await send({ ...postSigned(JSON_BYTES), headers: [JSON_TYPE, bearer(issued)] }));
    const hostile = new PlayDevice(send, 'device-hostile');
    const challenge = await hostile.challenge();
    const basic = hostile.attestation(challenge, challenge, 'basic-device');
    expect(await send(postTo('attest', basic))).toMatchObject({ status: 403, body: '{}' });
  });

  it('lets an app in by App Check, and once where a route says so', async () => {
    const send = sendTo('enrolment');
    const of = (...tokens: string[]) => tokens.map((each) => ['X-Firebase-AppCheck', each] as const);
    const { appId } = FIREBASE;
    const many = firebase.token();
    expectReply(await send({ target: '/app', headers: of(many) }), { appId, consumed: false });
    expectRefusal(await send({ target: '/app' }));
    expectRefusal(await send({ target: '/app', headers: of(many, many) }));
    expectRefusal(await send({ target: '/app', headers: of(firebase.token({}, 'other-app')) }));
    const once = {
      method: 'POST',
      target: '/app-once',
      headers: of(firebase.token({ limitedUse: true })),
    };
    expectReply(await send(once), { appId, consumed: true });
    expectRefusal(await send(once));
    expectRefusal(await send({ ...once, headers: of(many) }));
  });

  it('refuses what is no proper request to an endpoint', async () => {
    const send = sendTo('enrolment');
    for (const [request, status] of [
      [{ target: '/device/challenge' }, 400],
      [{ target: '/device/none' }, 404],
      [{ target: '/device/challenge', method: 'POST' }, 405],
      [postTo('attest', '{"device_id":"a","device_id":"a"}'), 400],
      [postTo('attest', '{}', ['Content-Type', 'text/plain']), 400],
      [postTo('attest', `{"a":"${'a'.repeat(66_000)}"}`), 413],
      [postTo('refresh', { refresh_token: 'none' }), 401],
    ] as const) {
      expect((await send(request)).status).toBe(status);
    }
  });
});
