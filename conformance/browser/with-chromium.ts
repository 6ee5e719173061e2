import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { assertOptional } from '../runtimes/commands.js';
import { chromiumPath, launch } from './chromium.js';

/** Opens a profile without anything stored, which is closed after the test. */
export type NewContext = () => Promise<BrowserContext>;

/** Tests in Chromium. Says aloud that there is none; that is a failure in continuous integration. */
export function describeInChromium(name: string, define: (newContext: NewContext) => void): void {
  describe(name, () => {
    const path = chromiumPath();
    if (path === undefined) {
      assertOptional('Chromium');
      it.skip('runs in a browser (Chromium is not available)', () => undefined);
      return;
    }
    let browser: Browser | undefined;
    const contexts: BrowserContext[] = [];
    beforeAll(async () => {
      browser = await launch(path);
      process.stdout.write(`conformance: Chromium ${browser.version()}\n`);
    });
    afterEach(async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
    });
    afterAll(() => browser?.close());
    define(async () => {
      if (browser === undefined) throw new Error('Chromium has not started');
      const context = await browser.newContext();
      contexts.push(context);
      return context;
    });
  });
}
