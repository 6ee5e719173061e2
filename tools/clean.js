// @ts-check
// Why this exists: a compiled file whose source was renamed or deleted stays in dist and would be published.
// `npm run clean` removes everything the builds wrote, so that the next build starts from the sources alone.
import { rmSync } from 'node:fs';

const BUILT = [
  'packages/attestkit/dist',
  'packages/attestkit/lib',
  'packages/testing/dist',
  'packages/client/dist',
  'packages/gateway/dist',
  'examples/dist',
  'bench/dist',
  'fuzz/dist',
];

for (const path of [...BUILT, 'coverage', '.snippets']) {
  rmSync(path, { recursive: true, force: true });
}
