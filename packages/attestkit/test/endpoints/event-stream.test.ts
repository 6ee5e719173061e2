import { describe, expect, it } from 'vitest';
import type { GuardEvent } from '../../src/ports/events.js';
import { memoryStore } from '../../src/stores/memory.js';
import { guarding, double, request } from '../guard/support/double.js';
import { createGuard } from '../../src/create-guard.js';
import {
  Backend,
  newKey,
  newSecret,
  tokensOf,
  watched,
  type BackendOptions,
} from '../sessions/support/backend.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function observed(options: BackendOptions = {}) {
  const told: GuardEvent[] = [];
  const backend = new Backend({
    hashKey: newSecret(),
    onEvent: (event) => void told.push(event),
    ...options,
  });
  return { backend, told };
}

describe('one stream of events', () => {
  it('tells of the request, the device and the session in this order, under one request id', async () => {
    const { backend, told } = observed();
    const body = await backend.evidence();
    told.length = 0;
    const { refresh } = tokensOf(await backend.post('/attest', body));
    const record = await backend.device();
    expect(told.map(({ type }) => type)).toEqual(['endpoint', 'device', 'session']);
    const [endpoint, device, session] = told as [GuardEvent, GuardEvent, GuardEvent];
    expect(endpoint).toMatchObject({ outcome: 'accepted', at: backend.clock.ms, path: '/device/attest' });
    expect(device).toMatchObject({ change: 'enrolled', recordId: record?.recordId, evidence: 'appAttest' });
    expect(session).toMatchObject({ change: 'begun', session: record?.sessions[0]?.sessionId });
    const ids = new Set(told.map((event) => ('requestId' in event ? event.requestId : undefined)));
    expect([...ids]).toEqual([expect.stringMatching(UUID)]);
    const app = { id: record?.enrolled.appId, platform: 'ios' };
    expect([endpoint, device]).toMatchObject([{ app }, { app }]);
    const { session: bearer } = tokensOf(await backend.refresh(refresh));
    await backend.use(bearer);
    expect(told.find(({ type }) => type === 'decision')).toMatchObject({ app });
  });

  it('tells of sessions that end, and of a refresh token that was copied', async () => {
    const { backend, told } = observed();
    const first = await backend.enrolled();
    const second = tokensOf(await backend.refresh(first.refresh));
    await backend.refresh(second.refresh);
    told.length = 0;
    await backend.refresh(first.refresh);
    const again = await backend.enrolled(newKey(), 'phone-2');
    await backend.post('/revoke', { token: again.session });
    await backend.post('/revoke', { token: again.session });
    const sessions = told.flatMap((event) => (event.type === 'session' ? event.change : []));
    expect(sessions).toEqual(['reused', 'begun', 'ended']);
    const named = told.flatMap((event) =>
      event.type === 'session'
        ? [[event.device, event.recordId, event.session].map((each) => typeof each)]
        : [],
    );
    expect(named).toEqual(Array.from({ length: 3 }, () => ['string', 'string', 'string']));
  });

  it('tells of what the application does, once it is done', async () => {
    const { backend, told } = observed();
    await backend.enrolled();
    const recordId = (await backend.recordId()) as string;
    told.length = 0;
    await backend.control.end({ recordId });
    await backend.control.end({ recordId });
    await backend.control.block({ recordId });
    await backend.control.unblock({ recordId });
    await backend.control.unblock({ recordId });
    await backend.control.block({ user: 'mallory' });
    await backend.control.forget(recordId);
    await backend.control.forget(recordId);
    expect(told.map((event) => [event.type, 'change' in event && event.change])).toEqual([
      ['session', 'ended'],
      ['device', 'blocked'],
      ['device', 'unblocked'],
      ['device', 'blocked'],
      ['device', 'forgotten'],
    ]);
    expect(JSON.stringify(told)).not.toContain('mallory');
  });

  it('tells of an operation of the store that fails, without its key', async () => {
    let isDown = false;
    const store = watched(memoryStore(), () => {
      if (isDown) throw new Error('cannot connect to device/secret-label');
    });
    const { backend, told } = observed({ store });
    const { session } = await backend.enrolled();
    isDown = true;
    backend.clock.ms += 60_000;
    told.length = 0;
    await backend.use(session);
    expect(told).toMatchObject([
      { type: 'store', operation: 'get', code: undefined, cause: 'Error' },
      { type: 'decision', outcome: 'refused', stage: 'unavailable' },
    ]);
    expect(JSON.stringify(told)).not.toContain('secret-label');
  });

  it('tells at start-up what changes with the secret, unless hashKey is set', () => {
    const told = (options: BackendOptions) => new Backend(options).others.map(({ type }) => type);
    expect(told({})).toEqual(['configuration']);
    expect(told({ hashKey: newSecret() })).toEqual([]);
  });
});

describe('the id of a request', () => {
  const idsOf = async (requestId: () => unknown) => {
    const ids: unknown[] = [];
    const guard = createGuard({
      evidence: [double('a')],
      requestId: requestId as () => string,
      onEvent: (event) => event.type === 'decision' && ids.push(event.requestId),
    });
    await guard.check(request({ a: 'good' }));
    return ids[0];
  };

  it('is what the application says, if that is a short text', async () => {
    expect(await idsOf(() => 'edge-7')).toBe('edge-7');
    for (const said of [undefined, '', 7, 'x'.repeat(201), { toString: () => 'x' }])
      expect(await idsOf(() => said)).toMatch(UUID);
  });

  it('is random where the application fails', async () => {
    const failing = (): never => {
      throw new Error('no context');
    };
    expect(await idsOf(failing)).toMatch(UUID);
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', note);
    expect(await idsOf(() => Promise.reject(new Error('no context')))).toMatch(UUID);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });

  it('is another one for each request', async () => {
    const { guard, events } = guarding([double('a')]);
    await guard.check(request({ a: 'good' }));
    await guard.check(request({ a: 'good' }));
    expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(2);
    for (const { durationMs } of events) expect(durationMs).toBeGreaterThanOrEqual(0);
  });
});
