import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { overflow, violations } from '../axe.js';
import { describeInChromium } from '../with-chromium.js';
import { approovFile, chainFile } from './catalog/index.js';
import { openInspector, paste, verdictOf } from './inspector-page.js';
import { useInspector } from './use-inspector.js';

/** What has the focus: its role or element, and its name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    const name =
      element?.getAttribute('aria-label') ??
      (element instanceof HTMLInputElement || element instanceof HTMLSelectElement
        ? element.labels?.[0]?.textContent
        : element?.textContent);
    return `${element?.getAttribute('role') ?? element?.localName} ${name?.trim().slice(0, 40)}`;
  });

/** Presses the key until the focus is there; fails after a hundred. */
async function tabTo(page: Page, wanted: RegExp, key = 'Tab'): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let count = 0; count < 100; count++) {
    await page.keyboard.press(key);
    seen.push(await focused(page));
    if (wanted.test(seen.at(-1) ?? '')) return seen;
  }
  throw new Error(`the focus does not come to ${wanted}: ${seen.join(', ')}`);
}

const PAGES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  empty: async () => undefined,
  failed: (page) => paste(page, JSON.stringify(approovFile('expired'))),
  passed: (page) => paste(page, JSON.stringify(chainFile())),
  unreadable: (page) => paste(page, 'neither a token nor a chain'),
  errors: async (page) => {
    await page.goto(page.url().replace('/inspect', '/errors'));
    await page.getByRole('article').first().waitFor();
  },
};

describeInChromium('access to the inspector', (newContext) => {
  const inspector = useInspector();

  async function openAt(width: number, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await openInspector(await newContext(), inspector.url());
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: scheme });
    return page;
  }

  it.each(
    Object.keys(PAGES).flatMap((name) =>
      // Colors are of the scheme, layout is of the width.
      (
        [
          ['light', 1280],
          ['dark', 375],
        ] as const
      ).map(([scheme, width]) => [name, scheme, width] as const),
    ),
  )(
    'has no violations on the page that is %s, in %s, at %i px',
    async (name, scheme, width) => {
      const page = await openAt(width, scheme);
      await PAGES[name]?.(page);
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    },
    120_000,
  );

  it('would be found to have violations', async () => {
    const page = await openAt(1280);
    await page.evaluate(() => {
      document.querySelector('label[for=kind]')?.remove();
      document.body.append(document.createElement('button'));
    });
    expect((await violations(page)).map((each) => each.replace(/:.*/, ''))).toEqual(
      expect.arrayContaining(['select-name', 'button-name']),
    );
  });

  it.each(Object.keys(PAGES))(
    'scrolls in one direction at twice the size on the page that is %s',
    async (name) => {
      const page = await openAt(640);
      await PAGES[name]?.(page);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 320, height: 400 });
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    },
  );

  it('needs the keyboard alone', async () => {
    const page = await openAt(1280);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('a Skip to the content');
    await tabTo(page, /^textarea/);
    await page.keyboard.insertText(JSON.stringify(chainFile()));
    const between = await tabTo(page, /^button Inspect$/);
    // The kind stands before the time.
    expect(between.findIndex((each) => each.startsWith('select Read as'))).toBeGreaterThan(-1);
    expect(between.filter((each) => each.startsWith('input '))).toHaveLength(1);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Android key attestation: passes' }).waitFor();
    await expect.poll(() => focused(page)).toBe('h2 Android key attestation: passes');
    await page.getByRole('status').getByText('Android key attestation: passes').first().waitFor();
    await tabTo(page, /^a All checks$/);
    await tabTo(page, /^select Part/);
    await tabTo(page, /^tree /);
    const selected = page.getByRole('treeitem', { selected: true });
    const at = (): Promise<string | null> => page.getByRole('tree').getAttribute('aria-activedescendant');
    const first = await at();
    await page.keyboard.press('ArrowDown');
    expect(await at()).not.toBe(first);
    expect(await selected.getAttribute('id')).toBe(await at());
    await page.keyboard.press('Home');
    expect(await at()).toBe(first);
    await page.keyboard.press('ArrowLeft');
    expect(await selected.getAttribute('aria-expanded')).toBe('false');
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(1);
    await page.keyboard.press('ArrowRight');
    expect(await selected.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('ArrowRight');
    expect(await selected.getAttribute('aria-level')).toBe('2');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toMatch(/^group Bytes of /);
    const before = await at();
    for (let count = 0; count < 60; count++) await page.keyboard.press('ArrowRight');
    expect(await at()).not.toBe(before);
    await tabTo(page, /^button Hex$/);
    await tabTo(page, /^tree /, 'Shift+Tab');
  });

  it('moves the focus to a refusal, and back to the evidence when it is cleared', async () => {
    const page = await openAt(1280);
    await paste(page, JSON.stringify(approovFile('expired')));
    await expect.poll(() => focused(page)).toBe('h2 Approov token: fails');
    await page.getByRole('button', { name: 'Clear' }).press('Enter');
    await expect.poll(() => focused(page)).toMatch(/^textarea/);
    expect(await verdictOf(page).count()).toBe(0);
  });

  it('moves nothing for readers who prefer that', async () => {
    const page = await openAt(1280);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(() => {
      const state = globalThis as unknown as { began: number };
      state.began = 0;
      for (const type of ['animationstart', 'transitionrun'])
        document.addEventListener(type, () => (state.began += 1));
    });
    const began = (): Promise<number> =>
      page.evaluate(() => (globalThis as unknown as { began: number }).began);
    await paste(page, JSON.stringify(approovFile('expired')));
    await page.getByRole('link', { name: 'All checks' }).click();
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    expect([await began(), await page.evaluate(() => document.getAnimations().length)]).toEqual([0, 0]);
    // A transition would be counted.
    await page.evaluate(() => {
      const heading = document.querySelector('h1') as HTMLElement;
      heading.style.transition = 'opacity 1s';
      void heading.offsetWidth;
      heading.style.opacity = '0.5';
    });
    await expect.poll(began).toBe(1);
  });

  it.each(['/inspect', '/errors'])('shows %s after two requests and 150 kB at most', async (path) => {
    const page = await (await newContext()).newPage();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const asked = new Map<string, { path: string; bytes: number }>();
    session.on('Network.requestWillBeSent', ({ requestId, request }) =>
      asked.set(requestId, { path: new URL(request.url).pathname, bytes: 0 }),
    );
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const request = asked.get(requestId);
      if (request !== undefined) request.bytes = encodedDataLength;
    });
    await page.goto(inspector.url() + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // The browser asks for the icon by itself, and what the API answers is data.
    const assets = [...asked.values()].filter(
      (each) => !each.path.startsWith('/api/') && each.path !== '/favicon.ico',
    );
    expect(assets.map((each) => each.path)).toEqual([path, expect.stringMatching(/^\/assets\/.*\.js$/)]);
    const bytes = assets.reduce((sum, each) => sum + each.bytes, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(150_000);
    expect([...asked.values()].filter((each) => each.path === '/api/session')).toHaveLength(1);
  });
});
