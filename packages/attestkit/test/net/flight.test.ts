import { expect, it } from 'vitest';
import { FetchFailure } from '../../src/net/fetch-body.js';
import { SingleFlight } from '../../src/net/single-flight.js';

/** A flight with a clock that the test moves or breaks, and what its owner was told. */
function flight() {
  const clock = { ms: 1000, fails: false };
  const told: number[] = [];
  const now = (): number => {
    if (clock.fails) throw new Error('no clock');
    return clock.ms;
  };
  return { clock, told, made: new SingleFlight(100, now, (at) => void told.push(at)) };
}

const fail = (): Promise<void> => Promise.reject(new FetchFailure('no network'));

it('is shared, and over when it has landed', async () => {
  const { made } = flight();
  let landed: () => void = () => undefined;
  const first = made.run(() => new Promise((resolve) => (landed = resolve)));
  const second = made.run(fail);
  expect(made.isUnderWay).toBe(true);
  landed();
  await Promise.all([first, second]);
  expect([made.isUnderWay, made.failure]).toEqual([false, undefined]);
});

it.each<readonly [string, () => Promise<void>]>([
  ['rejects', () => Promise.reject(new Error('words of the answer'))],
  [
    'throws at once',
    () => {
      throw new Error('words of the answer');
    },
  ],
])('never rejects, and is not stuck where what it runs %s', async (_, fetch) => {
  const { made, clock } = flight();
  await made.run(fetch);
  expect([made.isUnderWay, made.failure?.message]).toEqual([false, 'the answer cannot be read']);
  expect(made.mustPause()).toBe(true);
  clock.ms += 100;
  expect(made.mustPause()).toBe(false);
  await made.run(async () => undefined);
  expect(made.failure).toBeUndefined();
});

it('never rejects, and is not stuck where its clock fails', async () => {
  const { made, clock } = flight();
  clock.fails = true;
  await made.run(fail);
  clock.fails = false;
  expect([made.isUnderWay, made.failure?.message, made.mustPause()]).toEqual([false, 'no network', false]);
  await made.run(fail);
  expect([made.failure?.message, made.mustPause()]).toEqual(['no network', true]);
});

it('tells its owner once where the clock was set back behind its end, and ends the cooldown', async () => {
  const { made, clock, told } = flight();
  await made.run(fail);
  clock.ms += 50;
  expect([made.time(), made.cooldownLeft(), told]).toEqual([1050, 50, []]);
  clock.ms = 1000;
  expect([made.time(), made.cooldownLeft(), told]).toEqual([1000, 100, []]);
  clock.ms = 999;
  expect(made.mustPause()).toBe(false);
  expect([made.time(), told]).toEqual([999, [999]]);
});
