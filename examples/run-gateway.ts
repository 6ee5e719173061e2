import { endWithUsage } from '@attestkit/command-line';
import { readArguments } from './arguments.js';
import { start } from './start.js';
import { curlLines } from './try-it.js';

const USAGE = `Starts the gateway before the Shapes API: npm start

It listens on 127.0.0.1, port 8002 or HTTP_PORT; health and metrics on 8003 or ADMIN_PORT. The API is a process of
its own, without protection. It reads examples/.env if that file exists.`;

if (readArguments(USAGE).length > 0) endWithUsage(USAGE, 'It takes no arguments.');

const { startWithPhone } = await import('./gateway/start.js');
let phone: Awaited<ReturnType<typeof startWithPhone>> | undefined;
const address = await start(async () => (phone = await startWithPhone()));
console.log(`The gateway listens on ${address}, before the Shapes API (the page there explains it)

${curlLines('shapes', address)}
# a device: a virtual iPhone has enrolled, and this is its session
curl -i -H 'Authorization: ${phone?.session}' ${address}/v3/device

# health and metrics
curl ${phone?.adminUrl}/readyz
curl ${phone?.adminUrl}/metrics

# all of this is configured in examples/gateway/gateway.yaml
`);
