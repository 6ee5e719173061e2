import { pino } from 'pino';
import { logLinesFromEnv } from 'attestkit/env';
import type { Settings } from '../config/schema.js';
import type { GatewayEvent } from '../events.js';
import { entryOf } from './entry.js';
import { levelOf } from './level.js';
import type { LogOutput } from './output.js';
import { prettyLines } from './pretty.js';

/** What writes events down. */
export interface Log {
  /** What `startGateway` takes as `onEvent`. */
  readonly hear: (event: GatewayEvent) => void;
  /** Takes the level of a configuration, and whether it has Approov tokens. */
  readonly follow: (settings: Pick<Settings, 'log' | 'evidence'>) => void;
}

/**
 * Makes a log: JSON, one line for each event; columns on a terminal, in color unless `NO_COLOR` is set. With Approov tokens it has the lines
 * too that existing deployments search for, unless `APPROOV_LOGGING_ENABLED=false`.
 *
 * @throws ConfigurationError if `APPROOV_LOGGING_ENABLED` is neither `true` nor `false`
 */
export function createLog(output: LogOutput, env: NodeJS.ProcessEnv = process.env): Log {
  const approovLines = logLinesFromEnv(env);
  const pretty = output.isTerminal ? prettyLines((env['NO_COLOR'] ?? '') === '') : undefined;
  // The events have their own time, and a container its own name.
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => void output.write(line) },
  );
  let hasApproov = false;
  return {
    hear(event) {
      const level = levelOf(event);
      if (!logger.isLevelEnabled(level)) return;
      const entry = entryOf(event);
      const isAnswer = event.type === 'decision' || event.type === 'endpoint';
      const lines = hasApproov && isAnswer ? (approovLines?.(event) ?? []) : [];
      if (pretty !== undefined) {
        // The reason of a refusal is in the line above.
        const others = lines.filter(
          (line) => entry.code === undefined || !line.startsWith(`${entry.code}: `),
        );
        output.write(pretty(event.at, level, entry, others));
        return;
      }
      const time = new Date(event.at).toISOString();
      const { fields, says } = entry;
      logger[level]({ time, type: event.type, ...fields, lines: lines.length > 0 ? lines : undefined }, says);
    },
    follow({ log, evidence }) {
      logger.level = log?.level ?? 'info';
      hasApproov = evidence?.['approov'] !== undefined;
    },
  };
}
