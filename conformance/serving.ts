import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Running, ServerSpec, Target } from './server-spec.js';
import { ownFields, type Send, type WireResponse } from './wire/message.js';

/** Serves a specification during the tests of the surrounding `describe`. */
export function serveAll(target: Target, spec: ServerSpec): Send {
  let running: Running | undefined;
  beforeAll(async () => {
    running = await target.start(spec);
  });
  afterAll(() => running?.close());
  return (request) => {
    if (running === undefined) throw new Error('the server has not started');
    return running.send(request);
  };
}

/** Servers for one test each, which are closed after it. */
export function serveEach(): (target: Target, spec: ServerSpec) => Promise<Running> {
  const open: Running[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((running) => running.close()));
  });
  return async (target, spec) => {
    const running = await target.start(spec);
    open.push(running);
    return running;
  };
}

/** Where to connect to without `send`; only of HTTP/1.1. */
export function portOf({ server }: Running): number {
  if (server === undefined) throw new Error('no server of HTTP/1.1');
  return (server.address() as AddressInfo).port;
}

/** What `WWW-Authenticate` says: which evidence is asked for, and never what was wrong with it. */
const ASKED =
  /^Attest realm="[^"]+", need="(session|signature|challenge|token)"(, header="[\w-]+")?(, Attest [^,]+, need="[a-z]+"(, header="[\w-]+")?)*(, Bearer realm="[^"]+"(, error="invalid_token")?)?$/;

/**
 * A refusal says nothing of its reason: this status, the body `{}` and its type, the same over all adapters. With 401 it says
 * what is asked for, and that nobody keeps the answer.
 */
export function expectRefusal(response: WireResponse, status = 401, body = '{}'): void {
  const { 'www-authenticate': asked, 'cache-control': kept, ...fields } = ownFields(response);
  expect({ status: response.status, fields, body: response.body }).toEqual({
    status,
    fields: { 'content-type': 'application/json' },
    body,
  });
  if (status === 401 || asked !== undefined) expect(asked).toMatch(ASKED);
  if (status === 401 || status === 403) expect(kept).toBe('no-store');
  if (status === 403) expect(asked).toBeUndefined();
}

/** An answer of the handler. */
export function expectReply(response: WireResponse, json: unknown, status = 200): void {
  expect({ status: response.status, json: parsed(response.body) }).toEqual({ status, json });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
