import { ConfigurationError, createGuard, type EndpointEvent, type DecisionEvent } from 'attestkit';
import { appAttest } from 'attestkit/app-attest';
import { storedRevocations } from 'attestkit/android-revocations';
import { keyAttestation } from 'attestkit/key-attestation';
import { assertion, session } from 'attestkit/sessions';
import { createVirtualApple, createVirtualGoogle } from 'attestkit/testing';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { endWithUsage } from './start.js';
import { walletApp } from './wallet/app.js';
import { androidStory } from './wallet/android-scenes.js';
import { AUDIENCE } from './wallet/scene.js';
import { story } from './wallet/scenes.js';
import { STORES, type OpenStore } from './wallet/stores.js';

const NAMES = Object.keys(STORES).join('|');
const USAGE = `Plays a wallet app on virtual iPhones and Android devices, honest and hostile, against a server with attestkit, and says
what was let in and what was refused, and why: npm run demo -- [--store ${NAMES}] [--json]

  --store  where the server keeps its state. Default memory; redis and postgres are expected on this
           machine, or where REDIS_URL and DATABASE_URL say
  --json   one JSON object in place of the table

The exit status is 0 when every attempt ended as it should.`;

const APP_ID = 'TEAMID1234.com.example.wallet';
const PACKAGE = 'com.example.wallet';

const { store: name, json } = readArguments();
const { store, close } = await open(name);

const skew = { seconds: 0 };
const now = (): number => Date.now() + skew.seconds * 1000;
const apple = createVirtualApple({ now });
const google = createVirtualGoogle({ now });
const digest = randomBytes(32);
let reason = '';
const noteReason = ({ refused }: EndpointEvent | DecisionEvent): void => void (reason = refused?.code ?? '');
const guard = createGuard({
  evidence: [session(), assertion()],
  accept: ['session'],
  enrolment: [
    appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] }),
    keyAttestation({
      apps: [{ packageName: PACKAGE, certificateSha256Digests: [digest.toString('hex')] }],
      revocations: revocations(),
      roots: google.keyAttestationRoots,
    }),
  ],
  secret: randomBytes(48).toString('base64url'),
  store,
  sessions: { audience: AUDIENCE, revocation: 'immediate' },
  // All the phones are on one address.
  limiter: () => true,
  now,
  onEvent: noteReason,
  onDecision: noteReason,
});
const server = walletApp(guard).listen(0, '127.0.0.1');
await once(server, 'listening');

const others = createVirtualApple();
const otherGoogle = createVirtualGoogle();
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const genuine = { packageName: PACKAGE, signingDigests: [digest] };
const onAndroid = androidStory({
  server: address,
  genuine: () => google.createAndroid(genuine),
  unlocked: () => google.createAndroid({ ...genuine, locked: false, bootState: 'UNVERIFIED' }),
  repackaged: () => google.createAndroid({ ...genuine, signingDigests: [randomBytes(32)] }),
  otherApp: () => google.createAndroid({ ...genuine, packageName: 'com.example.other' }),
  counterfeit: () => otherGoogle.createAndroid(genuine),
});
const onIPhones = story({
  server: address,
  genuine: () => apple.createIPhone({ appId: APP_ID }),
  otherApp: () => apple.createIPhone({ appId: 'TEAMID1234.com.example.repackaged' }),
  development: () => apple.createIPhone({ appId: APP_ID, environment: 'development' }),
  counterfeit: () => others.createIPhone({ appId: APP_ID }),
  revokeDevice: async (deviceId) => guard.sessions?.revokeDevice(deviceId),
  passTime: (seconds) => void (skew.seconds += seconds),
});

const rows: { who: string; what: string; status: number; expected: number; reason: string }[] = [];
for (const { who, what, expected, run } of [...onIPhones, ...onAndroid]) {
  reason = '';
  const { status } = await run();
  rows.push({ who, what, status, expected, reason });
}
server.close();
await close();

const wrong = rows.filter(({ status, expected }) => status !== expected);
const letIn = rows.filter(({ status }) => status === 200).length;
if (json)
  console.log(
    JSON.stringify({ store: name, letIn, refused: rows.length - letIn, wrong: wrong.length, rows }),
  );
else printTable();
process.exitCode = wrong.length === 0 ? 0 : 1;

/** The list of a moment ago, whatever the clock says. */
function revocations(): ReturnType<typeof storedRevocations> {
  const document: unknown = JSON.parse(google.revocationList());
  return storedRevocations(document, { fetchedAt: new Date(now()), maxStaleSeconds: 86_400 });
}

function printTable(): void {
  for (const { who, what, status, expected, reason: code } of rows) {
    const verdict = status === 200 ? 'let in ' : 'refused';
    const mark = status === expected ? ' ' : '!';
    console.log(`${mark} ${verdict} ${status}  ${who.padEnd(8)} ${what.padEnd(76)} ${code}`.trimEnd());
  }
  console.log(
    `\nstore ${name}: ${letIn} let in, ${rows.length - letIn} refused, ${wrong.length} not as they should be`,
  );
}

function readArguments(): { store: string; json: boolean } {
  try {
    const options = {
      store: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    } as const;
    const { values } = parseArgs({ options });
    if (values.help === true) endWithUsage(USAGE);
    const { store: asked = 'memory' } = values;
    if (!Object.hasOwn(STORES, asked)) endWithUsage(USAGE, `There is no store ${asked}.`);
    return { store: asked, json: values.json === true };
  } catch (error) {
    return endWithUsage(USAGE, (error as Error).message.split('\n')[0]);
  }
}

async function open(wanted: string): Promise<OpenStore> {
  try {
    return await (STORES[wanted] as () => Promise<OpenStore>)();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
