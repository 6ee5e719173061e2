import { describe, expect, it } from 'vitest';
import { Breaker } from '../../src/net/google-breaker.js';
import type { GoogleFailure } from '../../src/ports/google.js';

type Answer = { readonly outcome: 'good' } | GoogleFailure;
const good: Answer = { outcome: 'good' };
const down: Answer = { outcome: 'unavailable', problem: 'p', retryAfter: 30 };
const throttled: Answer = { outcome: 'throttled', problem: 'p', retryAfter: 60 };
const invalid: Answer = { outcome: 'invalid' };

/** A breaker with a clock that the test moves, and a count of the attempts. */
function breaker() {
  const clock = { ms: 0 };
  const made = new Breaker(() => clock.ms);
  let attempts = 0;
  const run = (answer: Answer | Promise<Answer>, signal?: AbortSignal): Promise<Answer> =>
    made.run<Answer>(async () => {
      attempts += 1;
      return answer;
    }, signal);
  return { clock, run, attempts: (): number => attempts };
}

async function opened() {
  const made = breaker();
  for (let at = 0; at < 5; at += 1) await made.run(down);
  return made;
}

describe('a circuit breaker', () => {
  it('opens after five failures in a row, and says when to come back', async () => {
    const { run, attempts, clock } = await opened();
    clock.ms = 10_500;
    expect(await run(good)).toEqual({ ...down, retryAfter: 20 });
    expect(attempts()).toBe(5);
  });

  it('does not open where one of them was good', async () => {
    const { run, attempts } = breaker();
    for (const answer of [down, down, down, down, good, down, down, down, down]) await run(answer);
    expect(await run(good)).toEqual(good);
    expect(attempts()).toBe(10);
  });

  it('opens at once over the quota', async () => {
    const { run, attempts } = breaker();
    await run(throttled);
    expect(await run(good)).toEqual(throttled);
    expect(attempts()).toBe(1);
  });

  it.each([
    ['invalid', invalid],
    ['misconfigured', { outcome: 'misconfigured', problem: 'p' } as Answer],
  ])('does not open for what is %s, however often', async (_, answer) => {
    const { run, attempts } = breaker();
    for (let at = 0; at < 20; at += 1) await run(answer);
    expect(attempts()).toBe(20);
  });

  it('does not open for callers that gave up', async () => {
    const { run, attempts } = breaker();
    for (let at = 0; at < 20; at += 1) await run(down, AbortSignal.abort());
    expect(attempts()).toBe(20);
  });

  it('lets one ask when its time is over, while all others wait', async () => {
    const { run, attempts, clock } = await opened();
    clock.ms = 30_000;
    let settle: (answer: Answer) => void = () => undefined;
    const probe = run(new Promise((resolve) => (settle = resolve)));
    expect(await run(good)).toEqual({ ...down, retryAfter: 1 });
    expect(attempts()).toBe(6);
    settle(good);
    expect(await probe).toEqual(good);
    expect(await run(invalid)).toEqual(invalid);
  });

  it('stays open where that one fails, and asks again where it gave up', async () => {
    const { run, attempts, clock } = await opened();
    clock.ms = 30_000;
    await run(down);
    expect(await run(good)).toEqual(down);
    clock.ms = 60_000;
    await run(down, AbortSignal.abort());
    expect(await run(good)).toEqual(good);
    expect(attempts()).toBe(8);
  });

  it('that opened over the quota stays open where the one that asks fails', async () => {
    const { run, attempts, clock } = breaker();
    await run(throttled);
    clock.ms = 60_000;
    await run(down);
    expect(await run(good)).toEqual(down);
    expect(attempts()).toBe(2);
  });
});
