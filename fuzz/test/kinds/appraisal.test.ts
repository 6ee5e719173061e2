import { describe, expect, it } from 'vitest';
import {
  appraiseAssertion,
  appraiseAttestation,
  appraiseReceipt,
} from '../../src/kinds/app-attest/appraisal.js';
import { createCorpus } from '../../src/kinds/app-attest/corpus.js';
import type { AppAttestKind, Resigned } from '../../src/kinds/app-attest/objects.js';
import { resignAssertion, resignAttestation, resignReceipt } from '../../src/kinds/app-attest/resign.js';
import { whatChanged } from '../../src/kinds/app-attest/unsigned.js';
import { isInOrder, whatChanged as whatChangedInChain } from '../../src/kinds/key-attestation/appraisal.js';
import { createCorpus as createChains } from '../../src/kinds/key-attestation/corpus.js';
import { signedBy } from '../../src/mutators/certificates.js';
import { edited } from '../../src/readers/paths.js';
import { cbor, der, encode, raw, row, type Part } from '../../src/readers/tree.js';
import { NOW } from '../../src/run/now.js';
import { subject } from '../../src/subject/subject.js';

const DAY = 86_400_000;
const IN_ORDER = 'signed again, and in order';

/** The virtual objects of one kind that can be signed again. */
function resignable(kind: AppAttestKind): [string, Resigned][] {
  return createCorpus(kind, subject).virtual.flatMap(({ name, resigned }) =>
    resigned === undefined ? [] : [[name, resigned]],
  );
}

describe.each(resignable('attestation'))('an attestation, signed again: %s', (_, { terms, tree }) => {
  const root = terms.root ?? Buffer.alloc(0);
  const bytes = encode(resignAttestation(tree, terms.clientDataHash, {}));
  const own = { ...terms, root };

  it('is in order for the appraisal and for the library', () => {
    expect(appraiseAttestation(bytes, own)).toBe(IN_ORDER);
    const { appId, keyId, clientDataHash, environment } = terms;
    const expected = { appIds: [appId], keyId, clientDataHash, environments: [environment], now: NOW };
    expect(() => subject.verifyAppAttestAttestation(bytes, { ...expected, roots: [root] })).not.toThrow();
  });

  it.each<[string, object]>([
    ['another app', { appId: 'TEAMID1234.com.example.stranger' }],
    ['another key', { keyId: Buffer.alloc(32) }],
    ['another challenge', { clientDataHash: Buffer.alloc(32) }],
    [
      'another environment',
      { environment: terms.environment === 'production' ? 'development' : 'production' },
    ],
    ['another time', { now: NOW + 40_000 * DAY }],
  ])('is not in order with %s', (__, other) => {
    expect(appraiseAttestation(bytes, { ...own, ...other })).toBeUndefined();
  });

  it('is not in order with a critical extension that nobody understands', () => {
    const extended = (critical: number): Buffer =>
      encode(resignAttestation(tree, terms.clientDataHash, { leaf: withExtension(critical) }));
    expect(appraiseAttestation(extended(0), own)).toBe(IN_ORDER);
    expect(appraiseAttestation(extended(0xff), own)).toBeUndefined();
  });

  it('is not in order with a leaf that is an authority, or an issuer that is none', () => {
    const of = (edits: Parameters<typeof resignAttestation>[2]): string | undefined =>
      appraiseAttestation(encode(resignAttestation(tree, terms.clientDataHash, edits)), own);
    expect(of({ issuer: (tbs) => [without(tbs, BASIC_CONSTRAINTS)] })).toBeUndefined();
    expect(of({ leaf: (tbs) => [without(tbs, BASIC_CONSTRAINTS)] })).toBe(IN_ORDER);
    // With its own key usage OpenSSL takes it for no authority, whatever the other extension says.
    expect(of({ leaf: (tbs) => withAuthority(without(tbs, BASIC_CONSTRAINTS, KEY_USAGE)) })).toBeUndefined();
  });

  it('is not in order with something behind its authenticator data', () => {
    const data = (part: Part): Part[] => [row([...(part.children ?? []), raw(Buffer.of(1, 2))])];
    expect(
      appraiseAttestation(encode(resignAttestation(tree, terms.clientDataHash, { data })), own),
    ).toBeUndefined();
  });
});

describe.each(resignable('assertion'))('an assertion, signed again: %s', (_, { terms, tree }) => {
  const bytes = encode(resignAssertion(tree, terms.clientDataHash, (part) => [part]));

  it('is in order with its app and a lower counter alone', () => {
    expect(appraiseAssertion(bytes, { ...terms, previousCounter: 0 })).toBe(IN_ORDER);
    expect(appraiseAssertion(bytes, { ...terms, previousCounter: 1 })).toBeUndefined();
    expect(appraiseAssertion(bytes, { appId: 'other', previousCounter: 0 })).toBeUndefined();
    const expected = { appId: terms.appId, publicKey: terms.spki, clientDataHash: terms.clientDataHash };
    expect(() => subject.verifyAppAttestAssertion(bytes, { ...expected, previousCounter: 0 })).not.toThrow();
  });
});

describe.each(resignable('receipt'))('a receipt, signed again: %s', (_, { terms, tree }) => {
  const own = { ...terms, root: terms.root ?? Buffer.alloc(0) };
  const bytes = encode(resignReceipt(tree, {}));

  it('is in order', () => {
    expect(appraiseReceipt(bytes, own)).toBe(IN_ORDER);
  });

  it.each<[string, object]>([
    ['another app', { appId: 'TEAMID1234.com.example.stranger' }],
    ['another key', { spki: Buffer.alloc(91) }],
    [
      'another environment',
      { environment: terms.environment === 'production' ? 'development' : 'production' },
    ],
    ['a time before it was made', { now: NOW - 2 * DAY }],
    ['a time after it ended', { now: NOW + 400 * DAY }],
  ])('is not in order with %s', (__, other) => {
    expect(appraiseReceipt(bytes, { ...own, ...other })).toBeUndefined();
  });
});

describe('the unsigned parts of an attestation', () => {
  const [group] = createCorpus('attestation', subject).virtual;
  const [bytes, second] = group?.genuine ?? [];
  const tree = group?.objects[0]?.tree;
  if (!bytes || !second || !tree) throw new Error('there is no attestation');

  it('may differ in further members', () => {
    const more = edited(tree, [0], (map) => [
      { ...map, children: [...(map.children ?? []), cbor(3, { content: Buffer.from('x') }), cbor(0, {})] },
    ]);
    expect(whatChanged('attestation', encode(more), [bytes])).toMatch(/unsigned parts .* further members/);
  });

  it('do not make another attestation the same', () => {
    expect(whatChanged('attestation', second, [bytes])).toBeUndefined();
    expect(whatChanged('attestation', Buffer.alloc(0), [bytes])).toBeUndefined();
  });

  it.each(['fmt', 'authData', 'attStmt'])('are not %s', (name) => {
    const at = (tree.children?.[0]?.children ?? []).findIndex(({ content }) => String(content) === name);
    const changed = edited(tree, [0, at + 1], (part) => [cbor(part.major, { content: Buffer.from('x') })]);
    expect(whatChanged('attestation', encode(changed), [bytes])).toBeUndefined();
  });
});

describe('a chain of an Android', () => {
  const { virtual, resigned } = createChains(subject);
  const chains = virtual.map(({ chain }) => chain);
  const [first = [], other = []] = chains;

  it('may be accepted if it came out as a genuine one, and not if it is of another', () => {
    expect(whatChangedInChain(first, [first], chains)).toBe('it came out as a genuine one');
    expect(whatChangedInChain(other, [first], chains)).toBeUndefined();
    expect(whatChangedInChain(first.slice(1), [first], chains)).toBeUndefined();
  });

  it.each(resigned.map((each, index) => [index, each] as const))(
    'under keys of our own is in order with its challenge, app and time alone: %s',
    (_, { certificates, expected, keys, root }) => {
      const genuine = virtual.find(({ expected: { challenge } }) => challenge === expected.challenge);
      const [, ...upper] = certificates.map(encode);
      // The leaf is signed again by its new issuer.
      const [signer] = keys;
      if (genuine === undefined || signer === undefined) throw new Error('there is no leaf');
      const leaf = encode(signedBy(certificates[0] ?? row([]), signer));
      const chain = [leaf, ...upper];
      expect(isInOrder(chain, root, expected)).toBe(true);
      expect(isInOrder(chain, root, { ...expected, challenge: 'another' } as never)).toBe(false);
      expect(isInOrder(chain, root, { ...expected, apps: [] } as never)).toBe(false);
      expect(isInOrder(chain, root, { ...expected, now: NOW + 40_000 * DAY })).toBe(false);
      expect(isInOrder(chain, genuine.chain.at(-1) ?? root, expected)).toBe(false);
      expect(isInOrder([genuine.chain[0] ?? leaf, ...upper], root, expected)).toBe(false);
      expect(() => subject.verifyKeyAttestation(chain, expected)).not.toThrow();
    },
  );
});

const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const KEY_USAGE = Buffer.from('0603551d0f', 'hex');

/** Removes extensions from what is signed in a certificate. */
function without(tbs: Part, ...oids: readonly Buffer[]): Part {
  const isOther = ({ children: [oid] = [] }: Part): boolean =>
    oid === undefined || !oids.some((each) => each.equals(encode(oid)));
  return edited(tbs, [7, 0], (list) => [{ ...list, children: list.children?.filter(isOther) }]);
}

function withAuthority(tbs: Part): Part[] {
  const content = Buffer.from('30030101ff', 'hex');
  const extension = der(0x30, { children: [raw(BASIC_CONSTRAINTS), der(0x04, { content })] });
  return [edited(tbs, [7, 0], (list) => [{ ...list, children: [...(list.children ?? []), extension] }])];
}

/** Adds an extension that nobody understands to what is signed in a certificate. */
function withExtension(critical: number): (tbs: Part) => Part[] {
  const extension = der(0x30, {
    children: [
      der(0x06, { content: Buffer.from('2a030405', 'hex') }),
      der(0x01, { content: Buffer.of(critical) }),
      der(0x04, { content: Buffer.alloc(2) }),
    ],
  });
  return (tbs) => [
    edited(tbs, [7, 0], (list) => [{ ...list, children: [...(list.children ?? []), extension] }]),
  ];
}
