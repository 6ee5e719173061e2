import { endWithUsage, noSuch } from '@attestkit/command-line';
import { readArguments } from './arguments.js';
import { start } from './start.js';
import { curlLines } from './try-it.js';

const FRAMEWORKS = ['express', 'fastify', 'hono', 'koa', 'nest', 'node', 'web'] as const;
const SERVERS = {
  unprotected: 'answers every request',
  'token-check': 'requires a valid Approov token',
  'token-binding-check': 'requires one that is bound to the Authorization header',
} as const;

type Server = keyof typeof SERVERS;

const USAGE = `Starts a hello server: npm run hello -- <framework> <server>

  framework  ${FRAMEWORKS.join(', ')}
  server     ${servers('\n             ')}

It listens on 127.0.0.1, port 8002 or HTTP_PORT, and reads examples/.env if that file exists.`;

const [wantedFramework, wantedServer, ...rest] = readArguments(USAGE);
if (wantedFramework === undefined) endWithUsage(USAGE, 'Which framework?');
const framework = FRAMEWORKS.find((name) => name === wantedFramework);
if (framework === undefined) endWithUsage(USAGE, noSuch('framework', wantedFramework, FRAMEWORKS));
if (wantedServer === undefined) {
  const command = `  npm run hello -- ${framework} `;
  endWithUsage(`${command}${servers(`\n${command}`)}`, `Which ${framework} server?`);
}
const server = (Object.keys(SERVERS) as Server[]).find((name) => name === wantedServer);
if (server === undefined) endWithUsage(USAGE, noSuch('server', wantedServer, Object.keys(SERVERS)));
if (rest.length > 0) endWithUsage(USAGE, 'Give one framework and one server.');

const address = await start(() => import(`./hello/${framework}/${server}.js`));
console.log(`The ${framework} server ${server} listens on ${address}\n\n${curlLines(server, address)}`);

/** Each server and what it does. */
function servers(separator: string): string {
  const names = Object.keys(SERVERS) as Server[];
  return names.map((name) => `${name.padEnd(19)}  ${SERVERS[name]}`).join(separator);
}
