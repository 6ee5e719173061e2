import { endWithUsage, noSuch } from '@attestkit/command-line';
import { readArguments } from './arguments.js';
import { start } from './start.js';
import { curlLines } from './try-it.js';

const USAGE = `Starts a Shapes server: npm run shapes -- <server>

  server  original   as it was: v1, open to every client
          protected  the same, and v2, which requires Approov tokens

It listens on 127.0.0.1, port 8002 or HTTP_PORT, and reads examples/.env if that file exists.`;

const [server, ...rest] = readArguments(USAGE);
if (server === undefined) endWithUsage(USAGE, 'Which server?');
if (server !== 'original' && server !== 'protected')
  endWithUsage(USAGE, noSuch('server', server, ['original', 'protected']));
if (rest.length > 0) endWithUsage(USAGE, 'Give one server.');

const address = await start(() => import(`./shapes/${server}.js`));
const lines = curlLines(server === 'original' ? 'shapes-original' : 'shapes', address);
console.log(`The ${server} Shapes server listens on ${address} (the page there explains it)\n\n${lines}`);
