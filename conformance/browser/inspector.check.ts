import { inspectEvidence, readEvidence } from 'attestkit/inspect';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { CATALOGS, pairsOf, SOUND } from './inspector/catalog/index.js';
import { openInspector, paste, readVerdict, type Said } from './inspector/inspector-page.js';
import { startInspector, type RunningInspector } from './inspector/start-inspector.js';
import { describeInChromium } from './with-chromium.js';

/** Pieces of evidence that an inspector takes at once: then it takes two a second. A new one is sooner there. */
const BURST = 28;

/** What the library says of the same text, in the words of the page. */
function saidByLibrary(text: string): Said {
  const report = inspectEvidence(text);
  const { title } = readEvidence(text);
  if (report.verdict === 'pass') return { verdict: `${title}: passes`, failed: undefined };
  const first = report.checks.find(({ ok }) => !ok);
  // The report names the check that decided twice.
  expect(first?.code).toBe(report.code);
  return { verdict: `${title}: fails`, failed: { name: first?.name ?? '', code: report.code } };
}

describeInChromium('the inspector', (newContext) => {
  let running: RunningInspector | undefined;
  afterEach(async () => {
    await running?.close();
    running = undefined;
  });

  async function freshPage(prepare?: (page: Page) => Promise<void>): Promise<Page> {
    await running?.close();
    running = await startInspector();
    const page = await openInspector(await newContext(), running.url);
    await prepare?.(page);
    return page;
  }

  /** Pastes every text, and gives what the page said of each. */
  async function pasteAll(
    texts: readonly string[],
    prepare?: (page: Page) => Promise<void>,
  ): Promise<Said[]> {
    const said: Said[] = [];
    let page: Page | undefined;
    for (const [index, text] of texts.entries()) {
      if (page === undefined || index % BURST === 0) page = await freshPage(prepare);
      await paste(page, text);
      said.push(await readVerdict(page));
    }
    return said;
  }

  it('knows every catalog of the test kit', () => {
    expect(CATALOGS.length).toBeGreaterThan(4);
    for (const [name, defects] of CATALOGS) {
      const made = pairsOf(name).map(({ defect }) => defect.replace(/ in a verdict$/, ''));
      expect([name, [...new Set(made)].toSorted()]).toEqual([name, defects.toSorted()]);
    }
  });

  it('says of sound evidence that it passes, as the library does', async () => {
    const texts = Object.values(SOUND).map((make) => JSON.stringify(make()));
    const expected = texts.map(saidByLibrary);
    expect(expected.every(({ verdict }) => verdict.endsWith(': passes'))).toBe(true);
    expect(await pasteAll(texts)).toEqual(expected);
  });

  it.each(CATALOGS)(
    'says what the library says of each defect of %s',
    async (name, defects) => {
      const pairs = pairsOf(name);
      const texts = pairs.map(({ file }) => JSON.stringify(file));
      const said = await pasteAll(texts);
      const shown = new Set<string>();
      for (const [index, { kind, defect, code }] of pairs.entries()) {
        const expected = saidByLibrary(texts[index] ?? '');
        expect({ kind, defect, ...said[index] }).toEqual({ kind, defect, ...expected });
        expect([kind, defect, said[index]?.failed?.code]).toEqual([kind, defect, code]);
        shown.add(defect.replace(/ in a verdict$/, ''));
      }
      expect(shown.size).toBe(defects.length);
    },
    300_000,
  );

  it('would be found out with another code, another check or another verdict', async () => {
    const { file } = pairsOf('APPROOV_DEFECTS').find(({ defect }) => defect === 'expired') ?? {};
    const text = JSON.stringify(file);
    const changes: readonly (readonly [from: string, to: string])[] = [
      ['ERR_APPROOV_TOKEN_EXPIRED', 'ERR_APPROOV_TOKEN_NBF_INVALID'],
      [`"name":${JSON.stringify(saidByLibrary(text).failed?.name)}`, '"name":"another check"'],
      ['"verdict":"fail"', '"verdict":"pass"'],
    ];
    for (const change of changes) {
      const [said] = await pasteAll([text], (page) => page.evaluate(changeAnswers, change));
      expect(said?.verdict).toMatch(/^Approov token: /);
      expect(said).not.toEqual(saidByLibrary(text));
    }
    expect(await pasteAll([text])).toEqual([saidByLibrary(text)]);
  });
});

/** Runs in the page: its answers say something else. The server answers nobody but its own page. */
function changeAnswers([from, to]: readonly [from: string, to: string]): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (...asked) => {
    const response = await fetch(...asked);
    const text = await response.text();
    if (!text.includes(from)) throw new Error(`there is no ${from} in the answer`);
    return new Response(text.replaceAll(from, to), response);
  };
}
