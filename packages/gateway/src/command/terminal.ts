import type { LogOutput } from '../log/output.js';

/** What a command reads from and writes to. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Where the log of a gateway goes. Default: `out`, as JSON. */
  readonly log?: () => LogOutput;
  /** Resolves when the process is asked to stop. */
  readonly stopped: () => Promise<unknown>;
}
