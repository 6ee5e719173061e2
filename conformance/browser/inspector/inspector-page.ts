import type { BrowserContext, Locator, Page } from 'playwright-core';

/** What the page says of evidence. */
export interface Said {
  /** The heading of the verdict. */
  readonly verdict: string;
  /** The name of the check that decided, and its code; undefined if none failed. */
  readonly failed: { readonly name: string; readonly code: string } | undefined;
}

export async function openInspector(context: BrowserContext, url: string, path = '/inspect'): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

/** The heading of what the page answers: the verdict, or what is wrong. */
export function verdictOf(page: Page): Locator {
  return page.locator('h2#verdict');
}

/** Pastes as the browser does, without its clipboard. Returns when what follows is drawn. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate(async (pasted) => {
    const before = document.querySelector('#verdict');
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    document.body.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const now = document.querySelector('#verdict');
        if (now === null || now === before || document.querySelector('[aria-busy]') !== null) return;
        observer.disconnect();
        resolve();
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { childList: true, subtree: true });
      look();
    });
  }, text);
}

/** Reads the verdict, and of the failed checks the one that decided. */
export async function readVerdict(page: Page): Promise<Said> {
  return await page.evaluate(() => {
    const verdict = document.querySelector('#verdict')?.textContent ?? '';
    const region = document.querySelector('section[aria-labelledby="failed"]');
    if (region === null) return { verdict, failed: undefined };
    const first = region.querySelector('section');
    const lead = first?.querySelector('p')?.textContent ?? '';
    const code = [...(first?.querySelectorAll('dt') ?? [])].find(({ textContent }) => textContent === 'Code');
    return {
      verdict,
      failed: {
        name: /first, and decides: (.*)$/.exec(lead)?.[1] ?? lead,
        code: code?.nextElementSibling?.textContent ?? '',
      },
    };
  });
}

/** Opens the file as with the dialog. */
export async function openFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
}

/** Drops text, or a file, somewhere on the page. */
export async function drop(page: Page, what: string | { name: string; bytes: Uint8Array }): Promise<void> {
  const given = typeof what === 'string' ? what : { name: what.name, bytes: [...what.bytes] };
  await page.evaluate((dropped) => {
    const data = new DataTransfer();
    if (typeof dropped === 'string') data.setData('text/plain', dropped);
    else data.items.add(new File([new Uint8Array(dropped.bytes)], dropped.name));
    for (const type of ['dragover', 'drop'])
      document.body.dispatchEvent(
        new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }),
      );
  }, given);
}
