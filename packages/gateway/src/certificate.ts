import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from './config/load.js';
import type { Certificate } from './servers.js';

/**
 * Reads the files of `traffic.tls`, relative to the configuration.
 *
 * @throws ConfigFileError
 */
export function certificateOf(
  config: Config,
  files: { readonly certificate: string; readonly key: string },
): Certificate {
  const read = (option: 'certificate' | 'key'): Buffer => {
    try {
      return readFileSync(resolve(dirname(config.file), files[option]));
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      const says = `is a file that cannot be read (${code})`;
      return config.fail([
        { path: ['traffic', 'tls', option], says, remedy: 'Give the path of a PEM file.' },
      ]);
    }
  };
  return { cert: read('certificate'), key: read('key') };
}
