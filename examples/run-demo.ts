import { ConfigurationError, type DeviceGuard, type GuardEvent } from 'attestkit';
import { createVirtualApple, createVirtualGoogle } from 'attestkit-testing';
import { endWithUsage, noSuch, problemOf } from '@attestkit/command-line';
import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { androidStory } from './wallet/android-scenes.js';
import { appCheckStory } from './wallet/app-check-scenes.js';
import { walletApp } from './wallet/app.js';
import { startBehindGateway } from './wallet/behind-gateway.js';
import { login } from './wallet/client.js';
import { APP_ID, PACKAGE, PROJECT, walletGuard } from './wallet/guard.js';
import { identityStory } from './wallet/identity-scenes.js';
import { playStory } from './wallet/play-scenes.js';
import { story } from './wallet/scenes.js';
import { STORES, type OpenStore } from './wallet/stores.js';
import { createTeller, isAsExpected, type Row } from './wallet/telling.js';

const NAMES = Object.keys(STORES).join('|');
const USAGE = `Plays a wallet app on virtual iPhones and Android devices, honest and hostile, against a server with attestkit, and says
which requests were accepted and refused, and why: npm run demo -- [--store ${NAMES}] [--gateway] [--all] [--json]

  --store  where the server keeps its state. Default memory; redis and postgres are expected on this
           machine, or at REDIS_URL and DATABASE_URL
  --gateway  the wallet has no attestkit in it, and attestkit-gateway stands before it, with wallet/gateway.yaml
  --all    one line for each precise defect, not one for each suite of them
  --json   one JSON object instead of text
  --help   shows this

The exit status is 0 when every attempt ended as it should.`;

const OPTIONS = {
  store: { type: 'string' },
  gateway: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const { store: name, json, all, gateway } = readArguments();
const { store, close } = await open(name);

const skew = { seconds: 0 };
const now = (): number => Date.now() + skew.seconds * 1000;
const apple = createVirtualApple({ now });
const google = createVirtualGoogle({ now });
// Google's own list is never empty, and one that is empty is not used.
google.revoke('c0ffee');
const digest = randomBytes(32);
let reason = '';
const note = (event: GuardEvent): void => {
  if (event.type === 'decision' || event.type === 'endpoint') reason = event.code ?? '';
};
const surroundings = { apple, google, digest: digest.toString('hex'), store, now, note };
// Beside a gateway it is what the operator blocks devices with: both have the same store.
const guard = walletGuard(surroundings);
const server = gateway ? await startBehindGateway(surroundings) : await startWith(guard);
if ('login' in server) login.of = server.login;

const others = createVirtualApple();
const otherGoogle = createVirtualGoogle();
const { address } = server;
const genuine = { packageName: PACKAGE, signingDigests: [digest] };
const otherApp = { ...genuine, packageName: 'com.example.other' };
const passTime = (seconds: number): void => void (skew.seconds += seconds);
const onAndroid = androidStory({
  server: address,
  genuine: () => google.createAndroid(genuine),
  older: () => google.createAndroid({ ...genuine, provisioning: 'factory' }),
  unlocked: () => google.createAndroid({ ...genuine, locked: false, bootState: 'UNVERIFIED' }),
  repackaged: () => google.createAndroid({ ...genuine, signingDigests: [randomBytes(32)] }),
  otherApp: () => google.createAndroid(otherApp),
  counterfeit: () => otherGoogle.createAndroid(genuine),
  revoke: (certificate) => google.revoke(new X509Certificate(certificate).serialNumber),
  passTime,
});
const withPlayIntegrity = playStory({
  server: address,
  wallet: google.playIntegrity(genuine),
  otherApp: google.playIntegrity(otherApp),
  passTime,
});
const withAppCheck = appCheckStory({
  server: address,
  wallet: google.appCheck(PROJECT),
  otherApp: google.appCheck({ ...PROJECT, appId: '1:123456789012:android:0f0f0f0f0f0f' }),
  otherProject: google.appCheck({
    projectNumber: '210987654321',
    projectId: 'other-project',
    appId: '1:210987654321:android:0a1b2c3d4e5f',
  }),
});
const onIPhones = story({
  server: address,
  genuine: () => apple.createIPhone({ appId: APP_ID }),
  otherApp: () => apple.createIPhone({ appId: 'TEAMID1234.com.example.repackaged' }),
  development: () => apple.createIPhone({ appId: APP_ID, environment: 'development' }),
  counterfeit: () => others.createIPhone({ appId: APP_ID }),
  passTime,
});

const ofOneInstallation =
  guard.devices === undefined
    ? []
    : identityStory({
        server: address,
        phone: () => apple.createIPhone({ appId: APP_ID }),
        control: guard.devices,
      });

const scenes = [...onIPhones, ...ofOneInstallation, ...onAndroid, ...withPlayIntegrity, ...withAppCheck];
const teller = createTeller({
  write: json ? () => undefined : console.log,
  hasColors: process.stdout.isTTY && process.stdout.hasColors(),
  all,
});
const rows: Row[] = [];
teller.open(name);
for (const { title, steps } of scenes)
  for (const { run, ...step } of steps) {
    reason = '';
    const { status } = await run();
    const row = { scene: title, ...step, status, reason };
    rows.push(row);
    teller.row(row);
  }
teller.close(rows, name);
await server.close();
await close();

const wrong = rows.filter((row) => !isAsExpected(row)).length;
const accepted = rows.filter(({ status }) => status === 200).length;
if (json)
  console.log(JSON.stringify({ store: name, accepted, refused: rows.length - accepted, wrong, rows }));
process.exitCode = wrong === 0 ? 0 : 1;

async function startWith(own: DeviceGuard): Promise<{ address: string; close: () => unknown }> {
  const listening = walletApp(own).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, close: () => listening.close() };
}

function readArguments(): { store: string; json: boolean; all: boolean; gateway: boolean } {
  try {
    const {
      store: asked = 'memory',
      json: isJson,
      all: isAll,
      gateway: isBehind,
      help,
    } = parseArgs({ options: OPTIONS }).values;
    if (help) endWithUsage(USAGE);
    if (!Object.hasOwn(STORES, asked)) endWithUsage(USAGE, noSuch('store', asked, Object.keys(STORES)));
    return { store: asked, json: isJson, all: isAll, gateway: isBehind };
  } catch (error) {
    return endWithUsage(USAGE, problemOf(error, Object.keys(OPTIONS)));
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
