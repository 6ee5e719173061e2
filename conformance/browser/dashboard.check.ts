import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overflow, violations } from './axe.js';
import { signedIn, startPages, totalsOf, watched, type Pages } from './pages.js';
import { describeInChromium } from './with-chromium.js';

/** Before the fleet: the phone whose session `npm start` prints has enrolled (two calls), and asked once. */
const BEFORE = 3;

describeInChromium('the dashboard', (newContext) => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages(6);
    await pages.fleet.round();
  });
  afterAll(() => pages.close());

  const expected = () => {
    const { sent } = pages.fleet;
    return { ...sent, accepted: sent.accepted + BEFORE };
  };

  describe('the way in', () => {
    it('refuses a wrong token in words, and lets the right one in', async () => {
      const page = await (await newContext()).newPage();
      await page.goto(pages.adminUrl);
      await page.getByLabel('Token').fill('not-the-token-of-this-gateway');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText('This is not a token of this gateway').waitFor();
      await page.getByLabel('Token').fill(pages.adminToken);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in to this gateway' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in to this gateway' }).waitFor();
    });

    it('keeps the token out of storage, of the address, and of what scripts can read', async () => {
      const context = await newContext();
      const page = await signedIn(context, pages);
      const kept = await page.evaluate(() =>
        JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href]),
      );
      expect(kept).not.toContain(pages.adminToken);
      const [cookie] = await context.cookies();
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
      expect(kept).not.toContain(cookie?.value);
    });

    it('goes back to the sign-in when the session has ended meanwhile', async () => {
      const context = await newContext();
      const page = await signedIn(context, pages, '/devices');
      await context.clearCookies();
      await page.getByRole('textbox').fill('a-record');
      await page.getByRole('button', { name: 'Look up' }).click();
      await page.getByRole('heading', { name: 'Sign in to this gateway' }).waitFor();
    });
  });

  it('counts exactly what was sent, on loading and live', async () => {
    const page = await signedIn(await newContext(), pages);
    const seen = watched(page);
    await expect.poll(() => totalsOf(page)).toEqual(expected());
    await page.getByText('Live', { exact: true }).waitFor();
    await pages.fleet.round();
    await pages.fleet.round();
    await expect.poll(() => totalsOf(page), { timeout: 10_000 }).toEqual(expected());
    await page.reload();
    await expect.poll(() => totalsOf(page)).toEqual(expected());
    // No other number comes later.
    await sleep(700);
    expect(await totalsOf(page)).toEqual(expected());
    expect(seen).toEqual([]);
  });

  it('says the most frequent reason, and leads from it to its requests and its meaning', async () => {
    const page = await signedIn(await newContext(), pages);
    const reasons = page.getByRole('region', { name: 'Why requests are refused or reported' });
    const row = reasons.getByRole('row').filter({ hasText: 'ERR_APPROOV_TOKEN_EXPIRED' });
    await row.getByRole('link', { name: 'Decisions' }).click();
    await page.getByRole('heading', { name: 'Decisions', level: 1 }).waitFor();
    expect(new URL(page.url()).search).toBe('?code=ERR_APPROOV_TOKEN_EXPIRED');
    const rows = page.getByRole('row').filter({ hasText: 'ERR_APPROOV_TOKEN_EXPIRED' });
    await rows.first().waitFor();
    // One a round, of which there were at least one.
    expect(await rows.count()).toBeGreaterThan(0);
    expect(await page.getByRole('row').filter({ hasText: 'accepted' }).count()).toBe(0);
    await rows.first().getByRole('button').click();
    await page.getByRole('link', { name: 'Open in the inspector' }).click();
    await page.getByRole('heading', { name: 'Inspector', level: 1 }).waitFor();
    const { hash } = new URL(page.url());
    expect(hash).toMatch(/^#code=ERR_APPROOV_TOKEN_EXPIRED&/);
    expect(hash).not.toContain('eyJ');
    await page.getByText('The Approov token has expired').waitFor();
  });

  it('tells whose requests enforcing would refuse', async () => {
    const page = await signedIn(await newContext(), pages, '/rollout');
    const card = page.getByRole('region', { name: '/v4/*' });
    await card.getByText(/Enforcing would refuse \d+ of \d+ devices/).waitFor();
    const text = await card.innerText();
    for (const [name, count] of [
      ['Looks like our app', 1],
      ['Old version', 2],
      ['Unknown origin', 1],
      ['Broken', 1],
    ] as const)
      expect(text).toMatch(new RegExp(`${name}\\s+${count}\\b`));
    // The five that pretend, of the phones and them.
    expect(text).toContain('Enforcing would refuse 5 of 11 devices');
    await card.getByRole('slider').fill('25');
    await card.getByText(/Enforcing for 25\s?% of clients/).waitFor();
    expect(await card.locator('pre').innerText()).toContain('enforcement: 25%');
  });

  it('blocks a device, whose next request is refused, and unblocks it', async () => {
    const [phone] = pages.fleet.phones;
    const known = (await (await phone?.fetch('/v3/device'))?.json()) as { device: string } | undefined;
    const recordId = String(known?.device).replaceAll('"', '');
    const page = await signedIn(await newContext(), pages, '/devices');
    const seen = watched(page);
    await page.getByLabel('Look up by').selectOption('recordId');
    await page.getByRole('textbox').fill(recordId);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Device / }).waitFor();
    expect(page.url()).toBe(`${pages.adminUrl}/devices`);
    const press = async (name: string): Promise<void> => {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    };
    // Cancelling changes nothing.
    await page.getByRole('button', { name: 'Block the record', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await phone?.fetch('/v3/device'))?.status).toBe(200);
    await press('Block the record');
    await page.getByText('Blocked the record.').waitFor();
    expect((await phone?.fetch('/v3/device'))?.status).toBe(403);
    await press('Unblock the record');
    await page.getByText('Unblocked the record.').waitFor();
    expect(seen).toEqual([]);
  });

  it('follows one request by the id that its client was told', async () => {
    const answer = await fetch(`${pages.url}/v2/shapes`, { headers: { 'approov-token': 'x' } });
    const id = answer.headers.get('x-request-id') ?? '';
    expect(id).not.toBe('');
    const page = await signedIn(await newContext(), pages, '/decisions');
    await page.getByLabel('Request id').fill(id);
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('row').filter({ hasText: 'ERR_APPROOV_TOKEN_MALFORMED' }).waitFor();
    // It, and the row of headings.
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('is there after two requests and less than 150 kB', async () => {
    const page = await (await newContext()).newPage();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const before: string[] = [];
    let bytes = 0;
    session.on('Network.requestWillBeSent', ({ request }) => before.push(new URL(request.url).pathname));
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await page.goto(pages.adminUrl);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // The third one, and what follows, is data.
    const files = before.filter((path) => !path.startsWith('/api/') && path !== '/favicon.ico');
    expect(files).toEqual(['/', expect.stringMatching(/^\/assets\/dashboard-[0-9a-f]+\.js$/)]);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(150_000);
  });

  it('stays small and quick while a thousand requests a second come', async () => {
    const page = await signedIn(await newContext(), pages);
    const seen = watched(page);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.evaluate(() => {
      const added: number[] = [];
      const rows = document.querySelector('[aria-labelledby="live"]') ?? document.body;
      new MutationObserver((records) => {
        for (const { addedNodes } of records)
          for (const node of addedNodes) if (node instanceof HTMLLIElement) added.push(performance.now());
      }).observe(rows, { subtree: true, childList: true });
      Object.assign(globalThis, { added });
    });
    const until = Date.now() + 4000;
    let count = 0;
    const send = async (): Promise<void> => {
      while (Date.now() < until) {
        await fetch(`${pages.url}/v1/nothing-here`).then((answer) => answer.body?.cancel());
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: 16 }, send));
    const added = await page.evaluate(() => (globalThis as unknown as { added: number[] }).added);
    expect(count).toBeGreaterThan(500);
    expect(added.length).toBeGreaterThan(20);
    // At most 20 rows in 250 ms, and a line about the others: of any second five batches are seen at most.
    for (const [index, at] of added.entries())
      expect(added.slice(index).filter((other) => other - at < 1000).length).toBeLessThanOrEqual(105);
    expect(await page.locator('[aria-labelledby="live"] li').count()).toBeLessThanOrEqual(200);
    expect(seen).toEqual([]);
  });

  it.each([
    ['/', 'light', 1280],
    ['/', 'dark', 375],
    ['/rollout', 'dark', 1280],
    ['/rollout', 'light', 375],
    ['/decisions', 'light', 1280],
    ['/decisions', 'dark', 375],
    ['/devices', 'dark', 1280],
    ['/devices', 'light', 375],
  ] as const)('has no violations at %s, in %s, at %i px', async (path, colorScheme, width) => {
    const page = await signedIn(await newContext(), pages, path);
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await page.getByRole('heading', { level: 1 }).waitFor();
    if (path === '/rollout') await page.getByText('/v4/*').first().waitFor();
    else if (path !== '/devices') await page.getByRole('row').nth(1).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  it('goes back in the decisions, and to the newest again', async () => {
    const page = await signedIn(await newContext(), pages, '/decisions');
    const newest = await page.getByRole('row').nth(1).innerText();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByRole('heading', { name: /older/ }).waitFor();
    const [first] = await page.evaluate(async () => {
      const asked = await fetch('/api/decisions?limit=50');
      const { rows } = (await asked.json()) as { rows: { id: number }[] };
      return [rows.at(-1)?.id];
    });
    expect(Number(new URL(page.url()).searchParams.get('before'))).toBe(first);
    await page.getByRole('button', { name: 'Newest' }).click();
    await page.getByRole('heading', { name: /^The newest/ }).waitFor();
    expect(await page.getByRole('row').nth(1).innerText()).toBe(newest);
  });

  it('takes no change in a form that other sites can send too', async () => {
    const context = await newContext();
    const page = await signedIn(context, pages, '/devices');
    const status = await page.evaluate(async () => {
      const sent = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' };
      return (await fetch('/api/devices/change', sent)).status;
    });
    expect(status).toBe(403);
  });
});
