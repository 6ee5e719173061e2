import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyAttestation, verifyKeyAttestation } from '../../src/key-attestation/index.js';
import { GOOGLE_ROOTS } from '../../src/key-attestation/chain/google-roots.js';
import { trustAnchors } from '../../src/key-attestation/chain/roots.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { basicConstraints, keyUsage } from '../../../testing/src/encode/certificate.js';
import { vectors } from '../vectors.js';
import { NOW } from './support/describe.js';
import { codeOf, context, options, sent } from './support/enrolling.js';
import {
  expectations,
  factoryDrafts,
  newKey,
  remoteDrafts,
  ROOT,
  signAll,
  type Draft,
} from './support/forge.js';
import { judge } from './support/judge.js';
import { chainOf } from './support/published.js';

/** The drafts of a chain whose root is an authority by all that a certificate says of it. */
const rooted = (make: () => Draft[], root: Partial<Draft> = {}): Draft[] =>
  make().map((draft, index, all) =>
    index === all.length - 1
      ? { ...draft, extensions: [basicConstraints(true), keyUsage(0x06, 1)], ...root }
      : draft,
  );
const CHAIN = signAll(rooted(remoteDrafts));
const PINNED = CHAIN.at(-1) as Buffer;
const production = { roots: undefined, additionalRoots: [PINNED] };

describe('a root that is pinned beside Google’s', () => {
  it('vouches for chains as Google’s do: nothing says that they are made for testing', () => {
    expect(judge(CHAIN, expectations({ roots: undefined }))).toBe('ROOT_UNKNOWN');
    for (const root of [PINNED, new X509Certificate(PINNED).toString()]) {
      const result = verifyKeyAttestation(CHAIN, expectations({ roots: undefined, additionalRoots: [root] }));
      expect(result).toMatchObject({ virtual: false, facts: { rootKind: 'additional' } });
    }
    expect(judge(signAll(rooted(factoryDrafts)), expectations(production))).toBe('accepted');
  });

  it('holds to everything else: the same chain with one fault', () => {
    const forged = rooted(remoteDrafts).map((draft, index) =>
      index === 1 ? { ...draft, signer: newKey() } : draft,
    );
    expect(judge(signAll(forged), expectations(production))).toBe('SIGNATURE_INVALID');
    const reissued = signAll(rooted(remoteDrafts, { signer: newKey('P-384'), serial: 9n }));
    expect(judge(reissued, expectations(production))).toBe('ROOT_INVALID');
  });

  it('leaves Google’s where they are, and what testing has marked', () => {
    const names = (anchors: ReturnType<typeof trustAnchors>): unknown =>
      anchors.map(({ name, virtual }) => [name, virtual]);
    const google = [
      ['google-rsa4096', false],
      ['google-p384', false],
    ];
    expect(names(trustAnchors(undefined, [PINNED]))).toEqual([...google, ['additional', false]]);
    expect(names(trustAnchors(undefined, []))).toEqual(google);
    // Google's own is no other one.
    expect(
      names(
        trustAnchors(
          undefined,
          GOOGLE_ROOTS.map(({ certificate }) => certificate),
        ),
      ),
    ).toEqual(google);
    const testing = signAll(rooted(remoteDrafts, { key: newKey('P-384') })).at(-1) as Buffer;
    expect(names(trustAnchors([testing], [PINNED]))).toEqual([
      ['virtual', true],
      ['additional', false],
    ]);
  });

  it('marks no record, and the record ends with it', async () => {
    const { roots: _, ...rest } = options();
    const pinned = keyAttestation({ ...rest, additionalRoots: [PINNED] });
    const enrolled = await pinned.verify({ certificate_chain: sent(CHAIN) }, context);
    expect(enrolled).not.toHaveProperty('virtual');
    expect(await codeOf(() => pinned.appraise(enrolled, NOW))).toBe('accepted');
    expect(await codeOf(() => keyAttestation(rest).appraise(enrolled, NOW))).toBe('ROOT_DENIED');
    const other = signAll(rooted(remoteDrafts, { key: newKey('P-384') })).at(-1) as Buffer;
    const elsewhere = keyAttestation({ ...rest, additionalRoots: [other] });
    expect(await codeOf(() => elsewhere.appraise(enrolled, NOW))).toBe('ROOT_DENIED');
  });

  it('says nothing of a record under Google’s or testing’s roots', async () => {
    const enrolled = await keyAttestation(options()).verify(
      { certificate_chain: sent(signAll(remoteDrafts())) },
      context,
    );
    expect(enrolled).toMatchObject({ virtual: true });
    expect(enrolled.withheld).not.toHaveProperty('root');
  });
});

describe('cannot be pinned', () => {
  const root = (change: Partial<Draft>): Buffer => signAll(rooted(remoteDrafts, change)).at(-1) as Buffer;
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const WRONG: readonly (readonly [string, unknown, RegExp])[] = [
    ['text', 'a root', /cannot be read/],
    ['bytes', Buffer.alloc(10), /cannot be read/],
    ['a number', 7, /cannot be read/],
    ['a certificate of another', CHAIN[3], /is not signed by itself/],
    ['a leaf', CHAIN[0], /is not signed by itself/],
    ['a root that another key signed', root({ signer: newKey('P-384') }), /is not signed by itself/],
    ['one that is no authority', root({ extensions: [basicConstraints(false)] }), /may not issue others/],
    ['one that says nothing of it', root({ extensions: [] }), /may not issue others/],
    [
      'one whose key may not sign certificates',
      root({ extensions: [basicConstraints(true), keyUsage(0x80, 7)] }),
      /may not issue others/,
    ],
    ['one with a weak key', root({ key: weak }), /less than 2048 bits/],
  ];
  it.each(WRONG)('%s', (_, wrong, problem) => {
    const expected = expectations({ roots: undefined, additionalRoots: [wrong as Buffer] });
    let thrown: unknown;
    try {
      verifyKeyAttestation(CHAIN, expected);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect(thrown).toMatchObject({ variable: 'additionalRoots' });
    expect((thrown as Error).message).toMatch(problem);
  });

  it('a root that is for testing too', () => {
    expect(() => trustAnchors([PINNED], [PINNED])).toThrow(
      /additionalRoots has a root that `roots` has for testing/,
    );
    expect(trustAnchors([ROOT], undefined).length).toBe(1);
  });

  it('what is no list', () => {
    const wrong = { ...options(), additionalRoots: PINNED } as never;
    expect(() => keyAttestation(wrong)).toThrow(/^additionalRoots/);
  });

  vectors('key-attestation/018').run('AOSP’s root for keys in software', ([vector]) => {
    if (vector === undefined) throw new Error('there is one');
    const software = chainOf(vector).at(-1) as Buffer;
    expect(() => trustAnchors(undefined, [software])).toThrow(
      /additionalRoots .*whose private key everyone has/,
    );
  });
});
