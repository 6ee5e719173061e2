import { fork } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { fakeExpoAppAttest, memoryStorage } from 'attestkit-client/testing';
import { logLinesFromEnv } from 'attestkit/env';
import { loadConfig, startGateway, type Gateway } from 'attestkit-gateway';
import { createVirtualApple, createVirtualGoogle } from 'attestkit-testing';
import { createFleet, FLEET_REQUESTS, type Fleet } from './fleet.js';

/** What `npm start` prints, and goes on with. */
export interface Started {
  /** The phone's session, as its app sends it. */
  readonly session: string;
  readonly adminUrl: string;
  /** You sign in to the dashboard with it. */
  readonly adminToken: string;
  readonly fleet: Fleet;
  close(): Promise<void>;
}

const source = new URL('../../gateway/', import.meta.url);

/** Starts the API, the gateway before it, and virtual phones, which enroll. */
export async function startWithFleet(
  phones: number,
  given: NodeJS.ProcessEnv = process.env,
  now: () => number = Date.now,
): Promise<Started> {
  const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1', ADMIN_PORT = '8003' } = given;
  const { STATE = fileURLToPath(new URL('state', source)) } = given;
  const api = fork(new URL('api.js', import.meta.url), { execArgv: [] });
  const [port] = (await once(api, 'message')) as [number];
  const apple = createVirtualApple({ now });
  const google = createVirtualGoogle({ now });
  const adminToken = randomBytes(18).toString('base64url');
  const { APPROOV_BASE64URL_SECRET: base64url } = given;
  const env = {
    ...(base64url !== undefined && {
      APPROOV_BASE64_SECRET: Buffer.from(base64url, 'base64url').toString('base64'),
    }),
    ...given,
    HTTP_PORT,
    SERVER_HOSTNAME,
    ADMIN_PORT,
    ADMIN_TOKEN: adminToken,
    STATE,
    API_PORT: String(port),
    JWT_SECRET: secretIn(STATE),
    ATTESTATION_ROOT: pem(apple.attestationRoot),
    RECEIPT_ROOT: pem(apple.receiptRoot),
    RSA_ROOT: pem(google.keyAttestationRoots[0]),
    EC_ROOT: pem(google.keyAttestationRoots[1]),
  };
  const gateway = startedBy(env, now);
  const url = `http://127.0.0.1:${HTTP_PORT}`;
  const { adminUrl = '', close } = await gateway;
  const session = await enrolled(apple, url);
  const secretBase64 = env.APPROOV_BASE64_SECRET ?? '';
  const fleet = await createFleet({ url, apple, google, secretBase64, phones, now });
  return {
    session,
    adminUrl,
    adminToken,
    fleet,
    async close() {
      await close();
      api.disconnect();
    },
  };
}

function startedBy(env: NodeJS.ProcessEnv, now: () => number): Promise<Gateway> {
  const file = fileURLToPath(new URL('gateway.yaml', source));
  const linesOf = logLinesFromEnv(env);
  return startGateway(loadConfig(file, readFileSync(file, 'utf8'), env), {
    now,
    // The command writes a log of its own; here the sentences of each decision will do, but those of the fleet.
    onEvent: (event) => {
      if (event.type !== 'decision' || event.requestId.startsWith(FLEET_REQUESTS)) return;
      for (const line of linesOf?.(event) ?? []) console.log(line);
    },
  });
}

function pem(certificate: Uint8Array | undefined): string {
  return new X509Certificate(certificate ?? new Uint8Array()).toString();
}

/** Made once: sessions outlive the gateway. */
function secretIn(folder: string): string {
  const file = join(folder, 'secret');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, randomBytes(48).toString('base64'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** The app on a phone: one request with a session, of which the token is shown. */
async function enrolled(apple: ReturnType<typeof createVirtualApple>, url: string): Promise<string> {
  let session = '';
  const client = createClient({
    baseUrl: url,
    audience: url,
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: 'TEAMID1234.com.example.app' }))),
    storage: memoryStorage(),
    fetch: (to, init) => {
      session = new Headers(init.headers).get('authorization') ?? session;
      return fetch(to, init);
    },
  });
  const answer = await client.fetch('/v3/device');
  if (!answer.ok) throw new Error(`the phone was answered by ${answer.status}`);
  return session;
}
