import { randomUUID } from 'node:crypto';
import { createClient, type Client } from 'attestkit-client';
import { expoAppAttest, expoKeyAttestation } from 'attestkit-client/expo';
import { fakeExpoAppAttest, fakeExpoKeyAttestation, memoryStorage } from 'attestkit-client/testing';
import { signApproovToken } from 'attestkit/approov';
import type { createVirtualApple, createVirtualGoogle } from 'attestkit-testing';

/** The Android app of the fleet, as the gateway's configuration names it. */
export const ANDROID_APP = { packageName: 'com.example.app', signingDigest: 'ab'.repeat(32) };
/** The ids of its requests begin with it, so that a log can leave them out. */
export const FLEET_REQUESTS = 'fleet-';

const APPLE_APP = 'TEAMID1234.com.example.app';

/** Requests of the fleet, those for device endpoints included, by the outcome that the gateway must give them. */
export type Sent = Record<'accepted' | 'reported' | 'refused' | 'open', number>;

/** The server of the fleet, and the makers of its phones. */
export interface FleetOptions {
  /** The gateway's: `http://127.0.0.1:8002`. */
  readonly url: string;
  readonly apple: ReturnType<typeof createVirtualApple>;
  readonly google: ReturnType<typeof createVirtualGoogle>;
  /** Of Approov tokens, base64. */
  readonly secretBase64: string;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number;
  /** How many phones enroll; half of them are iPhones. */
  readonly phones: number;
}

/** Phones, and those that only pretend: what a gateway sees in a day. */
export interface Fleet {
  /** Each of them sends what it does now and then. */
  round(): Promise<void>;
  /** What was sent so far. */
  readonly sent: Readonly<Sent>;
  readonly phones: readonly Client[];
}

/** A request without a phone behind it, and what has to become of it. */
interface Pretended {
  readonly outcome: keyof Sent;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A session that another server signed. */
const FORGED = [{ alg: 'HS256', typ: 'attested-session+jwt', kid: 'AAAAAA' }, { exp: 4_000_000_000 }, 'AAAA']
  .map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'))
  .join('.');

/** Enrolls the phones. */
export async function createFleet(options: FleetOptions): Promise<Fleet> {
  const sent: Sent = { accepted: 0, reported: 0, refused: 0, open: 0 };
  const phones = Array.from({ length: options.phones }, (_, index) => phoneOf(options, index, sent));
  for (const phone of phones) await answered(phone, '/v3/device');
  const send = async ({ path, headers, outcome }: Pretended, index: number): Promise<void> => {
    const from = `198.51.100.${index + 1}`;
    const { status } = await fetch(options.url + path, { headers: { ...headers, ...fromProxy(from) } });
    if (status < 400 !== (outcome !== 'refused')) throw new Error(`${path} was answered by ${status}`);
    sent[outcome] += 1;
  };
  return {
    sent,
    phones,
    async round() {
      for (const phone of phones) {
        await answered(phone, '/v3/device');
        await answered(phone, '/v4/shapes');
      }
      for (const [index, each] of pretended(options).entries()) await send(each, index);
    },
  };
}

/** The app on a phone, which sends what its maker made of it: versions differ. */
function phoneOf({ url, apple, google, now = Date.now }: FleetOptions, index: number, sent: Sent): Client {
  const isApple = index % 2 === 0;
  const version = index % 3 === 0 ? '3.1' : '3.2';
  const iPhone = () =>
    expoAppAttest(fakeExpoAppAttest(apple.createIPhone({ appId: APPLE_APP, bundleVersion: version })));
  const android = () => {
    const { packageName, signingDigest } = ANDROID_APP;
    const versionCode = Number(version.replace('.', ''));
    const device = google.createAndroid({ packageName, signingDigests: [signingDigest], versionCode });
    const { integrity, keystore } = fakeExpoKeyAttestation(device);
    return expoKeyAttestation(integrity, keystore);
  };
  return createClient({
    baseUrl: url,
    audience: url,
    attester: isApple ? iPhone() : android(),
    storage: memoryStorage(),
    clock: { wall: now, monotonic: now },
    fetch: async (to, init) => {
      const headers = new Headers(init.headers);
      headers.set('user-agent', `Wallet/${version} (${isApple ? 'iOS 27.0' : 'Android 16'})`);
      for (const [name, value] of Object.entries(fromProxy(`203.0.113.${(index % 250) + 1}`)))
        headers.set(name, value);
      const response = await fetch(to, { ...init, headers });
      sent[response.ok ? 'accepted' : 'refused'] += 1;
      return response;
    },
  });
}

/** As a load balancer before the gateway says for whom it asks. */
function fromProxy(address: string): Readonly<Record<string, string>> {
  return { 'x-forwarded-for': address, 'x-request-id': FLEET_REQUESTS + randomUUID() };
}

async function answered(phone: Client, path: string): Promise<void> {
  const { ok, status } = await phone.fetch(path);
  if (!ok) throw new Error(`a phone was answered by ${status} at ${path}`);
}

const agent = (value: string): Pretended['headers'] => ({ 'user-agent': value });

function pretended({ secretBase64, now = Date.now }: FleetOptions): readonly Pretended[] {
  const token = (expiresInSeconds: number): string =>
    signApproovToken({}, { secretBase64, expiresInSeconds, now: now() });
  return [
    // On the route in report mode: a build that lost its session, an old one, a script, and a made-up session.
    { outcome: 'reported', path: '/v4/shapes', headers: agent('Wallet/3.1 (iOS 27.0)') },
    { outcome: 'reported', path: '/v4/shapes', headers: agent('Wallet/2.9 (Android 14)') },
    { outcome: 'reported', path: '/v4/shapes', headers: agent('Wallet/2.8 (iOS 18.1)') },
    { outcome: 'reported', path: '/v4/shapes', headers: agent('curl/8.5.0') },
    {
      outcome: 'reported',
      path: '/v4/shapes',
      headers: { ...agent('python-requests/2'), authorization: `Bearer ${FORGED}` },
    },
    // On routes that refuse.
    { outcome: 'refused', path: '/v3/device', headers: agent('curl/8.5.0') },
    { outcome: 'refused', path: '/v3/device', headers: { authorization: 'Bearer not-a-session' } },
    { outcome: 'refused', path: '/v2/shapes', headers: { 'approov-token': token(-3600) } },
    { outcome: 'accepted', path: '/v2/shapes', headers: { 'approov-token': token(3600) } },
    { outcome: 'open', path: '/v1/hello', headers: agent('Wallet/3.2 (iOS 27.0)') },
  ];
}
