import express, { type Express } from 'express';
import { loadConfig, startGateway } from 'attestkit-gateway';
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SECRET, type Surroundings } from './guard.js';
import { AUDIENCE } from './scene.js';

/** The wallet, behind a gateway: who asks is in the fields that the gateway adds. Nothing here verifies anything. */
function walletApi(): Express {
  const app = express().use(express.json());
  app.get('/balance', (req, res) => {
    res.json({ balance: 100, device: String(req.headers['x-attest-device']).replaceAll('"', '') });
  });
  app.post('/transfers', (req, res) => {
    res.json({ transferred: (req.body as { amount?: unknown }).amount });
  });
  app.post('/withdrawals', (req, res) => {
    res.json({ withdrawn: true, key: req.headers['x-attest-key'] });
  });
  app.get('/rates', (_req, res) => void res.json({ rates: { EUR: 1 } }));
  app.post('/sign-ups', (_req, res) => void res.json({ welcome: true }));
  return app;
}

/** A wallet behind a gateway that is configured by `gateway.yaml`. */
export interface Started {
  readonly address: string;
  /** What the login of the wallet gives a user. */
  readonly login: (user: string) => string;
  readonly close: () => Promise<void>;
}

export async function startBehindGateway(surroundings: Surroundings): Promise<Started> {
  const { apple, google, digest, store, now, note } = surroundings;
  const api = walletApi().listen(0, '127.0.0.1');
  await once(api, 'listening');
  const { jwks, login } = walletLogin(now);
  answerAs(google.fetch, jwks);
  const file = fileURLToPath(new URL('../../wallet/gateway.yaml', import.meta.url));
  const env = {
    API_PORT: String((api.address() as AddressInfo).port),
    ATTESTATION_ROOT: pem(apple.attestationRoot),
    RECEIPT_ROOT: pem(apple.receiptRoot),
    ...Object.fromEntries(google.keyAttestationRoots.map((root, at) => [`GOOGLE_ROOT_${at + 1}`, pem(root)])),
    SERVICE_ACCOUNT: JSON.stringify(google.serviceAccount),
    DIGEST: digest,
    JWT_SECRET: SECRET,
  };
  const config = loadConfig(file, readFileSync(file, 'utf8'), env);
  const gateway = await startGateway(config, {
    store,
    now,
    onEvent: (event) => {
      if (event.type === 'decision' || event.type === 'endpoint') note(event);
    },
  });
  return {
    address: String(gateway.trafficUrl),
    login,
    async close() {
      await gateway.close();
      api.close();
    },
  };
}

function pem(certificate: Uint8Array): string {
  return new X509Certificate(certificate).toString();
}

/** The virtual Google answers for Google, and the wallet's login for itself: a gateway of yours asks them over the network. */
function answerAs(google: typeof fetch, jwks: object): void {
  const { fetch: own } = globalThis;
  globalThis.fetch = (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    if (hostname.endsWith('.googleapis.com')) return google(input, init);
    return hostname === 'login.wallet.example' ? Promise.resolve(Response.json(jwks)) : own(input, init);
  };
}

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** An issuer of JWTs with one key. */
function walletLogin(now: () => number): { readonly jwks: object; readonly login: Started['login'] } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'login' }] },
    login: (user) => {
      const claims = { iss: 'https://login.wallet.example', aud: AUDIENCE, sub: user };
      const exp = Math.floor(Math.max(now(), Date.now()) / 1000) + 60;
      const input = `${encoded({ alg: 'ES256', kid: 'login' })}.${encoded({ ...claims, exp })}`;
      const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${input}.${signature.toString('base64url')}`;
    },
  };
}
