import { writeFileSync } from 'node:fs';
import { positionalsOf, UsageError, type Arguments, type Options } from './arguments.js';
import { EXAMPLE } from './example.js';
import type { Terminal } from './terminal.js';

export const INIT: Options = {};

const DEFAULT_FILE = 'gateway.yaml';

/** `attestkit-gateway init [FILE]`: writes a first configuration, and never over an existing file. */
export function init(given: Arguments, { out }: Terminal): number {
  const [file = DEFAULT_FILE] = positionalsOf(given, 'one FILE', 0, 1);
  try {
    writeFileSync(file, EXAMPLE, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const says = code === 'EEXIST' ? 'exists already' : `cannot be written (${code})`;
    throw new UsageError(`${file} ${says}`, { cause: error });
  }
  out(`${file} is written. Next:
  export APPROOV_BASE64_SECRET="$(approov secret -get base64)"
  attestkit-gateway check-config ${file}
  attestkit-gateway --config ${file}
`);
  return 0;
}
