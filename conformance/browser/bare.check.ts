import type { Page } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { CASES, expectBareClient } from '../bare/expect.js';
import type { Outcome } from '../bare/outcome.js';
import { serveBlankPage } from './blank-page.js';
import { describeInChromium } from './with-chromium.js';

/** Marks the line of the console with the outcome. */
const MARK = 'outcome: ';

describeInChromium('Chromium', (newContext) => {
  let blank: Awaited<ReturnType<typeof serveBlankPage>>;
  beforeAll(async () => {
    blank = await serveBlankPage();
  });
  afterAll(() => blank.close());

  it.each(CASES)('runs the client of an app on a bare $phone, without $missing', async (each) => {
    const page = await (await newContext()).newPage();
    await page.goto(blank.url);
    await expectBareClient(each, [], (program) => runInPage(page, program));
  });
});

/** Runs the program as a script of the page. The console tells how it went, because Playwright itself needs some of the globals. */
async function runInPage(page: Page, program: string): Promise<Outcome> {
  const told = page.waitForEvent('console', (message) => message.text().startsWith(MARK));
  const end = `bareOutcome.then((outcome) => console.log('${MARK}' + JSON.stringify(outcome)));`;
  await page.addScriptTag({ content: `${program}\n${end}` });
  return JSON.parse((await told).text().slice(MARK.length)) as Outcome;
}
