import { randomUUID } from 'node:crypto';
import { createGuard } from 'attestkit';
import { appAttest } from 'attestkit/app-attest';
import { devices } from 'attestkit/devices';
import { memoryStore } from 'attestkit/stores/memory';
import { describe, expect, it } from 'vitest';
import { gateway, upstream } from '../support/gateway.js';
import { PHONE_DEVICES, PHONE_ENV, phoneAt } from '../support/phone.js';
import { ask, HTTP_CONVENTIONS, question, type Asked, type HttpConvention } from '../support/questions.js';

const api = await upstream();
const settings = (more: object = {}) =>
  JSON.stringify({
    traffic: { listen: '127.0.0.1:0' },
    authorization: { listen: '127.0.0.1:0', requestIdsByProxy: true },
    upstreams: { api: api.url },
    devices: { ...PHONE_DEVICES, sessions: { revocation: 'immediate' } },
    shutdown: { deadlineMs: 500 },
    routes: [{ path: '/signed/*', signedRequest: true }],
    default: {},
    ...more,
  });

let shift = 0;
const now = () => Date.now() + shift;
const shared = memoryStore();
/** What a claim, or a counter, waits for. */
let gate: Promise<void> | undefined;
let calls: string[] = [];
const store = {
  claim: async (...given: Parameters<typeof shared.claim>) => {
    calls.push('claim');
    await gate;
    return await shared.claim(...given);
  },
  advance: async (...given: Parameters<typeof shared.advance>) => {
    calls.push('advance');
    await gate;
    return await shared.advance(...given);
  },
  get: shared.get.bind(shared),
  put: shared.put.bind(shared),
  delete: shared.delete.bind(shared),
};
const options = { store, now };
const asked = await gateway(settings(), PHONE_ENV, options);
const phone = phoneAt(asked.url);

/** A signed request, as a proxy asks about it. */
async function signed(more: Asked & { readonly signed?: true | 'challenge' } = {}): Promise<Asked> {
  const { target = '/signed/x', method = 'GET', signed: how = true, lines = [], ...rest } = more;
  return {
    target,
    method,
    ...rest,
    lines: [...(await phone.signed(target, { method, signed: how })), ...lines],
  };
}

const statusOf = async (
  by: HttpConvention,
  request: Asked,
  id: string | undefined,
  at = asked.authorizationUrl,
) => {
  const name = id === undefined ? [] : [`X-Request-Id: ${id}`];
  return (await question(at, by, { ...request, lines: [...(request.lines ?? []), ...name] })).status;
};
const outcomes = () =>
  asked.events.flatMap((event) => (event.type === 'question' ? [event.outcome] : [])).slice(-3);

describe.each(HTTP_CONVENTIONS)('%s', (by) => {
  it('the same bytes sent twice by a client are accepted once: the proxy names two requests', async () => {
    const request = await signed();
    expect(await statusOf(by, request, randomUUID())).toBe(200);
    expect(await statusOf(by, request, randomUUID())).toBe(401);
    expect(await statusOf(by, request, undefined)).toBe(401);
  });

  it('a question that the proxy repeats is accepted, and a third time is not', async () => {
    const [request, id] = [await signed(), randomUUID()];
    expect(await statusOf(by, request, id)).toBe(200);
    expect(await statusOf(by, request, id)).toBe(200);
    expect(await statusOf(by, request, id)).toBe(401);
    expect(outcomes()).toEqual(['accepted', 'repeated', 'refused']);
  });

  it('without a name of the proxy nothing is remembered', async () => {
    const request = await signed();
    expect(await statusOf(by, request, undefined)).toBe(200);
    expect(await statusOf(by, request, undefined)).toBe(401);
  });
});

it('all one-time steps of a request are granted again, counter and challenge', async () => {
  const [request, id] = [await signed({ signed: 'challenge' }), randomUUID()];
  calls = [];
  expect(await statusOf('forward-auth', request, id)).toBe(200);
  expect(calls).toEqual(['advance', 'claim']);
  expect(await statusOf('forward-auth', request, id)).toBe(200);
  expect(calls).toEqual(['advance', 'claim']);
  expect(await statusOf('forward-auth', request, id)).toBe(401);
});

describe('a repeated question is refused', () => {
  const by = 'forward-auth';
  const after = async (change: (request: Asked) => Asked, by2: HttpConvention = by): Promise<number> => {
    const [request, id] = [await signed({ lines: ['User-Agent: phone'] }), randomUUID()];
    expect(await statusOf(by, request, id)).toBe(200);
    return await statusOf(by2, change(request), id);
  };
  const withLine = (line: string) => (request: Asked) => ({
    ...request,
    lines: [...(request.lines ?? []), line],
  });

  it('after two seconds', async () => {
    const answer = await after((request) => {
      shift += 2001;
      return request;
    });
    expect(answer).toBe(401);
  });

  it('if the clock was set back', async () => {
    const answer = await after((request) => {
      shift -= 5000;
      return request;
    });
    expect(answer).toBe(401);
    shift += 5000;
  });

  it('about another target, method, host, address, or by another convention', async () => {
    expect(await after((request) => ({ ...request, target: '/signed/y' }))).toBe(401);
    expect(await after((request) => ({ ...request, method: 'HEAD' }))).toBe(401);
    expect(await after((request) => ({ ...request, host: 'other.example.com' }))).toBe(401);
    expect(await after((request) => ({ ...request, address: '203.0.113.8' }))).toBe(401);
    expect(await after((request) => request, 'ext-authz')).toBe(401);
  });

  it('with another field than those that the decision read', async () => {
    expect(await after(withLine('Authorization: Basic x'))).toBe(401);
    expect(await after(withLine('X-App-Attest: v=1'))).toBe(401);
  });

  it('but not with another field, which nothing read', async () => {
    expect(await after(withLine('Accept-Language: gd'))).toBe(200);
  });
});

it('all else is checked again: a device that was blocked in between is refused', async () => {
  const { appIds, roots } = PHONE_DEVICES.evidence.appAttest;
  const { audience } = PHONE_DEVICES;
  const evidence = [appAttest({ appIds, roots } as never)];
  const guard = createGuard({
    devices: devices({ evidence, secret: PHONE_ENV.JWT_SECRET, audience, store: shared }),
  });
  const other = phoneAt(asked.url);
  const [lines, id] = [await other.signed('/signed/x'), `X-Request-Id: ${randomUUID()}`];
  const request = { target: '/signed/x', lines: [...lines, id] };
  const first = await question(asked.authorizationUrl, 'forward-auth', request);
  expect(first.status).toBe(200);
  await guard.devices.block({ recordId: JSON.parse(first.headers['x-attest-device'] ?? '') as string });
  expect((await question(asked.authorizationUrl, 'forward-auth', request)).status).toBe(403);
});

it('a question that is repeated while the first one waits for the store is accepted', async () => {
  const [request, id] = [await signed(), randomUUID()];
  let open = (): void => undefined;
  gate = new Promise((resolve) => (open = resolve));
  calls = [];
  const both = [statusOf('forward-auth', request, id), statusOf('forward-auth', request, id)];
  while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  open();
  gate = undefined;
  expect(await Promise.all(both)).toEqual([200, 200]);
  expect(calls).toEqual(['advance']);
});

it('another version of the configuration does not know what was answered under the one before', async () => {
  const [request, id] = [await signed(), randomUUID()];
  expect(await statusOf('forward-auth', request, id)).toBe(200);
  asked.reload(settings());
  expect(await statusOf('forward-auth', request, id)).toBe(401);
});

it('without requestIdsByProxy a client could choose the name: nothing is repeated', async () => {
  const authorization = { listen: '127.0.0.1:0' };
  const plain = await gateway(settings({ authorization }), PHONE_ENV, options);
  const [request, id] = [await signed(), randomUUID()];
  expect(await statusOf('forward-auth', request, id, plain.authorizationUrl)).toBe(200);
  expect(await statusOf('forward-auth', request, id, plain.authorizationUrl)).toBe(401);
});

it('a name that is too short to be of one request is none', async () => {
  const request = await signed();
  expect(await statusOf('forward-auth', request, '17')).toBe(200);
  expect(await statusOf('forward-auth', request, '17')).toBe(401);
});

it('the traffic repeats nothing', async () => {
  const request = await signed();
  const lines = [...(request.lines ?? []), `X-Request-Id: ${randomUUID()}`];
  const first = 'GET /signed/x HTTP/1.1';
  expect((await ask(asked.url, first, ['Host: api', ...lines])).status).toBe(200);
  expect((await ask(asked.url, first, ['Host: api', ...lines])).status).toBe(401);
});
