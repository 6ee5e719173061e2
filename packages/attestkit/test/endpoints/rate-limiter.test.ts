import { describe, expect, it } from 'vitest';
import { tokenBuckets } from '../../src/endpoints/rate-limiter.js';
import { enrollmentLimits, readLimits } from '../../src/endpoints/limits.js';

const MINUTE = 60_000;

function limiter() {
  const clock = { now: 1_000_000 };
  const allowed = tokenBuckets(readLimits(), () => clock.now);
  const step = (name: 'address' | 'device' | 'verified', address?: string, device?: string) =>
    allowed({ endpoint: 'attest', step: name, address, device }) as boolean;
  /** Both questions about one request, as the endpoints ask them. */
  const ask = (address?: string, device?: string) =>
    step('address', address) && (device === undefined || step('device', address, device));
  /** How many of so many uses are allowed. */
  const burst = (uses: number, address?: string, device?: string) =>
    Array.from({ length: uses }, () => ask(address, device)).filter(Boolean).length;
  return { clock, ask, burst, step };
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

  it('count all clients without a known address together, and none by the label alone', () => {
    const { burst } = limiter();
    expect(burst(100, undefined, 'd')).toBe(100);
    expect(burst(10_000)).toBe(5900);
    expect(burst(1, 'a')).toBe(1);
  });

  it('count by the label alone only what was verified, from wherever', () => {
    const { step, ask, clock } = limiter();
    for (let each = 0; each < 29; each += 1) step('verified', `a${each}`, 'd');
    expect(ask('b', 'd')).toBe(true);
    step('verified', 'b', 'd');
    expect([ask('b', 'd'), ask(undefined, 'd'), ask('b', 'e')]).toEqual([false, false, true]);
    clock.now += 2000;
    expect(ask('b', 'd')).toBe(true);
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

describe('limits of what one address may cost', () => {
  const HOUR = 60 * MINUTE;

  function limited(options = {}) {
    const clock = { now: 1_000_000 };
    const limits = enrollmentLimits(readLimits(options), () => clock.now);
    const burst = (of: 'remote' | 'newRecord', uses: number, address?: string) =>
      Array.from({ length: uses }, () => limits[of](address)).filter(Boolean).length;
    return { clock, burst };
  }

  it('are 10 calls to other services a minute, 300 new records an hour, and 60 of a /64', () => {
    const { burst, clock } = limited();
    expect(burst('remote', 100, '203.0.113.7')).toBe(10);
    expect(burst('remote', 100, '203.0.113.8')).toBe(10);
    expect(burst('newRecord', 1000, '203.0.113.7')).toBe(300);
    expect(burst('newRecord', 1000, '2001:db8::1')).toBe(60);
    clock.now += MINUTE;
    expect(burst('remote', 100, '203.0.113.7')).toBe(10);
    expect(burst('newRecord', 1000, '203.0.113.7')).toBe(5);
    clock.now += HOUR;
    expect(burst('newRecord', 1000, '203.0.113.7')).toBe(300);
  });

  it('know one host however its address is written', () => {
    const { burst } = limited({ newRecordsPerHour: 3, newRecordsPerHourIpv6: 2 });
    expect(burst('newRecord', 2, '203.0.113.7')).toBe(2);
    expect(burst('newRecord', 2, '::ffff:203.0.113.7')).toBe(1);
    expect(burst('newRecord', 1, '2001:db8::1')).toBe(1);
    expect(burst('newRecord', 5, '2001:DB8:0:0:ffff:1:2:3%eth0')).toBe(1);
    expect(burst('newRecord', 5, '2001:db8:0:1::1')).toBe(2);
    // A name that a proxy made up counts as an address of its own.
    expect(burst('newRecord', 5, 'client-7')).toBe(3);
  });

  it('hold all together whose address nobody knows', () => {
    const { burst } = limited({ remotePerMinute: 2, newRecordsPerHour: 3, unknownAddresses: 4 });
    expect(burst('remote', 100)).toBe(8);
    expect(burst('newRecord', 100)).toBe(12);
    expect(burst('remote', 1, '203.0.113.7')).toBe(1);
  });

  it.each([
    ['addressPerMinute', 0],
    ['devicePerMinute', -1],
    ['remotePerMinute', 1.5],
    ['newRecordsPerHour', Number.NaN],
    ['newRecordsPerHourIpv6', 1e9],
    ['unknownAddresses', '10'],
    ['remotePerHour', 5],
  ])('are refused at start-up where %s is %s', (name, value) => {
    expect(() => readLimits({ [name]: value })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable: `devices.limits.${name}` }),
    );
  });
});
