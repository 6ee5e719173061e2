import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../../../src/log/log.js';
import { approovToken, SECRET } from '../../support/tokens.js';
import { adminGateway, ask, signedIn, TOKENS } from '../support/ask.js';

it('is not kept, logged or told: evidence that was inspected', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-kept-'));
  const lines: string[] = [];
  const log = createLog({ isTerminal: false, write: (text) => lines.push(text) }, {});
  log.follow({ log: { level: 'debug' }, evidence: {} });
  const { adminUrl, events, close } = await adminGateway(
    `${TOKENS}, history: '${join(folder, 'h.db')}'`,
    '',
    {
      onEvent: log.hear,
    },
  );
  const cookie = await signedIn(adminUrl);
  const token = approovToken({ exp: 4_000_000_000, marker: 'mark-7f3a' });
  const before = events.length;
  const inspect = async (body: unknown) =>
    await ask(adminUrl, { method: 'POST', path: '/api/inspect', cookie, body: JSON.stringify(body) });
  const passed = await inspect({ evidence: token, members: { secretBase64: SECRET } });
  expect([passed.status, passed.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(passed.body).toContain('mark-7f3a');
  expect((await inspect({ evidence: '{"mark-7f3a":1}' })).status).toBe(422);
  expect((await inspect({ evidence: 'mark-7f3a', other: 1 })).status).toBe(400);
  expect(events.slice(before)).toEqual([]);
  const metrics = await ask(adminUrl, { path: '/metrics' });
  await close();
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('latin1'));
  expect(files.length).toBeGreaterThan(0);
  for (const text of [...lines, ...files, metrics.body, JSON.stringify(events)])
    for (const secret of ['mark-7f3a', SECRET, token.slice(0, 60)]) expect(text).not.toContain(secret);
  rmSync(folder, { recursive: true });
});
