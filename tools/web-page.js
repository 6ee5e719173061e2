// @ts-check
// Why this exists: the page with App Check takes Firebase's SDK from its own lock file, which is installed on first use.
import { join, resolve } from 'node:path';
import { installOwn } from './own-install.js';

const examples = resolve(import.meta.dirname, '../examples');
installOwn(join(examples, 'web-page'));
await import(join(examples, 'dist/run-web-page.js'));
