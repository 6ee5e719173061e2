import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What a process is like at one moment. */
export interface ProcessFacts {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly startedSeconds: number;
  /** Seconds. */
  readonly lag: Readonly<Record<'p50' | 'p99' | 'max', number>>;
}

/** Milliseconds between two looks at the event loop; it is never later than it should be by less than one of them. */
const RESOLUTION_MS = 20;
const WINDOW_MS = 60_000;

/** Watches this process from now on. */
export class ProcessWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #since = performance.now();

  constructor() {
    this.#delay.enable();
  }

  /** Several that scrape see the same minute. */
  read(): ProcessFacts {
    const { user, system } = process.cpuUsage();
    const facts: ProcessFacts = {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      startedSeconds: performance.timeOrigin / 1000,
      lag: {
        p50: this.#late(this.#delay.percentile(50)),
        p99: this.#late(this.#delay.percentile(99)),
        max: this.#late(this.#delay.max),
      },
    };
    if (performance.now() - this.#since > WINDOW_MS) {
      this.#delay.reset();
      this.#since = performance.now();
    }
    return facts;
  }

  close(): void {
    this.#delay.disable();
  }

  #late(nanoseconds: number): number {
    return this.#delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
  }
}

/** Of this package. */
export function packageVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
