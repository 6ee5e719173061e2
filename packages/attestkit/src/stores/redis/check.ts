import { ConfigurationError } from '../../kernel/errors.js';
import { isMistake, storeFailure } from '../failure.js';
import type { RedisCommands } from './clients.js';

const EVICTION = {
  variable: 'maxmemory-policy',
  field: 'maxmemory_policy',
  right: 'noeviction',
  wrong: 'of Redis is not noeviction',
  remedy: 'Set it to noeviction on every node: an evicted challenge could be used again.',
} as const;

const LOST =
  'a restart loses what was written since the last snapshot, or everything: used challenges can be used again, blocked devices are unblocked, and counters begin anew';

const PERSISTENCE = {
  variable: 'appendonly',
  field: 'aof_enabled',
  right: '1',
  wrong: `of Redis is not yes, so that ${LOST}`,
  remedy: "Set it to yes on every node, or give persistence: 'accept-loss' if you accept that.",
} as const;

type Setting = typeof EVICTION | typeof PERSISTENCE;

/**
 * What the server has to be for the promises of the store. A server that cannot be asked is refused.
 *
 * @throws ConfigurationError naming the setting of the server and the remedy
 */
export async function checkServer(
  commands: RedisCommands,
  persistence: 'accept-loss' | undefined,
): Promise<void> {
  await checkSetting(commands, 'memory', EVICTION);
  if (persistence === undefined) await checkSetting(commands, 'persistence', PERSISTENCE);
}

async function checkSetting(
  commands: RedisCommands,
  section: 'memory' | 'persistence',
  { variable, field, right, wrong, remedy }: Setting,
): Promise<void> {
  const line = new RegExp(`^${field}:([\\w-]+)\\r?$`, 'm');
  const values = (await ask(commands, section, variable)).map((info) => line.exec(info)?.[1]);
  if (values.length === 0 || values.includes(undefined)) throw unreadable(section, variable);
  if (values.some((value) => value !== right)) throw new ConfigurationError(variable, wrong, remedy);
}

async function ask(
  commands: RedisCommands,
  section: 'memory' | 'persistence',
  variable: string,
): Promise<readonly string[]> {
  try {
    return await commands.info(section);
  } catch (error) {
    if (!isMistake(error)) throw error;
    throw unreadable(section, variable, storeFailure(error).cause);
  }
}

function unreadable(
  section: 'memory' | 'persistence',
  variable: string,
  cause?: unknown,
): ConfigurationError {
  const accept = section === 'persistence' ? `, or give persistence: 'accept-loss' if ${LOST}` : '';
  const remedy = `Allow the command INFO, or give commands of your own that answer ${
    section === 'persistence' ? 'aof_enabled:1' : 'maxmemory_policy:noeviction'
  }${accept}.`;
  return new ConfigurationError(variable, 'of Redis cannot be read', remedy, { cause });
}
