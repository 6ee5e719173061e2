import { describe, expect } from 'vitest';
import { readAuthorizationList } from '../../src/key-attestation/description/authorization-list.js';
import { readDer } from '../../src/kernel/asn1/der.js';
import { vectors } from '../vectors.js';
import { asJson } from './support/published.js';

describe('authorization lists of published tests', () => {
  const published = vectors('key-description-blobs/google');
  const blob = (name: string): Buffer => {
    const { blobs } = published.files[0] as unknown as { blobs: Record<string, string> };
    return Buffer.from(String(blobs[name]), 'base64');
  };
  const read = (
    name: string,
  ): { list: unknown; repeatedTags: readonly string[]; anomalies: readonly string[] } => {
    const notes = { anomalies: [], unknownTags: [], repeatedTags: [] };
    return { list: asJson(readAuthorizationList(readDer(blob(name)), 'list', notes)), ...notes };
  };

  published.run('parse to what they are known to say', (files) => {
    const { expected } = files[0] as unknown as { expected: Record<string, Record<string, unknown>> };
    const { list: software } = read('SW_ENFORCED');
    const { creationDateTime, packages } = expected['SW_ENFORCED'] ?? {};
    const app = (
      software as { attestationApplicationId: { packages: unknown[]; signatureDigests: unknown[] } }
    ).attestationApplicationId;
    expect(software).toMatchObject({ creationDateTime });
    expect(app.packages.length).toBe(packages);
    expect(app.signatureDigests).toEqual([expected['AAID']?.['signatureDigest']]);

    const { list: hardware } = read('TEE_ENFORCED');
    // Google's reader takes the day 00, which it says, for the first; here it stays what the device wrote.
    expect(expected['TEE_ENFORCED']).toMatchObject({ bootPatchLevel: 20_190_701 });
    expect(hardware).toMatchObject({ ...expected['TEE_ENFORCED'], bootPatchLevel: 20_190_700 });
    expect(hardware).toMatchObject({
      rootOfTrust: {
        verifiedBootKey: Buffer.alloc(32).toString('base64'),
        deviceLocked: false,
        verifiedBootState: 'UNVERIFIED',
      },
    });
  });

  published.run('have the sets of one tag joined, as Google’s reader joins them', () => {
    const { repeatedTags, list, anomalies } = read('REPEATED_TAGS');
    expect(repeatedTags).toEqual([]);
    expect(anomalies).toContain('list.digest: in several parts');
    const { digest } = list as { digest: readonly number[] };
    expect(new Set(digest).size).toBe(digest.length);
    expect(digest.length).toBeGreaterThan(1);
  });
});
