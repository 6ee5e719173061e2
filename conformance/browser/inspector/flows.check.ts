import { expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { describeInChromium } from '../with-chromium.js';
import { approovFile, attestationFile, chainFile } from './catalog/index.js';
import { drop, openFile, openInspector, paste, readVerdict, verdictOf } from './inspector-page.js';
import { useInspector } from './use-inspector.js';

const bytesOf = (base64: unknown): Uint8Array => Buffer.from(String(base64), 'base64');

/** What `datetime-local` has for a time. */
function localOf(at: string, laterSeconds: number): string {
  const date = new Date(Date.parse(at) + laterSeconds * 1000);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

async function inspectAsOf(page: Page, at: string): Promise<void> {
  await page.getByRole('radio', { name: 'Another time: that of the refusal' }).check();
  await page.getByLabel('The time, by your clock').fill(localOf(at, 60));
  await page.getByRole('button', { name: 'Inspect', exact: true }).click();
}

const sees = async (page: Page, heading: string): Promise<void> =>
  await page.getByRole('heading', { name: heading, exact: true }).waitFor();

const openMore = (page: Page) => page.getByText(/^More members/).click();

describeInChromium('evidence on the inspector', (newContext) => {
  const inspector = useInspector();

  async function open(context?: BrowserContext, path?: string): Promise<Page> {
    return await openInspector(context ?? (await newContext()), inspector.url(), path);
  }

  const { token, secretBase64, at, ...approov } = approovFile();

  it('is taken from the clipboard, wherever the focus is', async () => {
    const context = await newContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await open(context);
    await page.evaluate((text) => navigator.clipboard.writeText(text), `Approov-Token: ${String(token)}`);
    await page.getByLabel('Read as', { exact: true }).focus();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('Control+V');
    await sees(page, 'Approov token: fails');
    expect(await page.getByRole('textbox', { name: 'Evidence' }).inputValue()).toBe(
      `Approov-Token: ${String(token)}`,
    );
  });

  it('is not taken from what is pasted into another field', async () => {
    const context = await newContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await open(context);
    await paste(page, String(token));
    await page.evaluate((text) => navigator.clipboard.writeText(text), String(secretBase64));
    await openMore(page);
    const field = page.getByLabel('secretBase64', { exact: true });
    await field.focus();
    await page.keyboard.press('Control+V');
    expect(await field.inputValue()).toBe(secretBase64);
    expect(await page.getByRole('textbox', { name: 'Evidence' }).inputValue()).toBe(token);
  });

  it('is dropped as text, and as a file', async () => {
    const page = await open();
    await drop(page, JSON.stringify(approovFile()));
    await sees(page, 'Approov token: passes');
    await drop(page, { name: 'expired.json', bytes: Buffer.from(JSON.stringify(approovFile('expired'))) });
    await sees(page, 'Approov token: fails');
  });

  it('in bytes is opened, and the members that it needs are asked for and remembered', async () => {
    const file = attestationFile();
    const page = await open();
    await openFile(page, 'attestation.cbor', bytesOf(file['attestation']));
    await sees(page, 'Not inspected yet');
    await page.getByText('bytes that are not text').waitFor();
    const needed = page.getByRole('group', { name: 'To verify it, also give' });
    for (const member of ['appId', 'keyId', 'challengeText'])
      await needed.getByLabel(member).fill(String(file[member]));
    await openMore(page);
    await page.getByLabel('roots', { exact: true }).fill(JSON.stringify(file['roots']));
    await inspectAsOf(page, String(file['at']));
    await sees(page, 'App Attest attestation: passes');
    await page.getByText('Of a virtual device:').waitFor();
    // Other evidence does not get what belongs to this one.
    await openFile(page, 'attestation.cbor', bytesOf(attestationFile('other-challenge')['attestation']));
    await sees(page, 'Not inspected yet');
    expect(await needed.getByLabel('keyId').inputValue()).toBe('');
    expect(await needed.getByLabel('appId').inputValue()).toBe(file['appId']);
  });

  it('is read as another kind if the reader says so', async () => {
    const page = await open();
    await paste(page, String(token));
    expect(await page.getByText(/^Read as: /).textContent()).toContain('Approov token');
    await page.getByLabel('Read as', { exact: true }).selectOption({ label: 'Session token' });
    await page.getByText(/^Read as: .*Session token/).waitFor();
    await page.getByLabel('Read as', { exact: true }).selectOption('');
    await page.getByText(/^Read as: .*Approov token/).waitFor();
  });

  it('is not inspected under a policy that cannot be read', async () => {
    const { policy: _, ...file } = chainFile();
    const page = await open();
    await paste(page, JSON.stringify(file));
    await sees(page, 'Android key attestation: passes');
    await openMore(page);
    const policy = page.getByLabel('policy', { exact: true });
    expect(await policy.getAttribute('placeholder')).toContain('"verifiedBoot": "any"');
    await policy.fill('{\n "minimumOs": "99",\n}');
    await page.getByText('This is not JSON: look at line 3.').waitFor();
    expect(await policy.getAttribute('aria-invalid')).toBe('true');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByRole('button', { name: 'Inspect with these' }).click();
    expect(await policy.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: 'Inspect', exact: true }).click();
    await sees(page, 'Not inspected yet');
    await page
      .getByRole('paragraph')
      .filter({ hasText: 'The member policy cannot be read.' })
      .last()
      .waitFor();
    await policy.fill('{ "minimumOs": "99" }');
    await page.getByRole('button', { name: 'Inspect with these' }).click();
    await sees(page, 'Android key attestation: fails');
    expect((await readVerdict(page)).failed?.code).toBe('ERR_KEY_ATTESTATION_OS_VERSION_DENIED');
    await policy.fill('{ "minimumOS": "9" }');
    await page.getByRole('button', { name: 'Inspect with these' }).click();
    await sees(page, 'Not inspected yet');
  });

  it('that has expired passes as of the time of the refusal', async () => {
    const page = await open();
    await paste(page, JSON.stringify({ ...approov, token, secretBase64 }));
    await sees(page, 'Approov token: fails');
    expect((await readVerdict(page)).failed?.code).toBe('ERR_APPROOV_TOKEN_EXPIRED');
    await page
      .getByRole('region', { name: 'Approov token: fails' })
      .getByText('set the time above')
      .waitFor();
    await inspectAsOf(page, String(at));
    await sees(page, 'Approov token: passes');
    await page.getByRole('radio', { name: 'Now', exact: true }).check();
    await page.getByRole('button', { name: 'Inspect', exact: true }).click();
    await sees(page, 'Approov token: fails');
  });

  it('leaves only what was written in the form, in this tab, until all is forgotten', async () => {
    const context = await newContext();
    const page = await open(context);
    await paste(page, String(token));
    const field = (on: Page) => on.getByLabel('secretBase64', { exact: true });
    await openMore(page);
    await field(page).fill(String(secretBase64));
    await page.getByRole('button', { name: 'Inspect with these' }).click();
    await sees(page, 'Approov token: fails');
    const stored = (on: Page): Promise<string> =>
      on.evaluate(async () =>
        JSON.stringify([
          Object.values(sessionStorage),
          Object.values(localStorage),
          document.cookie,
          await indexedDB.databases(),
          await caches.keys(),
        ]),
      );
    const kept = JSON.parse(await stored(page)) as string[][];
    expect(kept).toEqual([[expect.stringContaining(String(secretBase64))], [], '', [], []]);
    expect(kept[0]?.[0]).not.toContain(String(token).slice(0, 40));
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await paste(page, String(token));
    expect(await field(page).inputValue()).toBe(secretBase64);
    const other = await open(context);
    expect(await stored(other)).toBe('[[],[],"",[],[]]');
    await page.getByRole('button', { name: 'Forget all' }).click();
    expect(await field(page).inputValue()).toBe('');
    expect(await stored(page)).toBe('[[],[],"",[],[]]');
  });

  it('is not in the link to its refusal, which says kind, code and time', async () => {
    const context = await newContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await open(context);
    await paste(page, JSON.stringify(approovFile('expired')));
    await sees(page, 'Approov token: fails');
    expect(new URL(page.url()).hash).toBe('');
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Link copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const { origin, pathname, search, hash } = new URL(link);
    expect([origin, pathname, search]).toEqual([inspector.url(), '/inspect', '']);
    expect(Object.fromEntries(new URLSearchParams(hash.slice(1)))).toEqual({
      kind: 'approov-token',
      code: 'ERR_APPROOV_TOKEN_EXPIRED',
      at,
    });
    const other = await (await newContext()).newPage();
    await other.goto(link);
    await other.getByRole('link', { name: 'ERR_APPROOV_TOKEN_EXPIRED' }).waitFor();
    expect(await other.getByLabel('Read as', { exact: true }).inputValue()).toBe('approov-token');
    expect(await other.getByLabel('The time, by your clock').inputValue()).toBe(
      localOf(String(at), 0).replace(/:00$/, ''),
    );
    // What is pasted next is inspected as of that time.
    await paste(other, JSON.stringify({ ...approov, token, secretBase64 }));

    await sees(other, 'Approov token: passes');
  });

  it('need not be there: a line of the gateway’s log is explained', async () => {
    const line = {
      level: 'info',
      time: at,
      type: 'decision',
      outcome: 'refused',
      code: 'ERR_APPROOV_BINDING_MISMATCH',
      status: 401,
      route: '/v1',
    };
    const page = await open();
    await paste(page, JSON.stringify(line));
    await page.getByText('An event has no evidence in it.').waitFor();
    await page.getByRole('link', { name: line.code }).waitFor();
    expect(await verdictOf(page).textContent()).toBeTruthy();
    await paste(page, JSON.stringify({ ...line, code: 'ERR_NO_SUCH_CODE' }));
    await sees(page, 'This cannot be read');
  });
});
