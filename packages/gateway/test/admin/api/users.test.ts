import { PassThrough } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { devicesEndpoints, type DevicesContext } from '../../../src/admin/api/devices.js';
import type { Role } from '../../../src/shapes/access.js';
import type { FoundDevice } from '../../../src/shapes/devices.js';

// A user is named by a login of the operator's own, which the other tests do not have.

const device = {
  recordId: 'r',
  deviceId: 'label',
  user: 'alice@example.com',
  createdAt: 1,
  enrolledAt: 2,
  expiresAt: undefined,
  blocked: [],
  sessions: [],
  enrolled: {
    kind: 'appAttest',
    platform: 'unknown',
    appId: 'app',
    environment: 'production',
    attestedAt: 2,
    facts: { bundleVersion: '3.1' },
    withheld: { serial: 'of-one-device' },
    receipt: 'a-receipt',
  },
};
const calls: unknown[] = [];
const changing = (name: string) => (given: unknown) => {
  calls.push([name, given]);
  return Promise.resolve(true);
};
const control = {
  find: ({ recordId }: { recordId?: string }) => Promise.resolve(recordId === 'r' ? device : undefined),
  block: changing('block'),
  unblock: changing('unblock'),
};
const told: unknown[] = [];
const endpoints = devicesEndpoints({
  history: { recordOf: () => undefined, rowsOf: () => [] },
  control: () => control as unknown as ReturnType<DevicesContext['control']>,
  tell: (event) => told.push(event),
});

async function post(path: string, role: Role, body: unknown): Promise<unknown> {
  const req = Object.assign(new PassThrough(), { rawHeaders: [] }) as unknown as IncomingMessage &
    PassThrough;
  const answer = endpoints[`POST ${path}`]?.answer({
    req,
    res: {} as ServerResponse,
    user: { name: 'oscar', role },
    lasts: () => true,
    query: new URLSearchParams(),
  });
  req.end(JSON.stringify(body));
  return JSON.parse(String((await answer)?.body));
}

describe('the user of a device', () => {
  it('is shown to those alone who may operate', async () => {
    const found = async (role: Role) =>
      ((await post('/api/devices/find', role, { recordId: 'r' })) as FoundDevice).device;
    expect((await found('operate'))?.user).toBe('alice@example.com');
    expect(await found('read')).toEqual({
      recordId: 'r',
      deviceId: 'label',
      user: null,
      createdAt: 1,
      enrolledAt: 2,
      expiresAt: null,
      evidence: 'appAttest',
      platform: null,
      app: { id: 'app', version: '3.1' },
      key: null,
      // Neither what is withheld nor the receipt.
      integrity: { environment: 'production', bundleVersion: '3.1' },
      blocked: [],
      sessions: [],
    });
  });

  it('is blocked and unblocked by the record, and not named in the event', async () => {
    for (const action of ['block', 'unblock'])
      expect(await post('/api/devices/change', 'operate', { action, recordId: 'r', what: 'user' })).toEqual({
        done: true,
      });
    expect(calls).toEqual([
      ['block', { user: 'alice@example.com' }],
      ['unblock', { user: 'alice@example.com' }],
    ]);
    expect(JSON.stringify(told)).not.toContain('alice');
    expect(told).toMatchObject([
      { name: 'oscar', action: 'block', recordId: 'r', what: 'user', outcome: 'done' },
      {},
    ]);
  });

  it('cannot be blocked of a device that is not known', async () => {
    expect(
      await post('/api/devices/change', 'operate', { action: 'block', recordId: 'x', what: 'user' }),
    ).toEqual({
      done: false,
    });
    // Nor a key of one that does not have any.
    expect(
      await post('/api/devices/change', 'operate', { action: 'block', recordId: 'r', what: 'key' }),
    ).toEqual({
      done: false,
    });
    expect(calls).toHaveLength(2);
  });
});
