import { randomBytes, X509Certificate } from 'node:crypto';
import { createClient, type ClientRequestInit } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { fakeExpoAppAttest, memoryStorage } from 'attestkit-client/testing';
import { createVirtualApple } from 'attestkit-testing';

const AUDIENCE = 'https://api.example.com';
const APP_ID = 'TEAMID1234.com.example.app';
const apple = createVirtualApple();

/** What a gateway's `devices` say to accept these phones; `${JWT_SECRET}` is in `PHONE_ENV`. */
export const PHONE_DEVICES = {
  evidence: {
    appAttest: {
      appIds: [APP_ID],
      roots: [apple.attestationRoot, apple.receiptRoot].map((root) => new X509Certificate(root).toString()),
    },
  },
  secret: '${JWT_SECRET}',
  audience: AUDIENCE,
};

export const PHONE_ENV = { JWT_SECRET: randomBytes(48).toString('base64') };

/** A phone whose requests are caught on the way, once it has enrolled. */
export interface Phone {
  /** The header lines of a request that it signs. */
  readonly signed: (path: string, init?: ClientRequestInit) => Promise<string[]>;
}

/** @param baseUrl of the gateway's traffic: it enrolls there */
export function phoneAt(baseUrl: string): Phone {
  let caught: string[] = [];
  const client = createClient({
    baseUrl,
    audience: AUDIENCE,
    attester: expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: APP_ID }))),
    storage: memoryStorage(),
    fetch: async (url, init) => {
      if (new URL(String(url)).pathname.startsWith('/device/')) return await fetch(url, init);
      const headers = new Headers(init?.headers as Record<string, string>);
      caught = [...headers].map(([name, value]) => `${name}: ${value}`);
      return new Response('{}');
    },
  });
  return {
    async signed(path, init = {}) {
      await client.fetch(path, { signed: true, ...init });
      return caught;
    },
  };
}
