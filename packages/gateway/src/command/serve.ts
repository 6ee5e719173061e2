import { ConfigurationError } from 'attestkit';
import { startGateway } from '../gateway.js';
import { createLog } from '../log/log.js';
import { UsageError, type Arguments, type Options } from './arguments.js';
import { followFile } from './follow.js';
import { readConfig } from './read-config.js';
import type { Terminal } from './terminal.js';

export const SERVE: Options = { config: { type: 'string' } };

/** `attestkit-gateway --config FILE`: listens until it is asked to stop, and follows its file. */
export async function serve(given: Arguments, terminal: Terminal): Promise<number> {
  const file = given.text('config');
  const [beside] = given.positionals;
  if (file === undefined)
    throw new UsageError('it needs --config FILE; attestkit-gateway init writes a first one');
  if (beside !== undefined) throw new UsageError(`there is ${beside} beside --config FILE`);
  const config = readConfig(file, terminal);
  const output = terminal.log?.() ?? { isTerminal: false, write: terminal.out };
  const log = await started(() => createLog(output, terminal.env));
  log.follow(config.settings);
  const gateway = await started(() => startGateway(config, { onEvent: log.hear }));
  const unfollow = followFile(file, () => {
    try {
      let next = config;
      gateway.reload(() => (next = readConfig(file, terminal)));
      log.follow(next.settings);
    } catch {
      // Its event says why; what ran before goes on.
    }
  });
  await terminal.stopped();
  unfollow();
  await gateway.close();
  return 0;
}

/** What the system refuses is the operator's to mend: an address in use, a port that needs rights. */
async function started<T>(start: () => T | Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.message, { cause: error });
    const { syscall, code, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined || code === undefined) throw error;
    throw new UsageError(`it cannot start: ${message}`, { cause: error });
  }
}
