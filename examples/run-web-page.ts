import { endWithUsage } from '@attestkit/command-line';
import { readArguments } from './arguments.js';
import { startWebPage } from './web-page/server/start.js';

const USAGE = `Starts a page with App Check, its API and a stand-in for Google: npm run web-page

It listens on 127.0.0.1, on HTTP_PORT or 8002 for the page, and on the next two ports for the API and the stand-in.`;

if (readArguments(USAGE).length > 0) endWithUsage(USAGE, 'It does not take arguments.');
const first = Number(process.env['HTTP_PORT'] ?? 8002);
if (!Number.isInteger(first) || first < 1 || first > 65_533) endWithUsage(USAGE, 'HTTP_PORT is not a port.');
try {
  const { page, api } = await startWebPage([first, first + 1, first + 2]);
  console.log(`The page is at ${page}/, its API at ${api}`);
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  console.error(`${(error as Error).message}: set HTTP_PORT to another port`);
  process.exit(1);
}
