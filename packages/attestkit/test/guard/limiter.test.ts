import { describe, expect, it } from 'vitest';
import { tokenBuckets } from '../../src/guard/limiter.js';

const MINUTE = 60_000;

function limiter() {
  const clock = { now: 1_000_000 };
  const allowed = tokenBuckets(() => clock.now);
  const ask = (address?: string, device?: string) =>
    allowed({ endpoint: 'attest', address, device }) as boolean;
  /** How many of so many uses are allowed. */
  const burst = (uses: number, address?: string, device?: string) =>
    Array.from({ length: uses }, () => ask(address, device)).filter(Boolean).length;
  return { clock, ask, burst };
}

describe('token buckets', () => {
  it('let 600 uses a minute of one address, and no more', () => {
    const { burst, clock } = limiter();
    expect(burst(1000, 'a')).toBe(600);
    expect(burst(1, 'b')).toBe(1);
    clock.now += 99;
    expect(burst(1, 'a')).toBe(0);
    clock.now += 1;
    expect(burst(2, 'a')).toBe(1);
    clock.now += MINUTE;
    expect(burst(1000, 'a')).toBe(600);
    clock.now += 1000 * MINUTE;
    expect(burst(1000, 'a')).toBe(600);
  });

  it('let 30 uses a minute of one device', () => {
    const { burst, clock } = limiter();
    expect(burst(100, 'a', 'd')).toBe(30);
    expect(burst(100, 'a', 'e')).toBe(30);
    clock.now += 2000;
    expect(burst(2, 'a', 'd')).toBe(1);
  });

  it('keep nobody from its device id from another address', () => {
    const { burst } = limiter();
    expect(burst(100, 'attacker', 'd')).toBe(30);
    expect(burst(30, 'owner', 'd')).toBe(30);
  });

  it('charge an address for what its devices are refused', () => {
    const { burst } = limiter();
    expect(burst(600, 'a', 'd')).toBe(30);
    expect(burst(10, 'a', 'e')).toBe(0);
    expect(burst(10, 'a')).toBe(0);
  });

  it('take no name of an address for one of a device', () => {
    const { burst } = limiter();
    burst(1000, 'a');
    expect(burst(1, undefined, 'a')).toBe(1);
    expect(burst(1, 'a/x')).toBe(1);
  });

  it('count a device where nobody knows the address, and nobody where nothing is known', () => {
    const { burst } = limiter();
    expect(burst(100, undefined, 'd')).toBe(30);
    expect(burst(2000)).toBe(2000);
  });

  it('give nothing for a clock that is set back', () => {
    const { burst, clock } = limiter();
    expect(burst(1000, 'a')).toBe(600);
    clock.now -= MINUTE;
    expect(burst(1, 'a')).toBe(0);
    clock.now += 100;
    expect(burst(2, 'a')).toBe(1);
  });

  it('let no address push others out by the devices that it makes up', () => {
    const { burst, ask } = limiter();
    expect(burst(1000, 'a')).toBe(600);
    for (let made = 0; made < 60_000; made += 1) ask('flood', `d${made}`);
    expect(burst(1, 'a')).toBe(0);
  });

  it('remember no more than so many', () => {
    const { burst, ask } = limiter();
    expect(burst(1000, 'a')).toBe(600);
    for (let other = 0; other < 60_000; other += 1) ask(`x${other}`);
    expect(burst(1, 'a')).toBe(1);
  });
});
