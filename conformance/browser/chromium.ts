import { execFileSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** It talks to the servers of the tests alone: Chromium's own services stay off. */
const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/** Where Chromium is; undefined if it is not installed. `CHROMIUM` names another one. */
export function chromiumPath(): string | undefined {
  const own = process.env['CHROMIUM'];
  if (own !== undefined && own !== '') return own;
  for (const name of NAMES) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // The next name.
    }
  }
  return undefined;
}

export async function launch(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, args: FLAGS });
}
