import { describe, expect, it } from 'vitest';
import type { Head } from '../../src/traffic/head.js';
import { withoutAdminCookies } from '../../src/http/admin-cookie.js';
import { OPEN } from '../../src/identity/identity.js';
import { outgoingLines } from '../../src/traffic/outgoing.js';

describe('cookies of the admin pages', () => {
  it.each([
    ['a=1; b=2', 'a=1; b=2'],
    ['attestkit_admin_8003=x', ''],
    ['a=1; attestkit_admin_8003=x; b=2', 'a=1; b=2'],
    ['attestkit_admin_8003=x; a=1', 'a=1'],
    ['a=1;attestkit_admin_8003=x;attestkit_admin_9=y', 'a=1'],
    ['a=attestkit_admin_8003', 'a=attestkit_admin_8003'],
    ['', ''],
  ])('are taken out of %j', (value, left) => {
    expect(withoutAdminCookies(value)).toBe(left);
  });

  it('do not go on to an API', () => {
    const head = { nominated: new Set<string>(), authority: 'api' } as unknown as Head;
    const told = {
      identity: OPEN,
      token: undefined,
      requestId: 'r',
      address: '::1',
      scheme: 'http',
      authority: 'api',
    } as const;
    const raw = ['Cookie', 'attestkit_admin_8003=x', 'cookie', 'a=1; attestkit_admin_8003=x', 'X-A', 'b'];
    const lines = outgoingLines(raw, head, () => false, told);
    expect(lines.join('\n')).not.toContain('attestkit_admin');
    expect(lines.slice(2, 6)).toEqual(['cookie', 'a=1', 'X-A', 'b']);
  });
});
