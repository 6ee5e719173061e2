import { describe, expect, it } from 'vitest';
import { approov } from '../../../src/approov/index.js';
import { createGuard } from '../../../src/create-guard.js';
import type { RouteOptions } from '../../../src/guard/internal.js';
import { memoryStore } from '../../../src/stores/memory.js';
import { BASE_URL } from '../support/signed-request.js';
import { send } from '../support/signing-server.js';
import { NOW, SECRET_BASE64 } from '../support/tokens.js';

const BODY = '{"amount":1}';

describe('a body that arrives slowly', () => {
  /** A guard whose time the test sets, and a request that waits for its body. */
  function slowly(route: object) {
    let now = NOW;
    const clock = (): number => now;
    const evidence = approov({ secretBase64: SECRET_BASE64, messageSigning: { baseUrl: BASE_URL } });
    const guard = createGuard({ evidence: [evidence], now: clock });
    const ready = guard.route({ messageSigning: route } as RouteOptions);
    const { fields } = send({ method: 'POST', body: BODY });
    const check = (body: Promise<Uint8Array>) =>
      guard.check(
        {
          method: 'POST',
          target: '/v1/items?x=1',
          fields: (name: string) => [fields[name] ?? []].flat(),
          body: () => body,
        },
        ready,
      );
    let finish: (bytes: Uint8Array) => void = () => undefined;
    const slow = check(new Promise((resolve) => (finish = resolve)));
    return {
      clock,
      again: () => check(Promise.resolve(Buffer.from(BODY))),
      arrivesAfter: async (ms: number) => {
        now += ms;
        finish(Buffer.from(BODY));
        return slow;
      },
    };
  }

  it('is refused where the signature has expired meanwhile, with and without a memory of replays', async () => {
    const replay = { replay: true, store: memoryStore({ now: () => NOW }) };
    for (const route of [{}, replay]) {
      expect(await slowly(route).arrivesAfter(73_000)).toMatchObject({ outcome: 'accept' });
      expect(await slowly(route).arrivesAfter(73_001)).toMatchObject({
        outcome: 'refuse',
        error: { code: 'ERR_APPROOV_SIGNATURE_EXPIRED' },
      });
    }
  });

  it('is refused where a copy was accepted, and its claim has ended', async () => {
    let clock = (): number => NOW;
    const held = slowly({ replay: true, store: memoryStore({ now: () => clock() }) });
    clock = held.clock;
    expect(await held.again()).toMatchObject({ outcome: 'accept' });
    // Below the five minutes that Node's server gives a request to arrive.
    expect(await held.arrivesAfter(200_000)).toMatchObject({ outcome: 'refuse' });
  });
});
