import { withDeadline } from 'attestkit/stores/deadline';
import { memoryStore } from 'attestkit/stores/memory';
import type { Store } from 'attestkit';
import type { FoundDevice } from '../../../src/shapes/devices.js';
import { describe, expect, it } from 'vitest';
import { gateway, upstream } from '../../support/gateway.js';
import { PHONE_DEVICES, PHONE_ENV, phoneAt } from '../../support/phone.js';
import { ask, OPERATOR, READER, saysOf, signedIn } from '../support/ask.js';

const memory = memoryStore();
let isDown = false;
const store = withDeadline(
  new Proxy(memory, {
    get: (target, name: keyof Store) =>
      isDown ? () => Promise.reject(new Error('redis://:password@10.0.0.7 refused')) : target[name],
  }),
);
const api = await upstream();
const { url, adminUrl, events } = await gateway(
  JSON.stringify({
    traffic: { listen: '127.0.0.1:0' },
    upstreams: { api: api.url },
    devices: PHONE_DEVICES,
    admin: {
      listen: '127.0.0.1:0',
      tokens: [
        { name: 'rita', role: 'read', token: '${READER}' },
        { name: 'oscar', role: 'operate', token: '${OPERATOR}' },
      ],
    },
    shutdown: { deadlineMs: 500 },
    routes: [{ path: '/transfers', signedRequest: true }],
    default: {},
  }),
  { ...PHONE_ENV, READER, OPERATOR },
  { store },
);
const operator = await signedIn(adminUrl, OPERATOR);
const reader = await signedIn(adminUrl, READER);

/** A phone that has enrolled, as an event names it. */
async function enrolled() {
  const phone = phoneAt(url);
  await phone.signed('/transfers');
  const event = events.findLast((each) => each.type === 'device');
  if (event?.type !== 'device') throw new Error('no phone has enrolled');
  return { phone, recordId: event.recordId, hash: event.device ?? '' };
}

const post = async (path: string, body: unknown, cookie: string) =>
  await ask(adminUrl, { method: 'POST', path, body: JSON.stringify(body), cookie });
const find = async (body: unknown, cookie = operator) => {
  const { status, body: text } = await post('/api/devices/find', body, cookie);
  return { status, ...(JSON.parse(text) as FoundDevice) };
};
const change = async (body: unknown, cookie = operator) => await post('/api/devices/change', body, cookie);

describe('a device is found', () => {
  it('by its record, its label, its key and its hash, with its rows', async () => {
    const { recordId, hash } = await enrolled();
    const { device, rows } = await find({ recordId });
    expect(device).toMatchObject({
      recordId,
      evidence: 'appAttest',
      platform: 'ios',
      app: { id: 'TEAMID1234.com.example.app' },
      key: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      integrity: { environment: 'production', integrity: 'hardware' },
      blocked: [],
      sessions: [{ sessionId: expect.any(String) as string }],
    });
    expect(rows.map(({ name }) => name)).toContain('attest');
    for (const name of [{ deviceId: device?.deviceId }, { key: device?.key }, { hash }])
      expect((await find(name)).device?.recordId).toBe(recordId);
  });

  it.each([
    ['an unknown record', { recordId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['an unknown label', { deviceId: 'nobody' }],
    ['an unknown key', { key: 'x'.repeat(43) }],
    ['an unknown hash', { hash: '__proto__' }],
  ])('not by %s', async (_, name) =>
    expect(await find(name)).toEqual({ status: 200, device: null, rows: [] }),
  );

  it.each([
    ['nothing', {}],
    ['two names', { recordId: 'a', deviceId: 'b' }],
    ['another member', { recordId: 'a', user: 'alice' }],
    ['a number', { recordId: 7 }],
    ['a long text', { hash: 'x'.repeat(2000) }],
    ['a list', [{ recordId: 'a' }]],
  ])('not by %s', async (_, name) => expect((await find(name)).status).toBe(400));
});

describe('a device is changed', () => {
  it('by those alone who may operate', async () => {
    const { recordId } = await enrolled();
    const before = events.length;
    for (const body of [
      { action: 'block', recordId, what: 'record' },
      { action: 'unblock', recordId, what: 'key' },
      { action: 'end', recordId },
      { action: 'forget', recordId },
    ])
      expect((await change(body, reader)).status).toBe(403);
    expect(events.slice(before)).toEqual([]);
    expect((await find({ recordId }, reader)).device).toMatchObject({ recordId, user: null, blocked: [] });
  });

  it('and refused at its next request once it is blocked', async () => {
    const { phone, recordId } = await enrolled();
    const send = async () => {
      const lines = await phone.signed('/transfers');
      const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
      return (await fetch(`${url}/transfers`, { headers: headers as Record<string, string> })).status;
    };
    expect(await send()).toBe(200);
    for (const what of ['record', 'key']) {
      expect((await change({ action: 'block', recordId, what })).body).toBe('{"done":true}');
      expect(await send()).toBe(403);
      expect((await find({ recordId })).device?.blocked).toEqual([what]);
      expect((await change({ action: 'unblock', recordId, what })).body).toBe('{"done":true}');
      expect((await change({ action: 'unblock', recordId, what })).body).toBe('{"done":false}');
    }
    expect(events.filter(({ type }) => type === 'admin').slice(-3)).toMatchObject([
      { name: 'oscar', action: 'block', recordId, what: 'key', outcome: 'done' },
      { name: 'oscar', action: 'unblock', recordId, what: 'key', outcome: 'done' },
      { name: 'oscar', action: 'unblock', recordId, what: 'key', outcome: 'nothing' },
    ]);
  });

  it('with one session that ends, all of them, or wholly', async () => {
    const { recordId } = await enrolled();
    const sessionId = (await find({ recordId })).device?.sessions[0]?.sessionId;
    expect((await change({ action: 'end', recordId, sessionId: 'another' })).body).toBe('{"done":false}');
    expect((await change({ action: 'end', recordId, sessionId })).body).toBe('{"done":true}');
    expect((await find({ recordId })).device?.sessions).toEqual([]);
    expect((await change({ action: 'end', recordId })).body).toBe('{"done":false}');
    expect((await change({ action: 'forget', recordId })).body).toBe('{"done":true}');
    expect((await find({ recordId })).device).toBeNull();
    expect((await change({ action: 'forget', recordId })).body).toBe('{"done":false}');
  });

  it('not with the user that it does not have', async () => {
    const { recordId } = await enrolled();
    expect((await change({ action: 'block', recordId, what: 'user' })).body).toBe('{"done":false}');
  });

  it.each([
    ['no action', { recordId: 'r' }],
    ['another action', { action: 'erase', recordId: 'r' }],
    ['an action of the prototype', { action: 'constructor', recordId: 'r' }],
    ['no record', { action: 'forget' }],
    ['nothing to block', { action: 'block', recordId: 'r' }],
    ['another thing to block', { action: 'block', recordId: 'r', what: 'all' }],
    ['a session to block', { action: 'block', recordId: 'r', what: 'record', sessionId: 's' }],
    ['a session to forget', { action: 'forget', recordId: 'r', sessionId: 's' }],
    ['a session that is a number', { action: 'end', recordId: 'r', sessionId: 7 }],
    ['a part that ends', { action: 'end', recordId: 'r', what: 'key' }],
    ['another member', { action: 'forget', recordId: 'r', name: 'alice' }],
  ])('not with %s', async (_, body) => {
    const before = events.length;
    expect((await change(body)).status).toBe(400);
    expect(events).toHaveLength(before);
  });

  it('not while the store does not answer, which is said without its address', async () => {
    isDown = true;
    const answer = await change({ action: 'forget', recordId: 'AAAAAAAAAAAAAAAAAAAAAA' });
    expect([answer.status, saysOf(answer)]).toEqual([
      503,
      expect.stringContaining('The store does not answer'),
    ]);
    expect(answer.body).not.toMatch(/password|10\.0\.0\.7/);
    expect(events.at(-1)).toMatchObject({ type: 'admin', action: 'forget', outcome: 'failed' });
    isDown = false;
  });
});
