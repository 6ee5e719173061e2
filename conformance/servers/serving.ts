import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Running, ServerSpec, Target } from './server-spec.js';
import { ownFields, type Send, type WireResponse } from '../wire/message.js';

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
export function portOf({ server, port }: Running): number {
  if (port !== undefined) return port;
  if (server === undefined) throw new Error('no server of HTTP/1.1');
  return (server.address() as AddressInfo).port;
}

/** The header fields of every refusal, beside `WWW-Authenticate` and `Retry-After`. */
export const REFUSED = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** What the client is asked to bring. */
const ASKS = /^Attest realm="[^"]+", need="(session|signature|challenge|token)"(,|$)/;

/**
 * A refusal says nothing of its reason: this status, the body `{}` and its type, the same over all adapters; with 401 it
 * says what the client has to bring.
 */
export function expectRefusal(response: WireResponse, status = 401, body = '{}'): void {
  const { 'www-authenticate': asked, ...fields } = ownFields(response);
  expect({ status: response.status, fields, body: response.body }).toEqual({
    status,
    fields: REFUSED,
    body,
  });
  if (status === 401) expect(asked).toMatch(ASKS);
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
