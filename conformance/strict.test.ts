import { describe, expect, it } from 'vitest';
import { recordedGuard } from './servers/recorded-guard.js';
import type { Target } from './servers/server-spec.js';
import { helloServer } from './servers/servers.js';
import { expectRefusal, expectReply, serveAll } from './servers/serving.js';
import { strictCases, type Attempt } from './cases/strict.js';
import { targets } from './targets/index.js';

/** The cases of the published table "Own negative set". */
const ROWS = 41;

it(`has the ${ROWS} cases of the table`, () => {
  expect(new Set(strictCases.map(({ name }) => name)).size).toBe(ROWS);
  expect(strictCases).toHaveLength(ROWS);
});

describe.each(targets)('$name', (target) => {
  describe.each(['token', 'binding'] as const)('%s check', (server) => {
    const recorded = recordedGuard();
    const send = serveAll(target, helloServer(recorded.guard, server === 'binding' ? { binding: true } : {}));

    it.each(strictCases.filter((each) => each.server === server))('$name', async ({ attempts }) => {
      for (const attempt of attempts) {
        const before = recorded.events.length;
        const { method = 'GET', target: path = '/' } = attempt.request;
        const response = await send({ ...attempt.request, target: path });
        if (target.refuses?.({ ...attempt.request, target: path })) {
          expect([response.status, recorded.events.length - before]).toEqual([400, 0]);
          continue;
        }
        const expected = expectationOf(attempt, target);
        if (expected.status === 200) expectReply(response, { message: 'Hello, World!' });
        else expectRefusal(response, 401, method === 'HEAD' ? '' : '{}');
        const codes = recorded.events.slice(before).map((event) => event.refused?.code);
        expect(codes).toEqual([expected.code]);
      }
    });
  });
});

function expectationOf(attempt: Attempt, target: Target): { status: number; code: string | undefined } {
  if (target.http === 2 && attempt.http2 !== undefined) return attempt.http2;
  const code = target.fields === 'joined' ? (attempt.joined ?? attempt.code) : attempt.code;
  return { status: attempt.status, code };
}
