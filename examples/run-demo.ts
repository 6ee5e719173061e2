import { ConfigurationError, type GuardEvent } from 'attestkit';
import { createVirtualApple, createVirtualGoogle } from 'attestkit-testing';
import { endWithUsage, noSuch, problemOf } from '@attestkit/command-line';
import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { androidStory } from './wallet/android-scenes.js';
import { appCheckStory } from './wallet/app-check-scenes.js';
import { walletApp } from './wallet/app.js';
import { APP_ID, PACKAGE, PROJECT, walletGuard } from './wallet/guard.js';
import { identityStory } from './wallet/identity-scenes.js';
import { playStory } from './wallet/play-scenes.js';
import type { Outcome } from './wallet/scene.js';
import { story } from './wallet/scenes.js';
import { STORES, type OpenStore } from './wallet/stores.js';

const NAMES = Object.keys(STORES).join('|');
const USAGE = `Plays a wallet app on virtual iPhones and Android devices, honest and hostile, against a server with attestkit, and says
what was let in and what was refused, and why: npm run demo -- [--store ${NAMES}] [--json]

  --store  where the server keeps its state. Default memory; redis and postgres are expected on this
           machine, or where REDIS_URL and DATABASE_URL say
  --json   one JSON object in place of the table

The exit status is 0 when every attempt ended as it should.`;

const { store: name, json } = readArguments();
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
const guard = walletGuard({ apple, google, digest: digest.toString('hex'), store, now, note });
const server = walletApp(guard).listen(0, '127.0.0.1');
await once(server, 'listening');

const others = createVirtualApple();
const otherGoogle = createVirtualGoogle();
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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

const rows: { who: string; what: string; status: number; expected: Outcome; reason: string }[] = [];
for (const scene of [
  ...onIPhones,
  ...ofOneInstallation,
  ...onAndroid,
  ...withPlayIntegrity,
  ...withAppCheck,
]) {
  const { who, what, expected } = scene;
  reason = '';
  const { status } = await scene.run();
  rows.push({ who, what, status, expected, reason });
}
server.close();
await close();

const wrong = rows.filter((row) => !isAsItShouldBe(row));
const letIn = rows.filter(({ status }) => status === 200).length;
if (json)
  console.log(
    JSON.stringify({ store: name, letIn, refused: rows.length - letIn, wrong: wrong.length, rows }),
  );
else printTable();
process.exitCode = wrong.length === 0 ? 0 : 1;

function isAsItShouldBe({ status, expected, reason: code }: (typeof rows)[number]): boolean {
  return status === expected.status && code === expected.code;
}

function printTable(): void {
  for (const row of rows) {
    const { who, what, status, expected, reason: code } = row;
    const verdict = status === 200 ? 'let in ' : 'refused';
    const line = `${verdict} ${status}  ${who.padEnd(8)} ${what.padEnd(76)} ${code}`.trimEnd();
    console.log(isAsItShouldBe(row) ? `  ${line}` : `! ${line}, not ${expected.status} ${expected.code}`);
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
    if (!Object.hasOwn(STORES, asked)) endWithUsage(USAGE, noSuch('store', asked, Object.keys(STORES)));
    return { store: asked, json: values.json === true };
  } catch (error) {
    return endWithUsage(USAGE, problemOf(error, ['store', 'json', 'help']));
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
