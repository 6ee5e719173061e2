import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { enforcing } from '../../src/kernel/sinks.js';
import { deriveKeys, LABELS, readSecrets } from '../../src/sessions/tokens/derived-keys.js';
import {
  appraiseSessionBinding,
  assertPrefixLengths,
  bindSession,
  ipPrefix,
  type BindingTerms,
  type Origin,
  type SessionBinding,
} from '../../src/sessions/tokens/session-binding.js';
import { misconfigured, refused } from './support/refusal.js';

describe('the prefix of an address', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['255.255.255.255', '255.255.255.0/24'],
    ['0.0.0.0', '0.0.0.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['::FFFF:c000:24d', '192.0.2.0/24'],
    ['0:0:0:0:0:ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:0:0:0:0:0/48'],
    ['2001:0DB8:0001::1', '2001:db8:1:0:0:0:0:0/48'],
    ['2001:db8:1::192.0.2.1', '2001:db8:1:0:0:0:0:0/48'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:0/48'],
    ['::', '0:0:0:0:0:0:0:0/48'],
    ['::1', '0:0:0:0:0:0:0:0/48'],
    ['1:2:3:4:5:6:7::', '1:2:3:0:0:0:0:0/48'],
    ['::2:3:4:5:6:7:8', '0:2:3:0:0:0:0:0/48'],
  ])('of %s is %s', (ip, prefix) => {
    expect(ipPrefix(ip)).toBe(prefix);
  });

  it('has the configured length, also within a part', () => {
    expect(ipPrefix('192.0.2.77', { v4: 32 })).toBe('192.0.2.77/32');
    expect(ipPrefix('192.255.2.77', { v4: 12 })).toBe('192.240.0.0/12');
    expect(ipPrefix('192.0.2.77', { v4: 8 })).toBe('192.0.0.0/8');
    expect(ipPrefix('2001:db8:ffff:ffff::1', { v6: 56 })).toBe('2001:db8:ffff:ff00:0:0:0:0/56');
    expect(ipPrefix('2001:db8::1', { v6: 128 })).toBe('2001:db8:0:0:0:0:0:1/128');
    expect(ipPrefix('::ffff:192.0.2.77', { v4: 32, v6: 16 })).toBe('192.0.2.77/32');
  });

  it.each([
    '',
    'localhost',
    '192.0.2',
    '192.0.2.1.1',
    '192.0.2.256',
    '192.0.2.01',
    '192.0.2.1 ',
    '192.0.2.1:443',
    '0x7f.0.0.1',
    '3221226061',
    '192.0.2.1%eth0',
    '[::1]',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::192.0.2',
    '192.0.2.1::',
    '1:2:3:4:5:6:7:192.0.2.1',
    '::1/64',
    '::1%',
    ':1:2:3:4:5:6:7:8',
    '１９２.0.2.1',
    ':'.repeat(100_000),
    '%'.repeat(100_000),
  ])('is none of %.30j', (ip) => {
    expect(ipPrefix(ip)).toBeUndefined();
  });

  it.each([{ v4: 7 }, { v4: 33 }, { v4: 24.5 }, { v4: Number.NaN }, { v6: 15 }, { v6: 129 }])(
    'cannot have the length %j',
    (lengths) => {
      expect(misconfigured(() => assertPrefixLengths(lengths, 'bind.ip.')).variable).toMatch(
        /^bind\.ip\.v[46]$/,
      );
    },
  );

  it('has no other setting', () => {
    expect(() => assertPrefixLengths({}, 'bind.ip.')).not.toThrow();
    expect(() => assertPrefixLengths({ v4: 32, v6: 128 }, 'bind.ip.')).not.toThrow();
    expect(misconfigured(() => assertPrefixLengths({ v5: 1 } as never, 'bind.ip.')).variable).toBe(
      'bind.ip.v5',
    );
  });
});

describe('a bound session', () => {
  const secrets = readSecrets([randomBytes(48).toString('base64'), randomBytes(48).toString('base64')], 's');
  const KEYS = deriveKeys(secrets, LABELS.pseudonym);
  const BOTH: BindingTerms = { ip: {}, userAgent: true };
  const HOME: Origin = { ip: '192.0.2.1', userAgent: 'App/1.0' };
  const bind = (terms: BindingTerms, origin: Origin) => bindSession(KEYS, terms, origin, enforcing);
  const appraise = (binding: SessionBinding | undefined, origin: Origin, terms = BOTH, keys = KEYS) =>
    appraiseSessionBinding(keys, terms, binding, origin, enforcing);

  it('holds keyed hashes of what it is bound to, and only of that', () => {
    expect(bind({ ip: undefined, userAgent: false }, HOME)).toBeUndefined();
    expect(Object.keys(bind({ ip: {}, userAgent: false }, HOME) ?? {})).toEqual(['ip']);
    expect(Object.keys(bind({ ip: undefined, userAgent: true }, HOME) ?? {})).toEqual(['ua']);
    const both = bind(BOTH, HOME);
    expect(both?.ip).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(both?.ua).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('holds from its network and user agent, also after the secrets have changed places', () => {
    const binding = bind(BOTH, HOME);
    appraise(binding, HOME);
    appraise(binding, { ...HOME, ip: '::ffff:192.0.2.200' });
    appraise(binding, HOME, BOTH, [...KEYS].toReversed());
  });

  it('is not asked for what is not configured, nor for what it was issued without', () => {
    appraise(bind(BOTH, HOME), { ip: undefined, userAgent: undefined }, { ip: undefined, userAgent: false });
    appraise(undefined, { ip: undefined, userAgent: undefined });
  });

  it('takes no user agent for a value like any other', () => {
    const binding = bind({ ip: undefined, userAgent: true }, { ...HOME, userAgent: undefined });
    appraise(binding, { ...HOME, userAgent: undefined });
    expect(refused(() => appraise(binding, HOME))).toBe('ERR_SESSION_BINDING_USER_AGENT_MISMATCH');
  });

  it.each([
    ['of another network', { ...HOME, ip: '192.0.3.1' }, 'ERR_SESSION_BINDING_IP_MISMATCH'],
    ['of the same bits in IPv6', { ...HOME, ip: '2001:db8::1' }, 'ERR_SESSION_BINDING_IP_MISMATCH'],
    ['without an address', { ...HOME, ip: undefined }, 'ERR_SESSION_BINDING_IP_MISMATCH'],
    ['of what is no address', { ...HOME, ip: 'unknown' }, 'ERR_SESSION_BINDING_IP_MISMATCH'],
    ['of another user agent', { ...HOME, userAgent: 'App/1.1' }, 'ERR_SESSION_BINDING_USER_AGENT_MISMATCH'],
    ['without a user agent', { ...HOME, userAgent: undefined }, 'ERR_SESSION_BINDING_USER_AGENT_MISMATCH'],
  ])('is refused in a request %s', (_, origin, code) => {
    expect(refused(() => appraise(bind(BOTH, HOME), origin))).toBe(code);
  });

  it('does not take the hash of one for the other, nor one of another secret', () => {
    const { ip, ua } = bind(BOTH, HOME) as SessionBinding;
    expect(refused(() => appraise({ ip: ua, ua: ip }, HOME))).toBe('ERR_SESSION_BINDING_IP_MISMATCH');
    const strangers = deriveKeys(readSecrets(randomBytes(48).toString('base64'), 's'), LABELS.pseudonym);
    expect(refused(() => appraise({ ip, ua }, HOME, BOTH, strangers))).toBe(
      'ERR_SESSION_BINDING_IP_MISMATCH',
    );
  });

  it.each([undefined, '', 'unix:'])('does not begin from the address %j', (ip) => {
    expect(refused(() => bind(BOTH, { ...HOME, ip }))).toBe('ERR_SESSION_BINDING_IP_MISMATCH');
  });
});
