import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInChromium } from '../with-chromium.js';
import { approovFile, attestationFile } from './catalog/index.js';
import { drop, openInspector, paste, readVerdict, verdictOf } from './inspector-page.js';
import { useInspector } from './use-inspector.js';

const ATTESTATION = attestationFile('other-challenge');

/** What identifies the device, in the forms in which it is written. */
const IDENTIFIERS: readonly string[] = ['base64', 'base64url', 'hex'].map((form) =>
  Buffer.from(String(ATTESTATION['keyId']), 'base64')
    .toString(form as 'base64')
    .replace(/=+$/, ''),
);

describeInChromium('a saved report', (newContext) => {
  const inspector = useInspector();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attestkit-saved-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function save(page: Page, as: 'HTML' | 'JSON', isWhole = false): Promise<string> {
    await page.getByRole('checkbox', { name: 'Include identifiers and bytes' }).setChecked(isWhole);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: `Save ${as}` }).click();
    const made = await download;
    expect(made.suggestedFilename()).toMatch(
      new RegExp(`^inspection-app-attest-attestation-[\\dT-]+\\.${as.toLowerCase()}$`),
    );
    const path = join(folder, `${isWhole ? 'whole' : 'masked'}.${as.toLowerCase()}`);
    await made.saveAs(path);
    return path;
  }

  async function failedPage(): Promise<Page> {
    const page = await openInspector(await newContext(), inspector.url());
    await paste(page, JSON.stringify(ATTESTATION));
    await page.getByRole('heading', { name: 'App Attest attestation: fails' }).waitFor();
    return page;
  }

  it('says the verdict and the failed check from disk, without scripts, and asks for nothing', async () => {
    const page = await failedPage();
    const said = await readVerdict(page);
    const path = await save(page, 'HTML');
    const browser = page.context().browser();
    const context = await browser?.newContext({ javaScriptEnabled: false });
    const disk = await context?.newPage();
    if (context === undefined || disk === undefined) throw new Error('there is no browser');
    const asked: string[] = [];
    disk.on('request', (request) => asked.push(request.url()));
    await disk.goto(pathToFileURL(path).href);
    await disk.getByRole('heading', { name: said.verdict }).waitFor();
    await disk.getByText(`first, and decides: ${said.failed?.name ?? ''}`).waitFor();
    await disk
      .getByText(said.failed?.code ?? '', { exact: true })
      .first()
      .waitFor();
    await disk.getByRole('heading', { name: 'All checks' }).waitFor();
    expect(asked).toEqual([pathToFileURL(path).href]);
    expect(readFileSync(path, 'utf8')).not.toMatch(/<script|javascript:|src=/);
    await context.close();
  });

  it.each(['HTML', 'JSON'] as const)('hides the identifiers of the device in %s unless asked', async (as) => {
    const page = await failedPage();
    const masked = readFileSync(await save(page, as), 'utf8');
    const whole = readFileSync(await save(page, as, true), 'utf8');
    const text = (file: string): string => file.replaceAll('&amp;', '&');
    expect(IDENTIFIERS.filter((each) => text(masked).includes(each))).toEqual([]);
    expect(IDENTIFIERS.filter((each) => text(whole).includes(each))).not.toEqual([]);
    expect(masked).toContain('[hidden 1]');
    expect(whole).not.toContain('[hidden ');
    const { attestation } = ATTESTATION;
    expect(masked).not.toContain(String(attestation).slice(0, 60));
    expect(masked).toContain('ERR_APP_ATTEST_NONCE_MISMATCH');
  });

  it('in JSON is shown again without a request, as what a file says', async () => {
    const page = await failedPage();
    const said = await readVerdict(page);
    const path = await save(page, 'JSON', true);
    const other = await openInspector(await newContext(), inspector.url());
    const asked: string[] = [];
    other.on('request', (request) => asked.push(request.url()));
    await drop(other, { name: 'saved.json', bytes: readFileSync(path) });
    await other.getByText('Nothing of it was checked now.').waitFor();
    expect(await verdictOf(other).textContent()).toBe(`${said.verdict}, says the file`);
    expect((await readVerdict(other)).failed).toEqual(said.failed);
    await other.getByRole('tree').waitFor();
    expect(asked).toEqual([]);
  });

  it('that is changed is not shown', async () => {
    const page = await failedPage();
    const file = readFileSync(await save(page, 'JSON'), 'utf8');
    const changes: readonly (readonly [from: string | RegExp, to: string])[] = [
      ['"verdict": "fail"', '"verdict": "pass"'],
      ['"verdict": "fail"', '"verdict": "<b>"'],
      ['"version": 1', '"version": 2'],
      [/"checks": \[/, '"checks": [null,'],
      ['"notChecked": [', '"notChecked": [{},'],
    ];
    for (const [from, to] of changes) {
      const changed = file.replace(from, to);
      expect(changed).not.toBe(file);
      await paste(page, JSON.stringify(approovFile()));
      await drop(page, { name: 'saved.json', bytes: Buffer.from(changed) });
      await page.getByRole('heading', { name: 'Not shown' }).waitFor();
    }
  });
});
