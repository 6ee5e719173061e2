import { createHash, randomBytes } from 'node:crypto';
import { createGuard, type DeviceGuard, type GuardEvent } from 'attestkit';
import { appAttest } from 'attestkit/app-attest';
import { devices, type DevicesOptions } from 'attestkit/devices';
import { googlePlayIntegrity } from 'attestkit/google';
import { keyAttestation } from 'attestkit/key-attestation';
import { playIntegrity } from 'attestkit/play-integrity';
import { memoryStore } from 'attestkit/stores/memory';
import { deviceEndpoints, protect } from 'attestkit/web';
import { createVirtualApple, createVirtualGoogle } from 'attestkit-testing';

export const AUDIENCE = 'https://api.example.com';
const APP_ID = 'TEAMID1234.com.example.app';
const PACKAGE = 'com.example.app';
const SIGNER = createHash('sha256').update('the certificate of com.example.app').digest();

/** Whose login a request carries. */
export const LOGIN = 'x-login';

/** Time as a test sets it, for server, platforms and phone. */
export const clock = { now: Date.now() };
const now = (): number => clock.now;

// One for all servers of this process, as RSA keys take a while.
const apple = createVirtualApple({ now });
const google = createVirtualGoogle({ now });
const app = { packageName: PACKAGE, signingDigests: [SIGNER] };
const play = google.playIntegrity(app);

export const platforms = {
  iPhone: () => apple.createIPhone({ appId: APP_ID, now }),
  android: () => google.createAndroid({ ...app, now }),
  play,
};

/** A real server, called as a function. */
export interface TestServer {
  readonly guard: DeviceGuard;
  readonly events: readonly GuardEvent[];
  /** Every request that arrived: method and path. */
  readonly seen: string[];
  readonly fetch: (request: Request) => Promise<Response>;
}

const digest = SIGNER.toString('hex');

/** @param options of its devices, beside or instead of the usual ones */
export function testServer(options: Partial<DevicesOptions> = {}): TestServer {
  const events: GuardEvent[] = [];
  const seen: string[] = [];
  const guard = createGuard({
    now,
    onEvent: (event) => events.push(event),
    devices: devices({
      evidence: [
        appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] }),
        keyAttestation({
          apps: [{ packageName: PACKAGE, signingCertificates: [digest] }],
          revocations: 'not-checked',
          roots: google.keyAttestationRoots,
        }),
        playIntegrity({
          apps: [{ packageName: PACKAGE, acceptedCertificates: [digest] }],
          decoder: googlePlayIntegrity({ serviceAccount: google.serviceAccount, fetch: google.fetch, now }),
        }),
      ],
      secret: newSecret(),
      store: memoryStore({ now }),
      audience: AUDIENCE,
      limiter: () => true,
      subject: (request) => request.fields(LOGIN)[0],
      ...options,
    }),
  });
  const endpoints = deviceEndpoints(guard, { address: () => '192.0.2.1' });
  const routes: Record<string, (request: Request) => Promise<Response>> = {
    'GET /balance': protect(guard, (_, { session }) => Response.json({ device: session?.recordId })),
    'POST /transfers': protect(
      guard,
      async (request, { signedRequest }) =>
        Response.json({ key: signedRequest?.thumbprint, body: await request.text() }),
      { signedRequest: true },
    ),
    'POST /limits': protect(guard, () => Response.json({}), { signedRequest: { challenge: 'required' } }),
    'GET /open': async () => Response.json({}),
    'GET /forbidden': async () => Response.json({ of: 'the API' }, { status: 403 }),
  };
  return {
    guard,
    events,
    seen,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      seen.push(`${request.method} ${pathname}`);
      const route = routes[`${request.method} ${pathname}`];
      return (await endpoints(request)) ?? (await route?.(request)) ?? Response.json({}, { status: 404 });
    },
  };
}

/** What a server authenticates to itself. */
export function newSecret(): string {
  return randomBytes(48).toString('base64');
}
