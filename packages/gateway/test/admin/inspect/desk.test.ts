import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Desk } from '../../../src/admin/inspect/desk.js';

// Threads of their own, which answer what a test says.

const folder = mkdtempSync(join(tmpdir(), 'gateway-desk-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'worker.mjs');
writeFileSync(
  file,
  `import { parentPort, threadId } from 'node:worker_threads';
parentPort.on('message', (body) => {
  const text = Buffer.from(body).toString();
  if (text === 'for ever') for (;;);
  if (text === 'throws') throw new Error('secret of the evidence');
  if (text === 'ends') process.exit();
  if (text === 'all memory') { const all = []; for (;;) all.push(new Array(1e6).fill({})); }
  const env = Object.keys(process.env).length;
  parentPort.postMessage({ status: 200, text: JSON.stringify({ text, threadId, env }) });
});
const { pathname } = new URL(import.meta.url);
setTimeout(() => parentPort.postMessage('ready'), pathname.endsWith('slow.mjs') ? 1500 : 0);`,
);
const worker = pathToFileURL(file);
const slow = join(folder, 'slow.mjs');
copyFileSync(file, slow);
const slowToStart = pathToFileURL(slow);
let clock = 0;
const desk = (): Desk => new Desk({ now: () => clock, worker, deadlineMs: 30_000 });
const inspect = async (at: Desk, text: string) => {
  const { status, body } = await at.inspect(() => Promise.resolve(Buffer.from(text)));
  return { status, ...(JSON.parse(String(body)) as { text?: string; threadId?: number; env?: number }) };
};

describe('the desk of the inspector', () => {
  it('has one thread for all, which does not see the environment', async () => {
    const one = desk();
    const [first, second] = [await inspect(one, 'a'), await inspect(one, 'b')];
    expect([first.text, second.text, first.env]).toEqual(['a', 'b', 0]);
    expect(second.threadId).toBe(first.threadId);
    await one.close();
    // Another one after that has ended.
    expect((await inspect(one, 'c')).threadId).not.toBe(first.threadId);
    await one.close();
  });

  it('does not take the start of a thread for the time of a piece', async () => {
    const one = new Desk({ now: () => clock, worker: slowToStart, deadlineMs: 1000 });
    expect((await inspect(one, 'first')).text).toBe('first');
    await one.close();
  });

  it.each(['for ever', 'throws', 'ends', 'all memory'])(
    'ends a thread that %s, and takes the next piece',
    async (text) => {
      const options = { now: () => clock, worker, deadlineMs: text === 'for ever' ? 20 : 30_000 };
      const one = new Desk(options);
      const answer = one.inspect(() => Promise.resolve(Buffer.from(text)));
      expect(await answer).toMatchObject({
        status: 422,
        body: expect.stringMatching(/^\{"problem":\{"member":"evidence","says":"evidence takes too long/),
      });
      options.deadlineMs = 30_000;
      expect((await inspect(one, 'next')).text).toBe('next');
      await one.close();
    },
  );

  it('takes two at the same time, one after the other, and refuses a third', async () => {
    const one = desk();
    const both = [inspect(one, 'a'), inspect(one, 'b')];
    let isRead = false;
    await expect(
      one.inspect(() => {
        isRead = true;
        return Promise.resolve(Buffer.from('c'));
      }),
    ).rejects.toMatchObject({ answer: { status: 429, headers: { 'retry-after': '1' } } });
    expect(isRead).toBe(false);
    expect((await Promise.all(both)).map(({ text }) => text)).toEqual(['a', 'b']);
    expect((await inspect(one, 'c')).text).toBe('c');
    await one.close();
  });

  it('takes 30, and then two a second', async () => {
    const one = desk();
    for (let at = 0; at < 30; at += 1) await inspect(one, 'a');
    await expect(inspect(one, 'a')).rejects.toMatchObject({ answer: { status: 429 } });
    clock += 499;
    await expect(inspect(one, 'a')).rejects.toMatchObject({ answer: { status: 429 } });
    clock += 1;
    expect((await inspect(one, 'a')).status).toBe(200);
    await expect(inspect(one, 'a')).rejects.toMatchObject({ answer: { status: 429 } });
    await one.close();
  });

  it('goes on after a body that did not come', async () => {
    const one = desk();
    const gone = (): Promise<Buffer> => Promise.reject(new Error('gone'));
    for (let at = 0; at < 3; at += 1) await expect(one.inspect(gone)).rejects.toThrow('gone');
    expect((await inspect(one, 'a')).text).toBe('a');
    await one.close();
  });
});
