import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { expect, onTestFinished } from 'vitest';
import { AttestationError } from '../../../src/kernel/errors.js';
import { remoteJwks, type RemoteJwksOptions } from '../../../src/net/index.js';
import type { KeySource } from '../../../src/ports/keys.js';

/** A JWKS endpoint on the loopback interface that counts what it is asked and answers what the test says. */
export interface JwksServer {
  readonly url: string;
  requests: number;
  readonly headers: Record<string, unknown>[];
  answer: RequestListener;
  /** Requests to which there is no end yet: neither an answer nor a client that hung up. */
  pending: number;
  stop(): Promise<void>;
}

export async function jwksServer(answer: RequestListener): Promise<JwksServer> {
  const http = createServer((request, response) => {
    server.requests += 1;
    server.headers.push(request.headers);
    server.pending += 1;
    response.on('close', () => {
      server.pending -= 1;
    });
    server.answer(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  const server: JwksServer = {
    url: `http://127.0.0.1:${port}/keys`,
    requests: 0,
    headers: [],
    answer,
    pending: 0,
    stop,
  };
  onTestFinished(stop);
  return server;
}

/** Answers with a JWK Set of these keys. */
export function keys(...listed: JWK[]): RequestListener {
  return text(JSON.stringify({ keys: listed }));
}

export function text(body: string | Buffer, status = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
}

/** A public JWK made by jose, and the private key that belongs to it. */
export async function keyPair(kid: string | undefined, alg = 'ES256', members: JWK = {}) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid }), ...members };
  return { jwk, privateKey };
}

/** A source with a clock of its own, which stands still until the test moves it, and a count of its fetches. */
export function source(url: string, options: Partial<RemoteJwksOptions> = {}) {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const { fetch = globalThis.fetch } = options;
  let count = 0;
  const counting: typeof fetch = (...request) => {
    count += 1;
    return fetch(...request);
  };
  const jwks = remoteJwks(url, { algorithm: 'ES256', now: () => clock.ms, ...options, fetch: counting });
  return {
    jwks,
    clock,
    fetches: (): number => count,
    pass(seconds: number): void {
      clock.ms += seconds * 1000;
    },
    /** Waits for the flight that is under way: a `kid` that nobody has joins it, or else is in the cooldown. */
    async landed(): Promise<void> {
      const before = count;
      expect(await jwks.candidates('nobody')).toEqual([]);
      expect(count, 'no flight was under way').toBe(before);
    },
  };
}

/** The `kid`s of the candidates, whether they come at once or later. */
export async function kids(jwks: KeySource, kid: string | undefined): Promise<(string | undefined)[]> {
  return (await jwks.candidates(kid)).map((key) => key.kid);
}

/** The failure of `candidates`, which has to be ERR_JWKS_UNAVAILABLE, and the message of its cause. */
export async function unavailable(jwks: KeySource, kid = 'a'): Promise<AttestationError & { cause: Error }> {
  try {
    await jwks.candidates(kid);
  } catch (error) {
    expect(error).toBeInstanceOf(AttestationError);
    expect(error).toMatchObject({ code: 'ERR_JWKS_UNAVAILABLE', stage: 'unavailable', spec: 'RFC 7517 §5' });
    const { cause } = error as Error;
    expect(cause).toBeInstanceOf(Error);
    return error as AttestationError & { cause: Error };
  }
  throw new Error('candidates did not fail');
}
