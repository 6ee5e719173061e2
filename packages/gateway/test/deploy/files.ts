import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { afterAll } from 'vitest';
import { loadConfig, type Config } from '../../src/config/load.js';
import { liveOf } from '../../src/live.js';
import { memoryStore } from 'attestkit/stores/memory';

/** The folder of the files. */
export const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

export function textOf(file: string): string {
  return readFileSync(join(DEPLOY, file), 'utf8');
}

/** The documents of a file. A mistake in it is an error. */
export function documentsOf<T>(file: string): readonly T[] {
  return parseAllDocuments(textOf(file), { merge: true }).map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    return document.toJS() as T;
  });
}

/** The only document of a file. */
export function documentOf<T>(file: string): T {
  const [document, ...more] = documentsOf<T>(file);
  if (document === undefined || more.length > 0) throw new Error(`${file} has ${more.length + 1} documents`);
  return document;
}

/** Names of the files in `/run/secrets` that a configuration needs. */
export function secretsIn(file: string): readonly string[] {
  return [...textOf(file).matchAll(/\$\{file:\/run\/secrets\/([^}]+)\}/g)].map(([, name]) => name ?? '');
}

const folder = mkdtempSync(join(tmpdir(), 'attestkit-deploy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a gateway makes of a configuration, whose secrets are there. @throws ConfigFileError */
export function composed(file: string, secrets: Readonly<Record<string, string>> = {}): Config {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  for (const name of secretsIn(file))
    writeFileSync(
      join(folder, name),
      secrets[name] ??
        (name.endsWith('.pem')
          ? (key.export({ type: 'pkcs8', format: 'pem' }) as string)
          : randomBytes(48).toString('base64')),
    );
  const config = loadConfig(file, textOf(file).replaceAll('/run/secrets', folder), {});
  liveOf(config, { store: memoryStore(), onEvent: () => undefined });
  return config;
}
