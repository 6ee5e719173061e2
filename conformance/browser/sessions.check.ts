import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { serveApi, type Api } from '../bare/api.js';
import { serveBridge } from '../bare/bridge.js';
import { bundleOf } from '../bare/program.js';
import { recordOf } from '../servers/backend.js';
import type { Running } from '../servers/server-spec.js';
import { portOf } from '../servers/serving.js';
import type { AppSettings, Ask } from './app.js';
import { serveBlankPage } from './blank-page.js';
import { describeInChromium } from './with-chromium.js';

const url = (running: Running): string => `http://127.0.0.1:${portOf(running)}`;

describeInChromium('a page with sessions, at another origin than its API', (newContext) => {
  let script: string;
  let blank: Awaited<ReturnType<typeof serveBlankPage>>;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    script = await bundleOf(new URL('app.ts', import.meta.url));
  });
  beforeEach(async () => {
    blank = await serveBlankPage();
    open.push(blank);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  async function serve(cors?: Readonly<Record<string, string>>): Promise<Api & { settings: AppSettings }> {
    const api = await serveApi(cors);
    const { apple, clock } = api.backend;
    const bridge = await serveBridge('iPhone', apple, () => clock.now);
    open.push(api.running, bridge);
    return { ...api, settings: { api: url(api.running), bridge: url(bridge), hasLock: true } };
  }

  async function tabIn(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    await page.goto(blank.url);
    await page.addScriptTag({ content: script });
    return page;
  }

  const ask = (page: Page, ...args: Parameters<Ask>): ReturnType<Ask> =>
    page.evaluate((given) => (globalThis as unknown as { ask: Ask }).ask(...given), args);

  async function endSessions({ backend: { guard } }: Api, label = ''): Promise<void> {
    await guard.devices.end({ recordId: await recordOf({ guard }, { id: label }) });
  }

  const count = ({ seen }: Api, name: string): number => seen.filter((each) => each === name).length;

  it('enrolls, signs, and goes on after a reload', async () => {
    const api = await serve();
    const context = await newContext();
    const tab = await tabIn(context);
    const first = await ask(tab, api.settings, '/signed', { signed: true, body: 'ä' });
    expect(first).toMatchObject({ status: 200, steps: ['begin ok'] });
    await tab.close();
    const again = await ask(await tabIn(context), api.settings, '/session');
    expect(again).toEqual({ status: 200, steps: ['refresh ok'], label: first.label });
  });

  it('enrolls once for many requests at the same time', async () => {
    const api = await serve();
    const tab = await tabIn(await newContext());
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(tab, api.settings, '/session')));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(answers.flatMap(({ steps }) => steps)).toEqual(['begin ok']);
    expect(count(api, 'POST /device/attest')).toBe(1);
  });

  it('enrolls once for two tabs, with a lock of the browser', async () => {
    const api = await serve();
    const context = await newContext();
    const tabs = [await tabIn(context), await tabIn(context)];
    const answers = await Promise.all(tabs.map((tab) => ask(tab, api.settings, '/session')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.flatMap(({ steps }) => steps).toSorted()).toEqual(['begin ok', 'refresh ok']);
    expect(answers[0]?.label).toBe(answers[1]?.label);
    expect(count(api, 'POST /device/attest')).toBe(1);
    // Later each tab renews by the shared refresh token, and none loses the other's session.
    for (const tab of tabs) expect((await ask(tab, api.settings, '/session')).status).toBe(200);
  });

  it('renews a session that the server refuses, because it may read what the refusal asks for', async () => {
    const api = await serve();
    const tab = await tabIn(await newContext());
    const { label } = await ask(tab, api.settings, '/session');
    await endSessions(api, label);
    const answer = await ask(tab, api.settings, '/session');
    expect(answer).toMatchObject({ status: 200, label });
    expect(answer.steps).not.toEqual([]);
  });

  it('gets the refusal itself, if the API does not expose WWW-Authenticate', async () => {
    const api = await serve({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'authorization, content-type, x-app-attest',
    });
    const tab = await tabIn(await newContext());
    const { label } = await ask(tab, api.settings, '/session');
    await endSessions(api, label);
    expect(await ask(tab, api.settings, '/session')).toMatchObject({ status: 401, steps: [] });
  });
});
