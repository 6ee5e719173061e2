import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createClient, type Client } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { fakeExpoAppAttest, memoryStorage } from 'attestkit-client/testing';
import { createVirtualApple } from 'attestkit-testing';
import { freePort, type Environment } from '../servers/example-process.js';
import { backend, gatewayOf, RESULT_KEY, type Changes, type Framework } from './processes.js';

const apple = createVirtualApple();
const roots = [apple.attestationRoot, apple.receiptRoot].map((root) => new X509Certificate(root).toString());

/** The key of result tokens, as account.yaml says how to make it. */
export const resultKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
writeFileSync(RESULT_KEY, resultKey.privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** The variables of account.yaml. */
export const ACCOUNT: Environment = {
  JWT_SECRET: randomBytes(48).toString('base64'),
  ...Object.fromEntries(roots.map((root, at) => [`ROOT_${at}`, root])),
};

/** Starts the gateway of account.yaml, which accepts these phones. */
export function accountGateway({ replaced = {}, ...changes }: Changes): ReturnType<typeof gatewayOf> {
  return gatewayOf('account.yaml', {
    ...changes,
    replaced: {
      '[TEAMID1234.com.example.app]': "[TEAMID1234.com.example.app], roots: ['${ROOT_0}', '${ROOT_1}']",
      ...replaced,
    },
    environment: ACCOUNT,
  });
}

/** The gateway of account.yaml, and the API behind it. @param path of the unix socket between them, instead of a port */
export async function account(framework: Framework, environment: Environment = {}, path?: string) {
  const port = await freePort();
  const api = await backend(framework, 'account', { ...environmentOf(port), ...environment }, path);
  const gateway = await accountGateway({ backend: path ?? api.port, port });
  return { port, api, gateway };
}

/** What the backend needs to know of the gateway. */
export function environmentOf(port: number): Environment {
  return {
    ATTEST_KEYS: `http://127.0.0.1:${port}/.well-known/attestkit/results.json`,
    ATTEST_ISSUER: `http://127.0.0.1:${port}`,
    ATTEST_AUDIENCE: 'account',
  };
}

/** A result token as the gateway makes it, but about whatever a test wants. */
export function tokenOf(
  claims: object,
  { privateKey, publicKey } = resultKey,
  typ = 'attest-result+jwt',
): string {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const now = Math.floor(Date.now() / 1000);
  const said = { iat: now, exp: now + 60, jti: 'x', outcome: 'accepted', evidence: ['session'], ...claims };
  const parts = [{ alg: 'ES256', typ, kid }, said].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signed = parts.join('.');
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/**
 * A phone with the app; `sent` has the fields of its last request to the API.
 *
 * @param named the port in the audience of the gateway's configuration
 */
export function phoneAt(port: number, named = port): Client & { readonly sent: () => Headers } {
  let last = new Headers();
  const client = createClient({
    baseUrl: `http://127.0.0.1:${port}`,
    audience: `http://127.0.0.1:${named}`,
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: 'TEAMID1234.com.example.app' }))),
    storage: memoryStorage(),
    fetch: (to, init) => {
      if (!new URL(String(to)).pathname.startsWith('/device/')) last = new Headers(init.headers);
      return fetch(to, init);
    },
  });
  return { ...client, sent: () => last };
}
