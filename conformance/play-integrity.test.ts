import { describe, expect, it } from 'vitest';
import { Android } from './devices/android.js';
import { google, type GoogleOfServers } from './devices/authorities.js';
import { backend, enrollmentServer, parserOf, recordOf, type Backend } from './servers/backend.js';
import { bearer, FIELDS, parsed, post, type Issued } from './devices/device.js';
import { PlayDevice } from './devices/play-device.js';
import { hostilePlay } from './cases/play.js';
import { expectRefusal, expectReply, serveEach } from './servers/serving.js';
import { JSON_BYTES, JSON_TYPE, post as postSigned, signed } from './devices/signed-request.js';
import { targets } from './targets/index.js';
import { ownFields, type Send } from './wire/message.js';

/** The virtual Google, and how often it was asked to decode a token. */
function counted(): { readonly google: GoogleOfServers; readonly decoded: () => number } {
  let decoded = 0;
  const { keyAttestationRoots, serviceAccount } = google;
  const fetch: typeof google.fetch = (input, init) => {
    if (new Request(input).url.endsWith(':decodeIntegrityToken')) decoded += 1;
    return google.fetch(input, init);
  };
  return { google: { keyAttestationRoots, serviceAccount, fetch }, decoded: () => decoded };
}

describe.each(targets)('$name', (target) => {
  const serve = serveEach();
  const serving = async (server: Backend): Promise<Send> => {
    const { send } = await serve(target, enrollmentServer(server, { parser: parserOf(target) }));
    return send;
  };
  const replyTo = ({ id }: PlayDevice) => ({ session: id, key: null, counter: null });

  it('enrolls a device by the word of Google, which is asked once', async () => {
    const asked = counted();
    const server = backend({}, { google: asked.google });
    const send = await serving(server);
    const device = new PlayDevice(send);
    const enrollment = post('attest', device.attestation(await device.challenge()));
    const response = await send(enrollment);
    const issued = parsed<Issued>(response);
    expect(ownFields(response)).toEqual(FIELDS);
    expect(issued).toMatchObject({ status: 'attestation_success', token_type: 'Bearer' });
    expectReply(await send({ target: '/session', headers: [bearer(issued)] }), replyTo(device));
    expectReply(await send({ target: '/facts', headers: [bearer(issued)] }), {
      enrolledBy: 'playIntegrity',
      platform: 'android',
      integrity: 'hardware',
    });
    expect((await send(enrollment)).status).toBe(400);
    const { refresh_token } = issued;
    const next = parsed<Issued>(await send(post('refresh', { refresh_token })));
    expectReply(await send({ target: '/session', headers: [bearer(next)] }), replyTo(device));
    expect(asked.decoded()).toBe(1);
    const kinds = server.events.flatMap(({ evidence }) => evidence ?? []);
    expect(kinds).toEqual(['playIntegrity', 'playIntegrity']);
    expect(JSON.stringify(server.events)).not.toContain(device.id);
  });

  it('renews it by its refresh token, which is spent by that, and out it goes by the next one', async () => {
    const server = backend();
    const send = await serving(server);
    const device = new PlayDevice(send);
    const issued = await device.enroll();
    const recordId = await recordOf(server, device);
    const again = async (of?: Issued) => ({
      ...device.attestation(await device.challenge()),
      ...(of && { refresh_token: of.refresh_token }),
    });
    // A session proves nothing.
    expect((await send(post('attest', await again(), bearer(issued)))).status).toBe(409);
    expect(server.events.at(-1)?.refused?.code).toBe('ERR_ENROLLMENT_LABEL_TAKEN');
    const next = parsed<Issued>(await send(post('attest', await again(issued))));
    expect(server.changes.at(-1)).toMatchObject({ change: 'renewed', proof: 'refresh-token' });
    expect(await recordOf(server, device)).toBe(recordId);
    expectReply(await send({ target: '/session', headers: [bearer(next)] }), replyTo(device));
    expect(await send(post('revoke', { token: next.refresh_token }))).toMatchObject({
      status: 200,
      body: '{}',
    });
    expectRefusal(await send({ target: '/session', headers: [bearer(next)] }));
    expect((await send(post('attest', await again(next)))).status).toBe(409);
    expect((await send(post('refresh', { refresh_token: next.refresh_token }))).status).toBe(401);
  });

  it('ends its session where a copy of a spent token comes', async () => {
    const server = backend();
    const send = await serving(server);
    const device = new PlayDevice(send);
    const { refresh_token } = await device.enroll();
    const again = async () => ({ ...device.attestation(await device.challenge()), refresh_token });
    const next = parsed<Issued>(await send(post('attest', await again())));
    const last = parsed<Issued>(await send(post('refresh', { refresh_token: next.refresh_token })));
    expect((await send(post('attest', await again()))).status).toBe(409);
    expectRefusal(await send({ target: '/session', headers: [bearer(last)] }));
    expect((await send(post('refresh', { refresh_token: last.refresh_token }))).status).toBe(401);
    expect(server.events.at(-1)?.refused?.code).toBe('ERR_REFRESH_ENDED');
  });

  it('lets it sign nothing, by whatever key', async () => {
    const server = backend();
    const send = await serving(server);
    const device = new PlayDevice(send);
    const issued = await device.enroll();
    const other = new Android(send, 'device-2');
    await other.enroll();
    // A key of its own, attested or not, is none that it enrolled with.
    const own = new Android(send, device.id);
    const bare = { ...postSigned(JSON_BYTES), headers: [JSON_TYPE, bearer(issued)] };
    const requests = [
      [bare, 'ERR_ASSERTION_MISSING'],
      [await signed(own, issued, postSigned(JSON_BYTES)), 'ERR_ASSERTION_KEY_MISMATCH'],
      [await signed(other, issued, postSigned(JSON_BYTES)), 'ERR_ASSERTION_KEY_MISMATCH'],
    ] as const;
    for (const [request, code] of target.isAskedWithoutBody ? [] : requests) {
      expectRefusal(await send(request));
      expect(server.decisions.at(-1)).toBe(code);
    }
    const assertion = own.assertion(await own.challenge('assert'));
    expect(await send(post('assert', assertion))).toMatchObject({ status: 401, body: '{}' });
    expect(server.events.at(-1)?.refused?.code).toBe('ERR_ASSERTION_KEY_UNKNOWN');
  });

  it.each(Object.entries(hostilePlay))('refuses %s', async (_name, [status, code, bodyOf]) => {
    const server = backend();
    const send = await serving(server);
    const enrolled = new PlayDevice(send, 'device-2');
    await enrolled.enroll();
    const body = await bodyOf({ send, device: new PlayDevice(send), enrolled });
    const response = await send(post('attest', body));
    expect(response).toMatchObject({ status, body: '{}' });
    expect(ownFields(response)).toEqual(FIELDS);
    expect(server.events.at(-1)).toMatchObject({ outcome: 'refused', status, refused: { code } });
  });

  it('asks nobody about a challenge that is none, or was used', async () => {
    const asked = counted();
    const send = await serving(backend({}, { google: asked.google }));
    const device = new PlayDevice(send);
    expect((await send(post('attest', device.attestation('challenge')))).status).toBe(400);
    expect(asked.decoded()).toBe(0);
    const request = post('attest', device.attestation(await device.challenge()));
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(request)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
    expect(asked.decoded()).toBe(1);
  });
});
