import { noSuch } from './did-you-mean.js';
import { endWithUsage, start } from './start.js';
import { curlLines } from './try-it.js';

const FRAMEWORKS = ['express', 'fastify', 'hono', 'koa', 'nest', 'node', 'web'] as const;
const SERVERS = ['unprotected', 'token-check', 'token-binding-check'] as const;

const USAGE = `Starts a hello server: npm run hello -- <framework> <server>

  framework  ${FRAMEWORKS.join(', ')}
  server     unprotected          answers anybody
             token-check          wants a valid Approov token
             token-binding-check  wants one that is bound to the Authorization

It listens on 127.0.0.1, port 8002 or HTTP_PORT, and reads examples/.env where that exists.`;

const [wantedFramework, wantedServer, ...rest] = process.argv.slice(2);
if (process.argv.includes('--help')) endWithUsage(USAGE);
const framework = FRAMEWORKS.find((name) => name === wantedFramework);
const server = SERVERS.find((name) => name === wantedServer);
if (framework === undefined) endWithUsage(USAGE, unknown('framework', wantedFramework, FRAMEWORKS));
if (server === undefined) endWithUsage(USAGE, unknown('server', wantedServer, SERVERS));
if (rest.length > 0) endWithUsage(USAGE, 'Give one framework and one server.');

const address = await start(() => import(`./hello/${framework}/${server}.js`));
console.log(`The ${framework} server ${server} listens on ${address}\n\n${curlLines(server, address)}`);

function unknown(what: string, name: string | undefined, names: readonly string[]): string {
  return name === undefined ? `Which ${what}?` : noSuch(what, name, names);
}
