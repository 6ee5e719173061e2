import { X509Certificate } from 'node:crypto';
import { createClient, type ClientRequestInit } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { fakeExpoAppAttest, memoryStorage } from 'attestkit-client/testing';
import { createVirtualApple } from 'attestkit-testing';
import { head } from './requests.js';

const AUDIENCE = 'https://api.example.com';
const APP_ID = 'TEAMID1234.com.example.app';
const HOST = 'api.example.com';
const BODY = '{"to":"somebody","amount":100,"currency":"EUR"}';

const apple = createVirtualApple();
const roots = [apple.attestationRoot, apple.receiptRoot].map((root) => new X509Certificate(root).toString());

/** What makes a gateway accept these phones; `JWT_SECRET` is a variable of its. */
export const PHONE_SETTINGS = {
  devices: {
    evidence: { appAttest: { appIds: [APP_ID], roots } },
    secret: '${JWT_SECRET}',
    audience: AUDIENCE,
    limits: { newRecordsPerHour: 100_000 },
  },
  routes: [
    { path: '/health', open: true },
    { path: '/assets/*', open: true },
    { path: '/transfers', signedRequest: true },
  ],
};

/** An iPhone that has enrolled: it makes requests for others to send. */
export interface Phone {
  /** The header fields of a request with its session. */
  readonly fields: (path: string) => Promise<Readonly<Record<string, string>>>;
  /** The bytes of such a request. */
  readonly plain: () => Promise<Buffer>;
  /** The bytes of a request that it has signed: each works once, and in the order in which they were made. */
  readonly signed: () => Promise<Buffer>;
}

/** @param baseUrl of the gateway at which it enrolls */
export async function enroll(baseUrl: string): Promise<Phone> {
  let sent: Readonly<Record<string, string>> = {};
  const client = createClient({
    baseUrl,
    audience: AUDIENCE,
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: APP_ID }))),
    storage: memoryStorage(),
    fetch: async (url, init) => {
      if (new URL(String(url)).pathname.startsWith('/device/')) return await fetch(url, init);
      sent = Object.fromEntries(new Headers(init?.headers as Record<string, string>));
      return new Response('{}');
    },
  });
  const fields = async (path: string, init?: ClientRequestInit): Promise<typeof sent> => {
    await client.fetch(path, init);
    return sent;
  };
  const linesOf = async (path: string, init?: ClientRequestInit): Promise<string[]> =>
    Object.entries(await fields(path, init)).map((pair) => pair.join(': '));
  await client.ready();
  return {
    fields: (path) => fields(path),
    plain: async () => head('GET /v1/shapes', HOST, await linesOf('/v1/shapes')),
    signed: async () => {
      const own = await linesOf('/transfers', { method: 'POST', body: BODY, signed: true });
      return head('POST /transfers', HOST, [...own, `Content-Length: ${BODY.length}`], BODY);
    },
  };
}
