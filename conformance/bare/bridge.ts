import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { VirtualApple } from 'attestkit-testing';
import { fakeExpoAppAttest, fakeExpoKeyAttestation } from 'attestkit-client/testing';
import { APP_ID, FIREBASE, google, PACKAGE, SIGNER } from '../devices/authorities.js';
import type { Running } from '../servers/server-spec.js';
import { listen } from '../targets/listen.js';
import type { Phone } from './outcome.js';

type Call = (...args: never[]) => unknown;

/** The platform's side of the bridges of a phone, by the names of their functions. */
function platformOf(phone: Phone, apple: VirtualApple, now: () => number): Readonly<Record<string, Call>> {
  if (phone === 'iPhone') {
    const { generateKeyAsync, attestKeyAsync, generateAssertionAsync } = fakeExpoAppAttest(
      apple.createIPhone({ appId: APP_ID, now }),
    );
    return { generateKeyAsync, attestKeyAsync, generateAssertionAsync };
  }
  if (phone === 'Android') {
    const device = google.createAndroid({ packageName: PACKAGE, signingDigests: [SIGNER], now });
    const { integrity, keystore } = fakeExpoKeyAttestation(device);
    const { generateHardwareAttestedKeyAsync, getAttestationCertificateChainAsync } = integrity;
    return { generateHardwareAttestedKeyAsync, getAttestationCertificateChainAsync, ...keystore };
  }
  const appCheck = google.appCheck(FIREBASE);
  return { getToken: () => ({ token: appCheck.token() }) };
}

/**
 * Plays the platform in a process of its own, as the system of a phone is one: `POST /generateKeyAsync`, with the arguments as
 * JSON. Pages of every origin may call it.
 */
export function serveBridge(phone: Phone, apple: VirtualApple, now: () => number): Promise<Running> {
  const platform = platformOf(phone, apple, now);
  const headers = { 'access-control-allow-origin': '*' };
  const answer = async (request: Request): Promise<Response> => {
    const call = platform[new URL(request.url).pathname.slice(1)];
    if (call === undefined) return new Response(null, { status: 404, headers });
    const value = await call(...((await request.json()) as never[]));
    return Response.json(value ?? null, { headers });
  };
  return listen(createAdaptorServer({ fetch: answer }) as Server);
}
