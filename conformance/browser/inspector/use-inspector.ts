import { afterEach, beforeEach } from 'vitest';
import { startInspector, type RunningInspector } from './start-inspector.js';

/** Runs an inspector for each test: it takes only some pieces of evidence at once. */
export function useInspector(): { readonly url: () => string } {
  let running: RunningInspector | undefined;
  beforeEach(async () => {
    running = await startInspector();
  });
  afterEach(() => running?.close());
  return {
    url() {
      if (running === undefined) throw new Error('the inspector has not started');
      return running.url;
    },
  };
}
