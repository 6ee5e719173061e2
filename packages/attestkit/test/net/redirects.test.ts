import { expect, it } from 'vitest';
import { Watchers } from '../../src/net/watchers.js';
import { fetchBody, FetchFailure } from '../../src/net/fetch-body.js';

/** What is made of an answer: its status, or why it cannot be used. */
async function outcomeOf(response: Response): Promise<unknown> {
  const limits = {
    fetch: async () => response,
    timeoutMs: 500,
    maxBytes: 100,
    maxErrorBytes: 100,
    watchers: new Watchers(),
  };
  const asked = fetchBody('https://keys.example/', { headers: {} }, limits);
  return asked.then(
    ({ status }) => status,
    (error: unknown) => (error instanceof FetchFailure ? error.message : error),
  );
}

const said = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(status === 304 ? null : '{}', { status, headers });

it.each([301, 302, 303, 307, 308])('status %d is a redirect, with and without a place', async (status) => {
  expect(await outcomeOf(said(status))).toBe('the answer is a redirect');
  const location = 'https://keys.example/moved';
  expect(await outcomeOf(said(status, { location }))).toBe('the answer is a redirect');
});

it('so is the answer of a fetch that hides them, as browsers do, and one that was followed', async () => {
  const hidden = Object.defineProperty(said(200), 'type', { value: 'opaqueredirect' });
  expect(await outcomeOf(hidden)).toBe('the answer is a redirect');
  const followed = Object.defineProperty(said(200), 'redirected', { value: true });
  expect(await outcomeOf(followed)).toBe('the answer came from a redirect');
});

it.each([200, 201, 300, 304, 305, 306, 309, 400, 503])('status %d is none', async (status) => {
  expect(await outcomeOf(said(status, { location: '/moved' }))).toBe(status);
});
