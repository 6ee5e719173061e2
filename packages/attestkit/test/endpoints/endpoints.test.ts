import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, newKey, recording, requestOf, type Sent } from '../sessions/support/backend.js';

const JSON_TYPE = { 'content-type': 'application/json' };

async function status(backend: Backend, path: string, sent: Sent): Promise<unknown> {
  const { status: code, body } = await backend.send(path, sent);
  return [code, body];
}

describe('what is an endpoint', () => {
  it.each([
    ['/challenge', 'GET'],
    ['/attest', 'POST'],
    ['/assert', 'POST'],
    ['/refresh', 'POST'],
    ['/revoke', 'POST'],
    ['/jwks.json', 'GET'],
  ])('%s takes %s alone, and says so', async (path, allowed) => {
    const backend = new Backend();
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'get', 'post', '']) {
      if (method === allowed || (method === 'HEAD' && allowed === 'GET')) continue;
      const { answer, body } = await backend.send(path, { method });
      const allow = allowed === 'GET' ? 'GET, HEAD' : 'POST';
      expect([method, answer.status, answer.headers['allow'], body]).toEqual([method, 405, allow, {}]);
    }
  });

  it.each([
    '',
    '/',
    '/challenge/',
    '//challenge',
    '/Challenge',
    '/attest?x',
    '/attest/x',
    'challenge',
    '/__proto__',
    '/constructor',
    '/%63hallenge',
  ])('is not %j', (path) => {
    expect(new Backend().guard.answer(requestOf({ target: path }), path)).toBeUndefined();
  });

  it('is answered as JSON that nobody keeps, whatever comes of it', async () => {
    const backend = new Backend();
    const answers = [
      await backend.send('/challenge', { target: '/challenge?device_id=a' }),
      await backend.send('/challenge', { target: '/challenge?device_id=a', method: 'HEAD' }),
      await backend.send('/challenge', { target: '/challenge' }),
      await backend.send('/attest', {}),
      await backend.attest(),
      await backend.attest(),
      await backend.refresh('x'),
      await backend.post('/revoke', { token: 'x' }),
      await backend.send('/jwks.json', {}),
    ];
    expect(answers.map(({ status: code }) => code)).toEqual([200, 200, 400, 405, 200, 409, 401, 200, 200]);
    for (const { answer } of answers)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
  });
});

describe('a 401', () => {
  it('has the challenge that RFC 9110 §15.5.2 asks for, the same for every reason', async () => {
    const backend = new Backend();
    const key = newKey();
    await backend.enrolled(key);
    const replies = [
      await backend.refresh('x'),
      await backend.post('/assert', { ...(await backend.exchange(key)), assertion: 'AAAA' }),
      await backend.post('/assert', await backend.exchange(newKey())),
    ];
    for (const { answer } of replies) {
      expect([answer.status, answer.body]).toEqual([401, '{}']);
      expect(answer.headers['www-authenticate']).toBe(
        'Attest realm="https://api.example.com", need="session"',
      );
    }
    const { answer } = await backend.attest(key, 'phone-2');
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });
});

describe('the challenge', () => {
  it('is for the device id of the query', async () => {
    const backend = new Backend();
    const { status: code, body } = await backend.send('/challenge', {
      target: '/device/challenge?device_id=phone-1',
    });
    expect([code, body['expires_in']]).toEqual([200, 300]);
    expect(body['challenge']).toMatch(/^[\w-]{102}$/);
  });

  it.each([
    '/challenge',
    '/challenge?',
    '/challenge?device_id',
    '/challenge?device_id=',
    '/challenge?device_id=a&device_id=a',
    '/challenge?device_id=a&device%5Fid=b',
    '/challenge?device_id=a%20b',
    '/challenge?device_id=a+b',
    '/challenge?device_id=a%00',
    '/challenge?device_id=%C3%A9',
    '/challenge?device_id=a/b',
    `/challenge?device_id=${'a'.repeat(129)}`,
    '/challenge?Device_id=a',
    '/challenge?device_id[]=a',
    '/challenge#?device_id=a#',
    '/challenge?device_id=a&purpose=',
    '/challenge?device_id=a&purpose=Attest',
    '/challenge?device_id=a&purpose=attest&purpose=attest',
    '/challenge?device_id=a&purpose=constructor',
  ])('is refused with 400 to %s', async (target) => {
    expect(await status(new Backend(), '/challenge', { target })).toEqual([400, {}]);
  });

  it.each([
    '/challenge?device_id=a',
    '/x?y=1&device_id=a.b_c:d-E9',
    '/challenge?device_id=%61',
    `/c?device_id=${'a'.repeat(128)}`,
  ])('is given to %s', async (target) => {
    expect((await new Backend().send('/challenge', { target })).status).toBe(200);
  });
});

describe('a body', () => {
  const good = async (backend: Backend) => JSON.stringify(await backend.evidence());

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json ; charset="utf-8"',
  ])('is taken as %s', async (type) => {
    const backend = new Backend();
    const sent = { method: 'POST', body: await good(backend), fields: { 'content-type': type } };
    expect((await backend.send('/attest', sent)).status).toBe(200);
  });

  it.each([
    [{}],
    [{ 'content-type': '' }],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'application/jsonp' }],
    [{ 'content-type': 'application/json, text/plain' }],
    [{ 'content-type': 'application/json; charset=latin1' }],
    [{ 'content-type': 'application/json; charset=utf-8; x=y' }],
    [{ 'content-type': ['application/json', 'application/json'] }],
    [{ ...JSON_TYPE, 'content-encoding': 'gzip' }],
    [{ ...JSON_TYPE, 'content-encoding': 'identity, gzip' }],
    [{ ...JSON_TYPE, 'content-encoding': ['identity', 'br'] }],
  ])('is refused with 400 with %j', async (fields) => {
    const backend = new Backend();
    const body = await good(backend);
    const reply = await backend.send('/attest', { method: 'POST', body, fields });
    expect([reply.status, reply.code]).toEqual([400, 'ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED']);
  });

  it.each(['', '[]', 'null', '{', '{"a":1,"a":2}', '{"device_id":"a","device_id":"a"}', '"x"', '\ufeff{}'])(
    'is refused with 400 where it is %j',
    async (body) => {
      const backend = new Backend();
      const reply = await backend.send('/attest', { method: 'POST', body, fields: JSON_TYPE });
      expect([reply.status, reply.code]).toEqual([400, 'ERR_ENROLLMENT_BODY_MALFORMED']);
    },
  );

  it('is refused with 400 where a member of the evidence is there twice', async () => {
    const backend = new Backend();
    const body = (await good(backend)).replace('{', '{"challenge":"x",');
    expect(await status(backend, '/attest', { method: 'POST', body, fields: JSON_TYPE })).toEqual([400, {}]);
  });

  it('over the limit is refused with 413, by what it says or by what it is', async () => {
    const backend = new Backend();
    let read = 0;
    const request = (length: string, bytes: number) => ({
      ...requestOf({ method: 'POST', fields: { ...JSON_TYPE, 'content-length': length } }),
      body: async () => {
        read += 1;
        return Buffer.alloc(bytes, 0x20);
      },
    });
    const answer = async (length: string, bytes: number) =>
      (await backend.guard.answer(request(length, bytes), '/attest'))?.status;
    expect([await answer('65537', 10), read]).toEqual([413, 0]);
    expect([await answer('1e9', 10), read]).toEqual([413, 0]);
    expect([await answer('10', 65_537), read]).toEqual([413, 1]);
    expect(backend.events.map(({ refused }) => refused?.code)).toEqual(
      Array.from({ length: 3 }, () => 'ERR_ENROLLMENT_BODY_TOO_LARGE'),
    );
  });

  it('of exactly the limit is read', async () => {
    const backend = new Backend();
    const body = (await good(backend)).padEnd(65_536, ' ');
    expect((await backend.send('/attest', { method: 'POST', body, fields: JSON_TYPE })).status).toBe(200);
  });

  it('that breaks off is refused with 400; one that was read by somebody else is an outage', async () => {
    const backend = new Backend();
    const sent = requestOf({ method: 'POST', fields: JSON_TYPE });
    const broken = { ...sent, body: () => Promise.reject(new Error('broken')) };
    expect((await backend.guard.answer(broken, '/attest'))?.status).toBe(400);
    const { body: _, ...gone } = sent;
    expect((await backend.guard.answer(gone, '/attest'))?.status).toBe(503);
    expect(backend.events.map(({ refused }) => refused?.code)).toEqual([
      'ERR_GUARD_BODY_UNREADABLE',
      'ERR_GUARD_BODY_UNAVAILABLE',
    ]);
  });

  it.each([
    ['no challenge', { challenge: undefined }],
    ['an empty challenge', { challenge: '' }],
    ['a challenge that is a number', { challenge: 1 }],
    ['a challenge in a list', { challenge: ['x'] }],
    ['a challenge that is none', { challenge: 'x' }],
    ['no device id', { device_id: undefined }],
    ['a device id that is an object', { device_id: { toString: 'x' } }],
    ['a device id that is none', { device_id: 'a/b' }],
    ['no evidence', { attestation: undefined, key_id: undefined }],
    ['evidence that is no text', { attestation: {} }],
    ['evidence that is null', { attestation: null }],
  ])('of /attest with %s is refused with 400', async (_, change) => {
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store });
    const reply = await backend.post('/attest', { ...(await backend.evidence()), ...change });
    expect([reply.status, reply.body]).toEqual([400, {}]);
    expect(writes).toEqual([]);
  });

  it('takes nothing from the prototype', async () => {
    const backend = new Backend();
    const body = await backend.evidence();
    const nested = `{"__proto__":${JSON.stringify(body)}}`;
    expect(await status(backend, '/attest', { method: 'POST', body: nested, fields: JSON_TYPE })).toEqual([
      400,
      {},
    ]);
    const polluted = JSON.stringify(body).replace('{', '{"__proto__":{"x":1},"constructor":1,');
    expect(
      (await backend.send('/attest', { method: 'POST', body: polluted, fields: JSON_TYPE })).status,
    ).toBe(200);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
