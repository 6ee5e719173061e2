import { createVirtualApple } from 'attestkit-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIREBASE, google } from '../devices/authorities.js';
import { deviceKinds } from '../devices/device-kinds.js';
import { bearer, parsed, post as postTo, type Issued } from '../devices/device.js';
import { PlayDevice } from '../devices/play-device.js';
import type { Running } from '../servers/server-spec.js';
import { expectRefusal, expectReply, portOf } from '../servers/serving.js';
import { JSON_BYTES, JSON_TYPE, post as postSigned, signed } from '../devices/signed-request.js';
import { strictCases } from '../cases/strict.js';
import {
  approovToken,
  authorization,
  boundTo,
  CREDENTIAL,
  digest,
  EXPIRY,
  NOW,
  token,
} from '../devices/tokens.js';
import { AUTHORITIES_VARIABLE, writeAuthorities } from './authorities.js';
import { assertOptional } from './commands.js';
import { serveGoogle } from './google-over-http.js';
import { runtimes } from './index.js';
import type { RuntimeProcess } from './runtime.js';
import { ALGORITHMS, type ToSign, type ToVerify } from './signature-server.js';
import { isSigned, keyPairOf, missignedTokens, signedToken } from './signatures.js';

const clock = { now: NOW };
const apple = createVirtualApple({ now: () => clock.now });
const firebase = google.appCheck(FIREBASE);

describe.each(runtimes)('$name', (runtime) => {
  const version = runtime.version();
  if (version === undefined) {
    assertOptional(runtime.name);
    it.skip(`is tried (${runtime.name} is not available)`, () => undefined);
    return;
  }
  process.stdout.write(`conformance: ${runtime.name} ${version}\n`);

  let running: RuntimeProcess | undefined;
  let googling: Running | undefined;
  beforeAll(async () => {
    googling = await serveGoogle(google);
    running = await runtime.start({ [AUTHORITIES_VARIABLE]: writeAuthorities(apple, portOf(googling)) });
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
      // A credential of which octets are lost is bound to nothing.
      const isLost =
        runtime.fields === 'UTF-8' &&
        request.headers?.some(([, value]) => /[\x80-\xff]/.test(value)) === true;
      if (status === 200 && !isLost) expectReply(response, { message: 'Hello, World!' });
      else expectRefusal(response, 401, method === 'HEAD' ? '' : '{}');
    }
  });

  it.each(ALGORITHMS)('signs and verifies by %s, and refuses what is signed otherwise', async (algorithm) => {
    const send = sendTo('signatures');
    const ask = (target: '/sign' | '/verify', body: ToSign | ToVerify) =>
      send({ method: 'POST', target, headers: [JSON_TYPE], body: Buffer.from(JSON.stringify(body)) });
    const keys = keyPairOf(algorithm);
    const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const verdict = (of: string) => ask('/verify', { algorithm, publicKey, token: of });
    const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { token: own } = parsed<{ token: string }>(await ask('/sign', { algorithm, privateKey }));
    expect(isSigned(algorithm, own)).toBe(true);
    for (const right of [own, signedToken(algorithm)])
      expectReply(await verdict(right), { expiresAt: EXPIRY * 1000 });
    for (const [name, wrong] of Object.entries(missignedTokens(algorithm))) {
      const { code } = parsed<{ code?: string }>(await verdict(wrong));
      expect([name, code]).toEqual([name, 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID']);
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
    // Runtimes close the connection of what they do not read, and the answer can be lost with it: this comes in parts,
    // of which all but the last are read, and that announces more than it sends.
    const large = Buffer.alloc(1_048_577);
    const parts = [large.subarray(0, 1_048_576), large.subarray(1_048_576)];
    expectRefusal(await send({ ...post(digest(large)), body: parts }), 413);
    const { headers, ...announced } = post(digest(large));
    const length = ['Content-Length', String(large.length)] as const;
    expectRefusal(await send({ ...announced, headers: [...headers, length], body: Buffer.alloc(1) }), 413);
  });

  it.each(deviceKinds)('enrolls an $name, and lets its sessions and signed requests in', async (kind) => {
    const send = sendTo('enrollment');
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
    const enrollment = postTo('attest', device.attestation(challenge));
    const first = parsed<Issued>(await send(enrollment));
    await expectSession(first);
    expectReply(await send({ target: '/facts', headers: [bearer(first)] }), kind.facts);
    expect(await send(enrollment)).toMatchObject({ status: 400, body: '{}' });

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

  it('enrolls a device by the word of Google, which cannot sign', async () => {
    const send = sendTo('enrollment');
    const device = new PlayDevice(send, 'device-play');
    const enrollment = postTo('attest', device.attestation(await device.challenge()));
    const issued = parsed<Issued>(await send(enrollment));
    expectReply(await send({ target: '/session', headers: [bearer(issued)] }), {
      session: device.id,
      key: null,
      counter: null,
    });
    expect((await send(enrollment)).status).toBe(400);
    expectRefusal(await send({ ...postSigned(JSON_BYTES), headers: [JSON_TYPE, bearer(issued)] }));
    const hostile = new PlayDevice(send, 'device-hostile');
    const challenge = await hostile.challenge();
    const basic = hostile.attestation(challenge, challenge, 'basic-device');
    expect(await send(postTo('attest', basic))).toMatchObject({ status: 403, body: '{}' });
  });

  it('lets an app in by App Check, and once where a route says so', async () => {
    const send = sendTo('enrollment');
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
    const send = sendTo('enrollment');
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
