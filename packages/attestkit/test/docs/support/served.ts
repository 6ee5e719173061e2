import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createVirtualApple, createVirtualGoogle, mintApproovToken } from 'attestkit-testing';
import { deviceEndpoints, protect } from '../../../src/adapters/node/index.js';
import { appAttest } from '../../../src/app-attest/index.js';
import { APP_CHECK_JWKS, appCheck } from '../../../src/app-check/index.js';
import { approov } from '../../../src/approov/index.js';
import { createGuard, type DeviceGuard } from '../../../src/create-guard.js';
import { devices, type DevicesOptions } from '../../../src/devices/index.js';
import type { RouteOptions } from '../../../src/guard/internal.js';
import { keyAttestation } from '../../../src/key-attestation/index.js';
import { remoteJwks } from '../../../src/net/index.js';
import { playIntegrity, playIntegrityKeys } from '../../../src/play-integrity/index.js';
import type { Store } from '../../../src/ports/store.js';
import { withDeadline } from '../../../src/stores/deadline.js';
import { memoryStore } from '../../../src/stores/memory.js';
import { listening } from '../../adapters/support/wire.js';

export const AUDIENCE = 'https://api.example.com';
export const APP_ID = 'TEAMID1234.com.example.app';
export const PACKAGE = { packageName: 'com.example.app', signingDigests: ['ab'.repeat(32)] };
const FIREBASE = { projectNumber: '123456789012', appId: '1:123456789012:android:0a1b2c3d4e5f' };

/** Made once, since RSA keys take their time. */
const apple = createVirtualApple();
const google = createVirtualGoogle();
const play = google.playIntegrity(PACKAGE);
google.appCheck(FIREBASE);

/** The routes of the server, by path. */
const ROUTES: Readonly<Record<string, RouteOptions>> = {
  '/balance': {},
  '/transfers': { signedRequest: true },
  '/limits': { signedRequest: { challenge: 'required' } },
  '/shapes': { accept: [], require: ['approov'] },
  '/orders': { accept: [], require: ['appCheck'] },
};

/** An answer as a client sees it, and the code that the server's log has for it. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly code: string | undefined;
}

/** A request to an endpoint below `/device`, and its answer. */
export interface Exchange {
  readonly method: string;
  /** Below the prefix, with the query. */
  readonly target: string;
  readonly body: string | undefined;
  readonly isJson: boolean;
  readonly told: Told;
}

/** Every use of an endpoint so far, of every server. */
export const exchanges: Exchange[] = [];

/** A server on a port of its own, with every kind of device, a clock and a store that can be stopped. */
export class Served {
  time = Date.now();
  readonly apple = apple;
  readonly google = google;
  readonly play = play;
  readonly approovSecret = randomBytes(64).toString('base64');
  isStoreDown = false;
  code: string | undefined;
  guard!: DeviceGuard;
  origin = '';

  static async start(options: Partial<DevicesOptions> = {}): Promise<Served> {
    const served = new Served();
    served.guard = served.#createGuard(options);
    const { guard } = served;
    const routes = Object.entries(ROUTES).map(
      ([path, route]) => [path, protect(guard, (_req, res) => res.end('{}'), route)] as const,
    );
    const listener = deviceEndpoints(guard, (req, res) => {
      const found = routes.find(([path]) => req.url === path);
      if (found === undefined) return void res.writeHead(404).end();
      return found[1](req, res);
    });
    served.origin = `http://127.0.0.1:${await listening(createServer(listener))}`;
    return served;
  }

  #createGuard(options: Partial<DevicesOptions>): DeviceGuard {
    const now = (): number => this.time;
    const digests = PACKAGE.signingDigests;
    return createGuard({
      now,
      evidence: [
        approov({ secretBase64: this.approovSecret }),
        appCheck({
          projectNumber: FIREBASE.projectNumber,
          appIds: [FIREBASE.appId],
          keys: remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256', fetch: google.fetch, now }),
        }),
      ],
      accept: ['session'],
      onEvent: (event) => {
        if (event.type === 'decision' || event.type === 'endpoint') this.code = event.code;
      },
      devices: devices({
        evidence: [
          appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] }),
          keyAttestation({
            apps: [{ packageName: PACKAGE.packageName, signingCertificates: digests }],
            revocations: 'not-checked',
            roots: google.keyAttestationRoots,
          }),
          playIntegrity({
            apps: [
              {
                packageName: PACKAGE.packageName,
                acceptedCertificates: digests,
                keys: playIntegrityKeys(play.responseKeys),
              },
            ],
          }),
        ],
        secret: randomBytes(48).toString('base64'),
        store: withDeadline(this.#stoppable(memoryStore({ now }))),
        audience: AUDIENCE,
        subject: (request) => request.fields('x-user')[0],
        sessions: { revocation: 'immediate' },
        ...options,
      }),
    });
  }

  #stoppable(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]): unknown => {
          if (this.isStoreDown) throw new Error('the store is down');
          return Reflect.apply(value, target, values);
        };
      },
    });
  }

  /** One request over the wire. */
  async send(method: string, path: string, sent: Sent = {}): Promise<Told> {
    this.code = undefined;
    const { body, headers = {} } = sent;
    const isJson = body !== undefined && headers['content-type'] === undefined;
    const bytes = typeof body === 'object' ? JSON.stringify(body) : body;
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(bytes !== undefined && { body: bytes }),
    });
    const text = await response.text();
    const told = { status: response.status, headers: response.headers, text, code: this.code };
    const [, target] = path.split(/^\/device(?=\/)/);
    if (target !== undefined) exchanges.push({ method, target, body: bytes, isJson, told });
    return told;
  }

  approovToken(): string {
    return mintApproovToken({ secretBase64: this.approovSecret });
  }
}

export interface Sent {
  /** Text as it is, anything else as JSON. */
  readonly body?: string | object;
  readonly headers?: Record<string, string>;
}

/** The JSON of an answer. */
export function jsonOf({ text }: Told): Record<string, string> {
  return JSON.parse(text) as Record<string, string>;
}

export const newLabel = (): string => randomUUID();
