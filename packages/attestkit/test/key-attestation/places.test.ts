import { describe, expect, it } from 'vitest';
import {
  inspectKeyAttestation,
  keyAttestation,
  verifyKeyAttestation,
  type KeyAttestationExpectations,
} from '../../src/key-attestation/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { factsOf } from '../../src/guard/telling/emit.js';
import { basicConstraints } from '../../../testing/src/encode/certificate.js';
import { integer, octets, tagged } from '../../../testing/src/encode/der.js';
import { vectors } from '../vectors.js';
import { HONEST_HARDWARE, NOW } from './support/describe.js';
import { context, options } from './support/enrolling.js';
import {
  attestation,
  expectations,
  factoryDrafts,
  KEY_DESCRIPTION,
  named,
  newKey,
  provisioningInfo,
  remoteDrafts,
  ROOT_KEY,
  signAll,
  STRANGER,
  type Draft,
} from './support/forge.js';
import { chainOf, defaultAppraisal } from './support/published.js';

const DAY = 86_400_000;

/** An honest chain with one of its drafts changed. */
const changed = (index: number, change: Partial<Draft>): Buffer[] =>
  signAll(remoteDrafts().map((draft, at) => (at === index ? { ...draft, ...change } : draft)));

/** Octets of a certificate of an honest chain changed after it was signed. */
function damaged(index: number, from: string, to: string): Buffer[] {
  const chain = signAll(remoteDrafts());
  const copy = Buffer.from(chain[index] as Buffer);
  const at = copy.indexOf(Buffer.from(from, 'hex'));
  if (at < 0) throw new Error('it is not there');
  copy.set(Buffer.from(to, 'hex'), at);
  return chain.with(index, copy);
}

type Row = readonly [
  code: string,
  place: string,
  chain: readonly Uint8Array[],
  expected?: Partial<KeyAttestationExpectations>,
];

const ROWS: readonly Row[] = [
  ['CERTIFICATE_MALFORMED', 'certificate 1, Certificate', changed(1, {}).with(1, Buffer.alloc(8))],
  [
    'CERTIFICATE_MALFORMED',
    'certificate 2, tbsCertificate.extensions[0] (2.5.29.19).critical',
    damaged(2, '0603551d130101ff', '0603551d130201ff'),
  ],
  ['CERTIFICATE_MALFORMED', 'certificate 0, tbsCertificate.version', damaged(0, 'a003020102', 'a003020107')],
  ['CERTIFICATE_MALFORMED', 'certificate 3, tbsCertificate.serialNumber', damaged(3, '02023882', '02020002')],
  ['CERTIFICATE_TOO_LARGE', 'certificate 4, Certificate', changed(4, {}).with(4, Buffer.alloc(17_000))],
  ['ISSUER_MISMATCH', 'certificate 3, tbsCertificate.issuer', changed(3, { issuer: named(['CN', 'x']) })],
  ['ROOT_MISSING', 'certificate 3, tbsCertificate.issuer', signAll(remoteDrafts()).slice(0, -1)],
  [
    'ROOT_REPEATED',
    'certificate 4, tbsCertificate.subjectPublicKeyInfo',
    [...signAll(remoteDrafts()), ...signAll(remoteDrafts()).slice(-1)],
  ],
  ['ROOT_REPEATED', 'certificate 0, tbsCertificate.subjectPublicKeyInfo', changed(0, { key: ROOT_KEY })],
  [
    'ROOT_UNKNOWN',
    'certificate 4, tbsCertificate.subjectPublicKeyInfo',
    changed(4, { key: newKey('P-384') }),
  ],
  ['ROOT_INVALID', 'certificate 4, signatureValue', changed(4, { signer: newKey('P-384'), serial: 7n })],
  [
    'SIGNATURE_ALGORITHM_INVALID',
    'certificate 0, signatureAlgorithm: 1.2.840.10045.4.1',
    changed(0, { hash: 'sha1' }),
  ],
  [
    'SIGNATURE_ALGORITHM_INVALID',
    'certificate 2, signatureAlgorithm: 1.2.3.4',
    changed(2, { algorithm: '1.2.3.4' }),
  ],
  ['SIGNATURE_INVALID', 'certificate 1, signatureValue', changed(1, { signer: STRANGER })],
  ['SIGNATURE_INVALID', 'certificate 3, signatureValue', changed(3, { signer: newKey('P-384') })],
  [
    'NOT_YET_VALID',
    `certificate 2, tbsCertificate.validity.notBefore: ${new Date(NOW + DAY).toISOString()}`,
    changed(2, { notBefore: NOW + DAY }),
  ],
  [
    'EXPIRED',
    `certificate 1, tbsCertificate.validity.notAfter: ${new Date(NOW - DAY).toISOString()}`,
    changed(1, { notAfter: NOW - DAY }),
  ],
  [
    'EXTENSION_MISSING',
    `certificate 0, tbsCertificate.extensions (${KEY_DESCRIPTION})`,
    changed(0, { extensions: [basicConstraints(false)] }),
  ],
  [
    'LEAF_EXTENSION_MISSING',
    `certificate 1, tbsCertificate.extensions (${KEY_DESCRIPTION})`,
    signAll([{ ...(remoteDrafts()[0] as Draft), key: STRANGER, extensions: [] }, ...remoteDrafts()]),
  ],
  [
    'EXTENSION_REPEATED',
    `certificate 1, tbsCertificate.extensions (${KEY_DESCRIPTION})`,
    changed(1, { extensions: [basicConstraints(true), attestation()] }),
  ],
  [
    'PROVISIONING_POSITION_INVALID',
    'certificate 2, tbsCertificate.extensions (1.3.6.1.4.1.11129.2.1.30)',
    changed(2, { extensions: [basicConstraints(true), provisioningInfo()] }),
  ],
  [
    'REVOKED',
    'certificate 2, tbsCertificate.serialNumber',
    signAll(remoteDrafts()),
    { revocations: { size: 1, isRevoked: (serial) => serial === 'f59c' } },
  ],
  [
    'DESCRIPTION_MALFORMED',
    'certificate 0, KeyDescription.hardwareEnforced.origin',
    signAll(remoteDrafts({ hardware: { 702: octets('0') } })),
  ],
  [
    'DESCRIPTION_MALFORMED',
    'certificate 0, KeyDescription.softwareEnforced.attestationApplicationId',
    signAll(remoteDrafts({ software: { 709: integer(1) } })),
  ],
  [
    'DESCRIPTION_MALFORMED',
    'certificate 0, KeyDescription.attestationVersion',
    signAll(remoteDrafts({ version: 5 })),
  ],
  [
    'DESCRIPTION_MALFORMED',
    'certificate 0, KeyDescription.attestationChallenge',
    signAll(remoteDrafts({ challengeElement: integer(1), hardware: { 702: octets('0') } })),
  ],
  [
    'DESCRIPTION_MALFORMED',
    'certificate 0, KeyDescription.hardwareEnforced',
    signAll(remoteDrafts({ hardwareList: [...HONEST_HARDWARE, integer(1)] })),
  ],
  ['DESCRIPTION_MALFORMED', 'certificate 0, KeyDescription', signAll(remoteDrafts({ more: [integer(1)] }))],
  [
    'TAG_REPEATED',
    'certificate 0, KeyDescription.hardwareEnforced 702',
    signAll(remoteDrafts({ hardwareList: [...HONEST_HARDWARE, tagged(702, integer(0))] })),
  ],
  [
    'TAG_UNKNOWN',
    'certificate 0, KeyDescription.softwareEnforced 13',
    signAll(remoteDrafts({ software: { 13: integer(1) } })),
  ],
];

describe('a chain that fails says in which certificate, and in which member of it', () => {
  it.each(ROWS.map(([code, place, chain, more]) => [code, place, chain, more ?? {}] as const))(
    '%s: %s',
    (code, place, chain, more) => {
      const expected = expectations(more);
      const inspection = inspectKeyAttestation(chain, expected);
      const failed = inspection.checks.find(({ ok }) => !ok);
      expect(failed?.code).toBe(`ERR_KEY_ATTESTATION_${code}`);
      expect(failed?.detail).toContain(`found ${place}`);

      const error = thrownBy(() => verifyKeyAttestation(chain, expected));
      expect(error).toMatchObject({ code: `ERR_KEY_ATTESTATION_${code}`, cause: { message: place } });
      // The sentence for clients and the one of events stay apart.
      expect(error.message).not.toContain(place);
      expect(factsOf(error)).toMatchObject({ says: error.message, cause: place });
    },
  );

  it('says none of it of a chain that holds', () => {
    const { checks } = inspectKeyAttestation(signAll(remoteDrafts()), expectations());
    expect(checks.every(({ ok, detail }) => ok && !detail.includes('certificate '))).toBe(true);
    const factory = inspectKeyAttestation(signAll(factoryDrafts()), expectations());
    expect(factory.checks.filter(({ detail }) => detail.includes('tbsCertificate'))).toEqual([]);
    // A factory's certificates may have expired, so the report does not say that it expects another time.
    const until = new Date(NOW - 300 * DAY).toISOString();
    expect(factory.checks).toContainEqual(
      expect.objectContaining({
        code: 'ERR_KEY_ATTESTATION_EXPIRED',
        detail: `not asked; found ${until}`,
      }),
    );
  });

  it('says of a chain without an attestation that it is missing, and not that it is elsewhere', () => {
    const { checks } = inspectKeyAttestation(changed(0, { extensions: [] }), expectations());
    expect(checks.flatMap(({ ok, code }) => (ok ? [] : [code]))).toEqual([
      'ERR_KEY_ATTESTATION_EXTENSION_MISSING',
      'ERR_KEY_ATTESTATION_DESCRIPTION_MALFORMED',
    ]);
    expect(checks.at(-1)?.detail).toMatch(/: found certificate 0, KeyDescription$/);
  });

  it('says it where a device enrolls too, without serial numbers or keys', async () => {
    const chain = changed(1, { signer: STRANGER }).map((each) => each.toString('base64'));
    const refused = await Promise.resolve()
      .then(() => keyAttestation(options()).verify({ certificate_chain: chain }, context))
      .then(
        () => undefined,
        (error: unknown) => error as AttestationError,
      );
    expect(refused).toMatchObject({ cause: { certificate: 1, member: 'signatureValue', value: undefined } });
  });
});

vectors('key-attestation/018').run(
  'a chain under AOSP’s root for software keys says which one it is',
  ([vector]) => {
    if (vector === undefined) throw new Error('there is one');
    const chain = chainOf(vector);
    const place = `certificate ${chain.length - 1}, tbsCertificate.subjectPublicKeyInfo: aosp-software-ec`;
    const error = thrownBy(() => verifyKeyAttestation(chain, defaultAppraisal(vector)));
    expect(error).toMatchObject({
      code: 'ERR_KEY_ATTESTATION_SOFTWARE_ROOT_INVALID',
      cause: { message: place },
    });
  },
);

function thrownBy(run: () => unknown): AttestationError {
  try {
    run();
  } catch (error) {
    if (error instanceof AttestationError) return error;
    throw error;
  }
  throw new Error('it holds');
}
