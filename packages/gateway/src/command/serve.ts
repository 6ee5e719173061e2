import { startGateway } from '../gateway.js';
import { createLog } from '../log/log.js';
import { UsageError, type Arguments, type Options } from './arguments.js';
import { followFile } from './follow.js';
import { readConfig } from './read-config.js';
import { started } from './started.js';
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
  const gateway = await started(() =>
    startGateway(config, {
      onEvent: log.hear,
      // Whatever the level of the log is: it is said once.
      onFirstToken: ({ url, token }) =>
        terminal.err(`admin: sign in at ${url} with this token, which is not shown again: ${token}\n`),
    }),
  );
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
