import { endWithUsage } from '@attestkit/command-line';
import { setTimeout as sleep } from 'node:timers/promises';
import { readArguments } from './arguments.js';
import { start } from './start.js';
import { curlLines } from './try-it.js';

const USAGE = `Starts the gateway before the Shapes API: npm start

It listens on 127.0.0.1, port 8002 or HTTP_PORT; dashboard, health and metrics on 8003 or ADMIN_PORT. The API is a process of
its own, without protection. It reads examples/.env if that file exists.`;

/** Virtual phones that keep asking. */
const PHONES = 12;
const ROUND_MS = 5000;

if (readArguments(USAGE).length > 0) endWithUsage(USAGE, 'It takes no arguments.');

const { startWithFleet } = await import('./gateway/start.js');
let started: Awaited<ReturnType<typeof startWithFleet>> | undefined;
const address = await start(async () => (started = await startWithFleet(PHONES)));
console.log(`The gateway listens on ${address}, before the Shapes API (the page there explains it)

${curlLines('shapes', address)}
# a device: a virtual iPhone has enrolled, and this is its session
curl -i -H 'Authorization: ${started?.session}' ${address}/v3/device

# health and metrics
curl ${started?.adminUrl}/readyz
curl ${started?.adminUrl}/metrics

# what happens, in a browser: ${PHONES} virtual phones and some strangers keep asking
${started?.adminUrl}/         sign in with ${started?.adminToken}
${started?.adminUrl}/rollout  whether /v4 can be enforced
${started?.adminUrl}/inspect  every check of a token or an attestation that you paste

# all of this is configured in examples/gateway/gateway.yaml
`);

for (;;) {
  await started?.fleet.round().catch((error: unknown) => console.error(String(error)));
  await sleep(ROUND_MS);
}
