import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXECUTED } from './inspector/attacks.js';
import { HOSTILE } from './inspector/hostile-evidence.js';
import { openFile, paste, verdictOf } from './inspector/inspector-page.js';
import { useInspector } from './inspector/use-inspector.js';
import { describeInChromium } from './with-chromium.js';

/** Characters that must be shown by their number. */
const RAW = /(?![\n\t\r])[\p{Cc}\p{Cf}\p{Zl}]/u;

/** Everything that a page must not do. */
function watch(page: Page, origin: string): string[] {
  const seen: string[] = [];
  page.on('dialog', (dialog) => {
    seen.push('a dialog');
    void dialog.dismiss();
  });
  page.on('pageerror', ({ message }) => seen.push(`an error: ${message}`));
  page.on('popup', () => seen.push('another window'));
  page.on('framenavigated', (frame) => {
    if (!frame.url().startsWith(origin) && frame.url() !== 'about:blank') seen.push(`moved: ${frame.url()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('blob:')) seen.push(`a request: ${url.slice(0, 200)}`);
  });
  page.on('console', (message) => {
    const isStatus = message
      .text()
      .startsWith('Failed to load resource: the server responded with a status of');
    if (message.type() === 'error' && !isStatus) seen.push(`console: ${message.text()}`);
  });
  return seen;
}

/** Violations of the page's policy, from its first script on. */
async function collectViolations(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const state = globalThis as unknown as { violations: string[] };
    state.violations = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      state.violations.push(`${violatedDirective} ${blockedURI}`),
    );
  });
}

const stateOf = (page: Page) =>
  page.evaluate((name) => {
    const state = globalThis as unknown as { violations?: string[] } & Record<string, unknown>;
    const hostile = document.querySelectorAll(
      'main img, main script, main iframe, main base, main link, main a[href^="javascript"], main [onerror], main [onload]',
    );
    return {
      executed: state[name],
      violations: state.violations ?? [],
      elements: [...hostile].map(({ outerHTML }) => outerHTML.slice(0, 100)),
      wider: document.documentElement.scrollWidth - innerWidth,
      text: document.querySelector('main')?.innerText ?? '',
    };
  }, EXECUTED);

async function expectSafe(page: Page, seen: readonly string[], what: string): Promise<string> {
  const { executed, violations, elements, wider, text } = await stateOf(page);
  expect({ what, seen, executed, violations, elements, raw: RAW.exec(text)?.[0] }).toEqual({
    what,
    seen: [],
    executed: undefined,
    violations: [],
    elements: [],
    raw: undefined,
  });
  expect([what, Math.max(0, wider)]).toEqual([what, 0]);
  return text;
}

describeInChromium('hostile evidence', (newContext) => {
  const inspector = useInspector();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attestkit-hostile-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function open(width: number): Promise<{ page: Page; seen: string[] }> {
    const context = await newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await collectViolations(page);
    await page.setViewportSize({ width, height: 900 });
    const seen = watch(page, inspector.url());
    await page.goto(`${inspector.url()}/inspect`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return { page, seen };
  }

  it.each([375, 1280])(
    'does nothing and stays in its place at %i px',
    async (width) => {
      const { page, seen } = await open(width);
      let escaped = 0;
      let reports = 0;
      for (const [what, make] of Object.entries(HOSTILE)) {
        await paste(page, make());
        const text = await expectSafe(page, seen, what);
        if (text.includes('\\u{202e}')) escaped += 1;
        if (/: (fails|passes)$/.test((await verdictOf(page).textContent()) ?? '')) reports += 1;
        for (const details of await page.locator('details').all())
          await details.evaluate((element) => element.setAttribute('open', ''));
        await expectSafe(page, seen, `${what}, all opened`);
      }
      // It did come to the page.
      expect(escaped).toBeGreaterThan(10);
      expect(reports).toBeGreaterThan(12);
    },
    180_000,
  );

  it('does nothing in a saved report', async () => {
    const { page, seen } = await open(1280);
    const scripted = await (await newContext()).newPage();
    await collectViolations(scripted);
    const seenOnDisk = watch(scripted, 'file://');
    let saved = 0;
    for (const [what, make] of Object.entries(HOSTILE)) {
      await paste(page, make());
      const button = page.getByRole('button', { name: 'Save HTML' });
      if ((await button.count()) === 0) continue;
      for (const isWhole of [false, true]) {
        await page.getByRole('checkbox', { name: 'Include identifiers and bytes' }).setChecked(isWhole);
        const download = page.waitForEvent('download');
        await button.click();
        const path = join(folder, `${(saved += 1)}.html`);
        await (await download).saveAs(path);
        for (const width of [375, 1280]) {
          await scripted.setViewportSize({ width, height: 900 });
          await scripted.goto(pathToFileURL(path).href);
          await scripted.getByRole('heading', { level: 1 }).waitFor();
          await expectSafe(scripted, seenOnDisk, `${what}, saved ${isWhole ? 'whole' : 'masked'}, ${width}`);
        }
      }
    }
    expect(seen).toEqual([]);
    expect(saved).toBeGreaterThan(24);
  }, 240_000);

  it('does nothing as the name of a file', async () => {
    const { page, seen } = await open(375);
    for (const name of [`<img src=x onerror=${EXECUTED}=1>.cer`, '\u202egnp.cer', `${'W'.repeat(200)}.cer`]) {
      await openFile(page, name, Buffer.of(0x30, 0x80, 0, 0xff));
      await page.getByText('bytes that are not text').waitFor();
      await page.getByText('cannot be read').first().waitFor();
      await expectSafe(page, seen, name);
    }
  });

  it.each([
    [
      'an element with a handler',
      `document.querySelector('main').append(Object.assign(new Image(), { alt: 'x' }))`,
    ],
    ['a text that turns what follows', `document.querySelector('main').append('\\u202egnp')`],
    ['a script that runs', `globalThis.${EXECUTED} = 1`],
    ['a wide box', `document.querySelector('main').append('W'.repeat(5000))`],
    [
      'a link with a script',
      `document.querySelector('main').append(Object.assign(document.createElement('a'), { href: 'javascript:1' }))`,
    ],
    ['a request elsewhere', `fetch('https://evil.example/').catch(() => 0)`],
    ['a dialog', 'alert(1)'],
  ])('would be found out by %s', async (_, does) => {
    const { page, seen } = await open(1280);
    await expectSafe(page, seen, 'nothing');
    await page.evaluate(does);
    await expect(expectSafe(page, seen, 'something')).rejects.toThrow(/something/);
  });
});
