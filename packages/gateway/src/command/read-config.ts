import { readFileSync } from 'node:fs';
import { loadConfig, type Config } from '../config/load.js';
import { UsageError } from './arguments.js';
import type { Terminal } from './terminal.js';

/** @throws ConfigFileError with each mistake; UsageError if the file cannot be read */
export function readConfig(file: string, { env }: Terminal): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file} cannot be read (${code})`, { cause: error });
  }
  return loadConfig(file, text, env);
}
