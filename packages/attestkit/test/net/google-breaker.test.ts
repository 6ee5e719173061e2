import { describe, expect, it } from 'vitest';
import { CircuitBreaker, type Attempt } from '../../src/net/google/circuit-breaker.js';
import type { GoogleFailure } from '../../src/ports/google.js';

type Good = { readonly outcome: 'good' };
const failure: GoogleFailure = { outcome: 'unavailable', problem: 'p', retryAfter: 30 };
const full: GoogleFailure = { outcome: 'throttled', problem: 'q', retryAfter: 60 };
const good: Attempt<Good> = { says: 'up', answer: { outcome: 'good' } };
const down: Attempt<Good> = { says: 'down', answer: failure };
const throttled: Attempt<Good> = { says: 'throttled', answer: full };
const refused: Attempt<Good> = { says: 'answered', answer: { outcome: 'invalid' } };
const nothing: Attempt<Good> = { says: 'nothing', answer: failure };

/** A breaker with a clock that the test moves, and a count of the attempts. */
function breaker() {
  const clock = { ms: 0 };
  const told: string[] = [];
  const made = new CircuitBreaker(
    (circuit) => void told.push(circuit),
    () => clock.ms,
  );
  let attempts = 0;
  const run = (
    attempt: Attempt<Good> | Promise<Attempt<Good>>,
    subject = 'a',
  ): Promise<Good | GoogleFailure> =>
    made.run(subject, async () => {
      attempts += 1;
      return attempt;
    });
  return { clock, told, run, attempts: (): number => attempts };
}

async function opened() {
  const made = breaker();
  for (let at = 0; at < 5; at += 1) await made.run(down);
  return made;
}

describe('a circuit breaker', () => {
  it('tells once that it opened, and once that it closed', async () => {
    const { run, told, clock } = await opened();
    expect(told).toEqual(['opened']);
    clock.ms = 31_000;
    await run(down);
    expect(told).toEqual(['opened']);
    clock.ms = 62_000;
    await run(good);
    await run(good);
    expect(told).toEqual(['opened', 'closed']);
  });

  it('opens after five failures in a row, for every subject, and says when to come back', async () => {
    const { run, attempts, clock } = await opened();
    clock.ms = 10_500;
    for (const subject of ['a', 'b'])
      expect(await run(good, subject)).toEqual({ ...failure, retryAfter: 20 });
    expect(attempts()).toBe(5);
  });

  it('does not open where one of them was good', async () => {
    const { run, attempts } = breaker();
    for (const answer of [down, down, down, down, good, down, down, down, down]) await run(answer);
    expect(await run(good)).toEqual(good.answer);
    expect(attempts()).toBe(10);
  });

  it.each([
    ['refusals', refused],
    ['what was not asked', nothing],
  ])('neither opens for %s, however often, nor forgets failures for them', async (_, answer) => {
    const { run, attempts } = breaker();
    for (let at = 0; at < 20; at += 1) await run(answer);
    for (let at = 0; at < 5; at += 1) {
      await run(answer);
      await run(down);
    }
    expect(attempts()).toBe(30);
    expect(await run(good)).toEqual(failure);
    expect(attempts()).toBe(30);
  });

  it('lets one ask when its time is over, while all others wait', async () => {
    const { run, attempts, clock } = await opened();
    clock.ms = 30_000;
    let settle: (answer: Attempt<Good>) => void = () => undefined;
    const probe = run(new Promise((resolve) => (settle = resolve)));
    expect(await run(good, 'b')).toEqual({ ...failure, retryAfter: 1 });
    expect(attempts()).toBe(6);
    settle(good);
    expect(await probe).toEqual(good.answer);
    for (let at = 0; at < 4; at += 1) await run(down);
    expect(await run(good)).toEqual(good.answer);
  });

  it('stays open where that one fails, and asks again where it learnt nothing', async () => {
    const { run, attempts, clock } = await opened();
    clock.ms = 30_000;
    await run(down);
    expect(await run(good)).toEqual(failure);
    clock.ms = 60_000;
    await run(nothing);
    expect(await run(good)).toEqual(good.answer);
    expect(attempts()).toBe(8);
  });

  it('closes where that one is refused, so that rubbish keeps nobody out, and opens at the next failure', async () => {
    const { run, attempts, clock } = await opened();
    clock.ms = 30_000;
    await run(refused);
    await Promise.all([run(refused), run(refused)]);
    expect(attempts()).toBe(8);
    await run(down);
    expect(await run(good)).toEqual(failure);
    expect(attempts()).toBe(9);
  });

  it('is not stuck where that one throws', async () => {
    const { run, clock } = await opened();
    clock.ms = 30_000;
    await expect(run(Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await run(good)).toEqual(good.answer);
  });

  it('opens at once over a quota, for its subject alone', async () => {
    const { run, attempts, clock } = breaker();
    await run(throttled, 'a');
    clock.ms = 10_000;
    expect(await run(good, 'a')).toEqual({ ...full, retryAfter: 50 });
    expect(await run(good, 'b')).toEqual(good.answer);
    expect(attempts()).toBe(2);
  });

  it('over a quota lets one ask when its time is over, and stays open until that one is answered', async () => {
    const { run, attempts, clock } = breaker();
    await run(throttled);
    clock.ms = 60_000;
    await run(throttled);
    expect(await run(good)).toEqual(full);
    clock.ms = 120_000;
    let settle: (answer: Attempt<Good>) => void = () => undefined;
    const probe = run(new Promise((resolve) => (settle = resolve)));
    expect(await run(good)).toEqual({ ...full, retryAfter: 1 });
    settle(down);
    await probe;
    await run(refused);
    await Promise.all([run(good), run(good)]);
    expect(attempts()).toBe(6);
  });

  it('remembers a thousand subjects over their quota, and no more', async () => {
    const { run, attempts } = breaker();
    for (let at = 0; at <= 1000; at += 1) await run(throttled, `subject ${at}`);
    await run(good, 'subject 1');
    expect(attempts()).toBe(1001);
    await run(good, 'subject 0');
    expect(attempts()).toBe(1002);
  });
});
