import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { startWithFleet, type Started } from '@attestkit/examples/gateway';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The gateway of `npm start`, with its fleet. */
export interface Pages extends Started {
  /** Of the API. */
  readonly url: string;
}

/** Starts it in a folder of its own, which is gone afterwards. */
export async function startPages(phones: number, now?: () => number): Promise<Pages> {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-pages-'));
  const port = await freePort();
  const env = {
    HTTP_PORT: String(port),
    ADMIN_PORT: '0',
    STATE: folder,
    APPROOV_BASE64_SECRET: randomBytes(48).toString('base64'),
    APPROOV_LOGGING_ENABLED: 'false',
  };
  const started = await startWithFleet(phones, env, now);
  return {
    ...started,
    url: `http://127.0.0.1:${port}`,
    async close() {
      await started.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a page must never do: these are told in the test that sees them. */
export function watched(page: Page): string[] {
  const seen: string[] = [];
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // The sign-in begins with a 401, which Chromium tells of.
    if (message.type() === 'error' && !message.text().includes('401'))
      seen.push(`console: ${message.text()}`);
  });
  return seen;
}

/** A page of somebody who has signed in. */
export async function signedIn(
  context: BrowserContext,
  { adminUrl, adminToken }: Started,
  path = '/',
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(adminUrl + path);
  await page.getByLabel('Token').fill(adminToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

/** The number of each outcome on the overview. */
export async function totalsOf(page: Page): Promise<Record<string, number>> {
  const entries = await page
    .locator('[data-outcome]')
    .evaluateAll((all) => all.map((each) => [each.getAttribute('data-outcome'), each.textContent]));
  expect(entries).toHaveLength(4);
  return Object.fromEntries(
    entries.map(([name, text]) => [String(name), Number(String(text).replaceAll(/[^0-9]/g, ''))]),
  );
}
