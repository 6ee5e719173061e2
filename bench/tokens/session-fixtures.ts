import {
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { createGuard, type AttestedRequest, type Guard } from 'attestkit';
import { appAttest } from 'attestkit/app-attest';
import { devices } from 'attestkit/devices';

import { memoryStore } from 'attestkit/stores/memory';
import { createVirtualApple } from 'attestkit-testing';

/** How session tokens are signed. */
export type SessionAlgorithm = 'HS256' | 'ES256';

/** A server with enrolled devices. */
export interface SessionServer {
  readonly guard: Guard;
  /** The key that verifies. */
  readonly key: KeyObject;
  /** The first part of every token. */
  readonly header: string;
  /** New session tokens, one device after the other, as many refreshes would give. */
  mint(count: number): string[];
}

const DEVICES = 64;

/** The label that the guard derives the key of HS256 sessions with (RFC 5869). */
const SESSION_LABEL = 'attestkit/session/hs256/v1';

/** Enrolls virtual iPhones and makes what they have revoked known, so that the guard has nothing to wait for. */
export async function startSessionServer(algorithm: SessionAlgorithm): Promise<SessionServer> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = randomBytes(64).toString('base64');
  const apple = createVirtualApple();
  const appId = 'TEAMID1234.com.example.app';
  const guard = createGuard({
    devices: devices({
      evidence: [appAttest({ appIds: [appId], roots: [apple.attestationRoot, apple.receiptRoot] })],
      secret,
      store: memoryStore(),
      audience: 'https://api.example.com',
      limiter: () => true,
      limits: { newRecordsPerHour: 1_000_000, unknownAddresses: 1000 },
      sessions: {
        revocation: { maxStaleSeconds: 3600 },
        ...(algorithm === 'ES256' && { keys: { algorithm, privateKey: pair.privateKey } }),
      },
    }),
  });
  const phone = apple.createIPhone({ appId });
  const issued: string[] = [];
  for (let device = 0; device < DEVICES; device += 1) {
    const deviceId = `device-${device}`;
    const { challenge } = await ask(guard, 'GET', '/challenge', `?device_id=${deviceId}&purpose=attest`);
    const key = phone.generateKey();
    const attestation = Buffer.from(key.attest({ challenge: String(challenge) })).toString('base64');
    const evidence = { challenge, device_id: deviceId, key_id: key.keyId, attestation };
    const { session_token: token } = await ask(guard, 'POST', '/attest', '', evidence);
    issued.push(String(token));
    await guard.check(requestWith(`Bearer ${token}`));
  }
  const derived = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', SESSION_LABEL, 32)));
  const signing = algorithm === 'HS256' ? derived : pair.privateKey;
  const parts = issued.map((token) => token.split('.'));
  const claims = parts.map(([, payload]) =>
    JSON.parse(Buffer.from(payload as string, 'base64url').toString()),
  );
  const header = parts[0]?.[0] as string;
  let minted = 0;
  return {
    guard,
    key: algorithm === 'HS256' ? derived : pair.publicKey,
    header,
    mint: (count) =>
      Array.from({ length: count }, () => {
        minted += 1;
        const named = { ...claims[minted % DEVICES], jti: randomBytes(16).toString('base64url') };
        const input = `${header}.${Buffer.from(JSON.stringify(named)).toString('base64url')}`;
        return `${input}.${signed(input, signing).toString('base64url')}`;
      }),
  };
}

function signed(input: string, key: KeyObject): Buffer {
  if (key.type === 'secret') return createHmac('sha256', key).update(input).digest();
  return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

async function ask(
  guard: Guard,
  method: string,
  path: string,
  query: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const request: AttestedRequest = {
    method,
    target: `${path}${query}`,
    ip: '192.0.2.1',
    fields: (name) => (name === 'content-type' ? ['application/json'] : []),
    body: async () => Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  };
  const answer = await guard.answer(request, path);
  if (answer?.status !== 200) throw new Error(`${path} answers ${answer?.status}`);
  return JSON.parse(answer.body) as Record<string, unknown>;
}

/** A request whose field `Authorization` has this value. */
export function requestWith(field: string): AttestedRequest {
  const authorization = [field];
  return { method: 'GET', target: '/', fields: (name) => (name === 'authorization' ? authorization : []) };
}
