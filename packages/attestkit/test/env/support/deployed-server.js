// @ts-check
// One instance of a deployment: a server whose guard is made of environment variables, on a store that it shares with the
// others. It is plain JavaScript on the built library, as Node 20 runs no TypeScript.
import { createServer } from 'node:http';
import { DatabaseSync } from '@photostructure/sqlite';
import { appAttest } from '../../../dist/app-attest/index.js';
import { deviceEndpoints, protect } from '../../../dist/adapters/node/index.js';
import { guardFromEnv } from '../../../dist/env/index.js';
import { sqliteStore } from '../../../dist/stores/sqlite/index.js';

const [path = '', appId = '', audience = '', ...roots] = process.argv.slice(2);
const guard = guardFromEnv({
  devices: {
    evidence: [appAttest({ appIds: [appId], roots: roots.map((each) => Buffer.from(each, 'base64')) })],
    store: sqliteStore(new DatabaseSync(path)),
    audience,
    limiter: () => true,
  },
  log: () => undefined,
});
const server = createServer(
  deviceEndpoints(
    guard,
    protect(guard, (_req, res) => res.end('{}')),
  ),
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
