import { startWebPage, type WebPage } from '@attestkit/examples/web-page';
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeInChromium } from './with-chromium.js';

describeInChromium('the page with App Check', (newContext) => {
  let example: WebPage;
  beforeEach(async () => {
    example = await startWebPage([0, 0, 0]);
  });
  afterEach(() => example.close());

  async function openPage(context?: BrowserContext): Promise<Page> {
    const page = await (context ?? (await newContext())).newPage();
    await page.goto(example.page);
    return page;
  }

  async function signedIn(): Promise<Page> {
    const page = await openPage();
    await page.getByLabel('Your name').fill('anna');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Hello, anna' }).waitFor();
    return page;
  }

  const click = (page: Page, name: string) => page.getByRole('button', { name }).click();

  /** Waits until the page says so in its region for news. */
  async function expectTold(page: Page, title: string, text: string | RegExp): Promise<void> {
    const news = page.getByRole('status');
    await news.getByRole('heading', { name: title, exact: true }).waitFor();
    await news.getByText(text).waitFor();
  }

  it('signs in, and shows the shape of an accepted request', async () => {
    const page = await signedIn();
    await click(page, 'Draw a shape');
    await expectTold(page, 'Accepted', 'The API answered: circle.');
    await page.getByRole('img', { name: 'circle' }).waitFor();
    expect(example.counts.exchanges).toBe(1);
  });

  it('shows the refusal of another app’s token in words for users, after one fresh token', async () => {
    const page = await signedIn();
    const answers: number[] = [];
    page.on('response', (response) => {
      if (response.url() === `${example.api}/shape`) answers.push(response.status());
    });
    await click(page, 'Use another app’s token');
    await expectTold(page, 'Not accepted', 'The service does not accept this page. Please contact support.');
    expect(await page.getByRole('img').count()).toBe(0);
    // The client saw what the refusal asks for, though it comes from another origin.
    expect(answers).toEqual([401, 401]);
    expect(example.counts.exchanges).toBe(3);
  });

  it('does not follow a redirect to another origin, so no token arrives there', async () => {
    const page = await signedIn();
    await click(page, 'Ask for a moved address');
    await expectTold(page, 'Not followed', 'The service has moved. Please reload the page.');
    expect(example.counts).toMatchObject({ redirected: 0, leaked: 0 });
  });

  it('makes one exchange for six requests that start without a token', async () => {
    const page = await signedIn();
    await page.evaluate(async () => {
      for (const { name = '' } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
    });
    const before = example.counts.exchanges;
    // The exchange takes long enough for all six to ask for it.
    let isMade: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (isMade = resolve));
    await page.route('**/token?app=*', async (route) => {
      await asked;
      await route.continue();
    });
    await page.reload();
    await click(page, 'Draw six at once');
    setTimeout(isMade, 500);
    await expectTold(page, 'Accepted', /circle.*star.*triangle/);
    expect(await page.getByRole('img').count()).toBe(6);
    expect(example.counts.exchanges - before).toBe(1);
  });

  it('goes on after a reload, without another exchange', async () => {
    const page = await signedIn();
    await page.reload();
    await page.getByRole('heading', { name: 'Hello, anna' }).waitFor();
    await click(page, 'Draw a shape');
    await expectTold(page, 'Accepted', /circle/);
    expect(example.counts.exchanges).toBe(1);
  });

  it('says what users read if Firebase does not give a token, and if there is no answer', async () => {
    const page = await signedIn();
    await click(page, 'Try without App Check');
    await expectTold(page, 'The service is busy', 'Please try again in a moment.');
    await click(page, 'Lose the connection');
    await expectTold(page, 'No connection', 'Please check your network and try again.');
  });

  it('asks to sign in again if the API does not know the user any more', async () => {
    const page = await signedIn();
    await page.evaluate(() => sessionStorage.setItem('user', '{"name":"anna","login":"of yesterday"}'));
    await page.reload();
    await click(page, 'Draw a shape');
    await expectTold(page, 'Signed out', 'Please sign in again.');
    await click(page, 'Sign out');
    await page.reload();
    await page.getByLabel('Your name').waitFor();
  });

  it('works with the keyboard alone', async () => {
    const page = await openPage();
    // A key counts as soon as the page shows what it can do, whatever it still asks in the background.
    await page.route('**/counts', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.continue();
    });
    await page.keyboard.press('Tab');
    await page.keyboard.type('anna');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Hello, anna' }).waitFor();
    await page.keyboard.press('Enter');
    await expectTold(page, 'Accepted', 'The API answered: circle.');
    // The focus stays where it was.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expectTold(page, 'Accepted', /(?:\w+, ){5}/);
  });

  it('says that its tokens are not Google’s', async () => {
    const page = await openPage();
    await page.getByText('This example does not ask Google.').waitFor();
  });

  it('has an API that only pages of its own origin can use', async () => {
    const asks = async (origin: string) => {
      const headers = {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-firebase-appcheck,x-login',
      };
      const preflight = await fetch(`${example.api}/shape`, { method: 'OPTIONS', headers });
      const refusal = await fetch(`${example.api}/shape`, { headers: { origin } });
      const allowed = (response: Response) => response.headers.get('access-control-allow-origin');
      return [preflight.status, allowed(preflight), refusal.status, allowed(refusal)];
    };
    expect(example.api).not.toBe(example.page);
    expect(await asks(example.page)).toEqual([204, example.page, 401, example.page]);
    expect(await asks('http://evil.example')).toEqual([401, null, 401, null]);
  });
});
