import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createVirtualGoogle } from 'attestkit-testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedIn, startPages, type Pages } from './pages.js';
import { describeInChromium } from './with-chromium.js';

/** Pictures for the documentation are written if `PICTURES` is set; they are looked at either way. */
const { PICTURES } = process.env;
const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const HOUR = 3_600_000;
const DAYS = 3;
/** More of them for a picture. */
const ROUNDS = PICTURES === undefined ? 4 : 96;

/** Three days of a fleet in half a minute: its clock goes by hours. */
describeInChromium('pictures of the pages', (newContext) => {
  let pages: Pages;
  let at = Date.now() - DAYS * 24 * HOUR;
  beforeAll(async () => {
    pages = await startPages(110, () => at);
    for (let round = 0; round < ROUNDS; round += 1) {
      await pages.fleet.round();
      at += (DAYS * 24 * HOUR) / ROUNDS;
    }
    at = Date.now();
    await pages.fleet.round();
  }, 600_000);
  afterAll(() => pages.close());

  async function take(
    path: string,
    name: string,
    heading: string,
    prepare?: (page: Awaited<ReturnType<typeof signedIn>>) => Promise<unknown>,
  ): Promise<string> {
    const context = await newContext();
    const page = await signedIn(context, pages, path);
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.getByRole('heading', { name: heading }).first().waitFor();
    await prepare?.(page);
    if (PICTURES !== undefined) {
      mkdirSync(IMAGES, { recursive: true });
      await page.screenshot({ path: `${IMAGES}${name}.png`, animations: 'disabled' });
    }
    const text = await page.getByRole('main').innerText();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
    return text;
  }

  it('the dashboard', async () => {
    const text = await take('/?span=day', 'dashboard', 'Dashboard', (page) =>
      page.getByText(/requests in the last day/).waitFor(),
    );
    expect(text).toMatch(/[\d,]+ requests in the last day: 9\d(\.\d)?% accepted/);
  });

  it('the rollout view, whose advice has its numbers', async () => {
    const text = await take('/rollout', 'rollout', '/v4/*', (page) =>
      page.getByRole('heading', { name: '/v4/*', level: 2 }).scrollIntoViewIfNeeded(),
    );
    expect(text).toMatch(/Enforcing would refuse [\d.]+\s?% of the devices seen in 3 days/);
  });

  it('the inspector, with a phone whose bootloader is unlocked', async () => {
    const app = { packageName: 'com.example.app', signingDigests: ['ab'.repeat(32)] };
    const google = createVirtualGoogle();
    const phone = google.createAndroid({ ...app, versionCode: 32, locked: false, bootState: 'UNVERIFIED' });
    const { certificateChain } = phone.generateKey({ challenge: 'AQAB' });
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const evidence = {
      kind: 'key-attestation',
      certificateChain: certificateChain.map(base64),
      roots: google.keyAttestationRoots.map(base64),
      challengeText: 'AQAB',
      apps: [{ packageName: app.packageName, signingCertificates: app.signingDigests }],
      policy: { verifiedBoot: 'required' },
    };
    const text = await take('/inspect', 'inspector', 'Inspector', async (page) => {
      await page.getByRole('textbox', { name: 'Evidence' }).fill(JSON.stringify(evidence, null, 2));
      await page.getByRole('button', { name: 'Inspect', exact: true }).click();
      await page.getByRole('heading', { name: /: fails$/ }).evaluate((heading) => heading.scrollIntoView());
    });
    expect(text).toMatch(/Android key attestation: fails/);
  });
});
