import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ReadyRules } from '../../../src/approov/message-signing/settings.js';
import { useUp } from '../../../src/approov/message-signing/signed-request.js';
import type { Store } from '../../../src/ports/store.js';
import { memoryStore } from '../../../src/stores/memory.js';
import { send, server, type Sent } from '../support/signing-server.js';
import { NOW } from '../support/tokens.js';

describe('a replay', () => {
  it('is accepted without the option, and refused with it', async () => {
    const sent = send();
    const open = server();
    expect([await open.check(sent), await open.check(sent)]).toEqual(['accepted', 'accepted']);
    const { check } = server({ replay: true, store: memoryStore() });
    expect([await check(sent), await check(sent)]).toEqual(['accepted', 'ERR_APPROOV_SIGNATURE_REUSED']);
    expect(await check(send())).toBe('accepted');
  });

  it('with another signature that anybody can make of one is refused too', async () => {
    const { check } = server({ replay: true, store: memoryStore() });
    const { fields } = send();
    expect(await check({ fields })).toBe('accepted');
    const raw = Buffer.from(/:(.*):/.exec(fields['signature'] as string)?.[1] as string, 'base64');
    const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
    const s = (order - BigInt(`0x${raw.subarray(32).toString('hex')}`)).toString(16).padStart(64, '0');
    const twin = Buffer.concat([raw.subarray(0, 32), Buffer.from(s, 'hex')]);
    expect(
      await server().check({ fields: { ...fields, signature: `install=:${twin.toString('base64')}:` } }),
    ).toBe('accepted');
    expect(await check({ fields: { ...fields, signature: `install=:${twin.toString('base64')}:` } })).toBe(
      'ERR_APPROOV_SIGNATURE_REUSED',
    );
  });

  it('of a request that was refused for something else costs nothing', async () => {
    const { check } = server({ replay: true, store: memoryStore() });
    const sent = send({ method: 'POST', body: '{}' });
    expect(await check({ ...sent, body: 'x' })).toBe('ERR_APPROOV_SIGNATURE_DIGEST_MISMATCH');
    expect(await check(sent)).toBe('accepted');
  });
});

describe('what is remembered of a signature', () => {
  /** A store that has seen nothing before, and what it was asked. */
  function recording() {
    const claims: [key: string, ttlMs: number][] = [];
    const store = {
      claim: async (key: string, ttlMs: number) => {
        claims.push([key, ttlMs]);
        return true;
      },
    } as unknown as Store;
    return { claims, store };
  }

  /** The time for which the SDK's signature, which expires in 13 seconds, is remembered. */
  async function remembered(leewaySeconds: number, now: number): Promise<number | undefined> {
    const { claims, store } = recording();
    const { check } = server({ replay: true, store, leewaySeconds }, { messageSigning: true }, now);
    expect(await check(send())).toBe('accepted');
    return claims[0]?.[1];
  }

  it('is remembered until it expires, the leeway included, and two minutes longer', async () => {
    expect(await remembered(60, NOW)).toBe(13_000 + 60_000 + 120_000);
    expect(await remembered(0, NOW)).toBe(13_000 + 120_000);
    expect(await remembered(60, NOW + 73_000)).toBe(120_000);
  });

  it('is remembered for whole milliseconds, rounded up, whatever the clock', async () => {
    const { claims, store } = recording();
    const signature = { by: 'install', components: [], createdAt: NOW, expiresAt: NOW + 13_000 } as const;
    const rules = { leewaySeconds: 0 } as ReadyRules;
    const covered = { signature, unique: Buffer.alloc(32) };
    await useUp(covered, store, rules, NOW + 0.75);
    expect(claims.map(([, ttlMs]) => ttlMs)).toEqual([13_000 + 120_000]);
    await useUp(covered, store, rules, NOW + 13_000);
    await expect(useUp(covered, store, rules, NOW + 13_000.5)).rejects.toMatchObject({
      code: 'ERR_APPROOV_SIGNATURE_EXPIRED',
    });
    expect(claims).toHaveLength(2);
  });

  // Instances of two versions share a store while one replaces the other: the key is the same in all versions.
  const keyFor = (unique: Buffer): string =>
    `approov-signature/${createHash('sha256').update(unique).digest('base64url')}`;
  const bytesOf = ({ fields }: Sent): Buffer =>
    Buffer.from(/:(.*):/.exec(fields['signature'] as string)?.[1] as string, 'base64');

  it('is the first half of an installation’s, as a digest', async () => {
    const { claims, store } = recording();
    const sent = send();
    expect(await server({ replay: true, store }).check(sent)).toBe('accepted');
    expect(claims.map(([key]) => key)).toEqual([keyFor(bytesOf(sent).subarray(0, 32))]);
  });

  it('is nothing without the option, whether or not there is a store', async () => {
    const { claims, store } = recording();
    expect(await server({ store }).check(send())).toBe('accepted');
    expect(await server({ store, replay: false }).check(send())).toBe('accepted');
    expect(claims).toEqual([]);
  });
});
