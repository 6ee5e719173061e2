import { dirname, resolve } from 'node:path';
import { ConfigurationError, type Guard } from 'attestkit';
import { createAdmin, type Admin } from '../admin/admin.js';
import type { Config } from '../config/load.js';
import type { GatewayEvent } from '../events.js';
import { openHistory, type History } from '../history/history.js';

/** What the pages need of a gateway. */
export interface AdminOptions {
  /** The one in use. */
  readonly guard: () => Guard;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly mayMakeToken: boolean;
  readonly now: () => number;
}

/** Beside the configuration. */
const DEFAULT_HISTORY = 'attestkit-history.db';

/**
 * Makes what is behind the admin listener, if there is one.
 *
 * @throws ConfigFileError (rejects with it)
 */
export async function openAdmin(
  config: Config,
  { guard, onEvent, mayMakeToken, now }: AdminOptions,
): Promise<Admin | undefined> {
  const { settings } = config;
  if (settings.admin === undefined) return undefined;
  const history = await historyOf(config, onEvent, now);
  try {
    return createAdmin({
      settings,
      history,
      health: () => guard().health(),
      devices: () => guard().devices,
      onEvent,
      mayMakeToken,
      now,
    });
  } catch (error) {
    history.close();
    if (!(error instanceof ConfigurationError)) throw error;
    const { variable, problem, remedy } = error;
    return config.fail([{ path: ['admin', 'proxy', variable], says: problem, remedy }]);
  }
}

/** A file that cannot be used is said, and the history is in memory. */
async function historyOf(
  { file, settings: { admin } }: Config,
  onEvent: (event: GatewayEvent) => void,
  now: () => number,
): Promise<History> {
  const { history = DEFAULT_HISTORY } = admin ?? {};
  const warn = (says: string): void =>
    onEvent({ type: 'configuration', at: now(), option: 'admin.history', says });
  return await openHistory(history === 'memory' ? undefined : resolve(dirname(file), history), { now, warn });
}
