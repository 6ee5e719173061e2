import { describe, expect, it } from 'vitest';
import { createCorpus } from '../../src/kinds/app-attest/corpus.js';
import { createCorpus as createChains } from '../../src/kinds/key-attestation/corpus.js';
import { byteEdits } from '../../src/mutators/byte-edits.js';
import { chainEdits } from '../../src/mutators/chain-edits.js';
import { anyEdit, EDIT_NAMES, editedTree } from '../../src/mutators/edited-tree.js';
import { jsonEdits } from '../../src/mutators/json-edits.js';
import { partEdits } from '../../src/mutators/part-edits.js';
import { tokenEdits } from '../../src/mutators/token-edits.js';
import { encode, row } from '../../src/readers/tree.js';
import { createRandom, type Random } from '../../src/run/random.js';
import { subject } from '../../src/subject/subject.js';

const SEEDS = Array.from({ length: 60 }, (_, index) => index);

const [first, second] = createCorpus('attestation', subject).virtual.map(({ objects }) => objects[0]);
const [chain, otherChain] = createChains(subject).virtual.map((group) => group.chain);
if (!first || !second || !chain || !otherChain) throw new Error('there are no genuine objects');

const TOKEN = subject.mintApproovToken({ secretBase64: Buffer.alloc(32, 1).toString('base64'), now: 0 });
const OTHER = subject.mintApproovToken({ secretBase64: Buffer.alloc(32, 2).toString('base64'), now: 9 });
const JSON_VALUE = { iss: 'x', list: ['a', 'b'], number: 5, inner: { flag: true, text: 'abc' } };

/** Each family of mutators, what it edits, and how that is compared. */
const FAMILIES: readonly [string, string[], (name: string, random: Random) => string, string][] = [
  [
    'edits of bytes',
    Object.keys(byteEdits),
    (name, random) => hex(byteEdits[name]?.(random, first.bytes, second.bytes)),
    hex(first.bytes),
  ],
  [
    'edits of parts',
    Object.keys(partEdits),
    (name, random) => hex(encode(partEdits[name]?.(random, first.tree, second.tree) ?? row([]))),
    hex(first.bytes),
  ],
  [
    'edits of bytes in a part',
    Object.keys(byteEdits),
    (name, random) => hex(encode(editedTree(random, name, first.tree, second.tree))),
    hex(first.bytes),
  ],
  [
    'edits of chains',
    Object.keys(chainEdits),
    (name, random) => (chainEdits[name]?.(random, chain, otherChain) ?? []).map(hex).join(),
    chain.map(hex).join(),
  ],
  [
    'edits of tokens',
    Object.keys(tokenEdits),
    (name, random) => tokenEdits[name]?.(random, TOKEN, { publicPem: 'a key' }, OTHER) ?? '',
    TOKEN,
  ],
  [
    'edits of JSON',
    Object.keys(jsonEdits),
    (name, random) => JSON.stringify(jsonEdits[name]?.(random, JSON_VALUE)) ?? 'nothing',
    JSON.stringify(JSON_VALUE),
  ],
];

describe.each(FAMILIES)('%s', (_, names, edit, original) => {
  it.each(names)(
    '%s: the same from the same seed, others from other seeds, and seldom the original',
    (name) => {
      const made = SEEDS.map((seed) => edit(name, createRandom(seed)));
      expect(SEEDS.map((seed) => edit(name, createRandom(seed)))).toEqual(made);
      expect(new Set(made).size).toBeGreaterThan(1);
      expect(made.some((each) => each !== original)).toBe(true);
    },
  );

  it('leave what they edit as it was', () => {
    for (const name of names) edit(name, createRandom(1));
    expect(hex(encode(first.tree))).toBe(hex(first.bytes));
    expect(JSON.stringify(JSON_VALUE)).toBe(
      '{"iss":"x","list":["a","b"],"number":5,"inner":{"flag":true,"text":"abc"}}',
    );
  });

  it('make mostly something else than the original', () => {
    const all = names.flatMap((name) => SEEDS.map((seed) => edit(name, createRandom(seed))));
    expect(all.filter((each) => each === original).length).toBeLessThan(all.length / 3);
  });
});

it('an edit that nobody knows changes nothing', () => {
  expect(editedTree(createRandom(1), 'no such edit', first.tree, second.tree)).toBe(first.tree);
});

it('before something is signed, one part in twenty stays as it is', () => {
  const part = first.tree.children?.[0] ?? row([]);
  const edit = anyEdit(createRandom(1), EDIT_NAMES, second.tree);
  const same = Array.from({ length: 2000 }, () => edit(part)).filter(([only]) => only === part);
  expect(same.length).toBeGreaterThan(50);
  expect(same.length).toBeLessThan(200);
});

describe('the choices', () => {
  it('follow from the seed, on every machine', () => {
    const random = createRandom(1);
    const numbers = Array.from({ length: 4 }, () => random.below(2 ** 32));
    expect(numbers).toMatchInlineSnapshot(`
      [
        1580013426,
        350525680,
        3524174333,
        3011703609,
      ]
    `);
    expect(createRandom(2 ** 32 + 1).below(2 ** 32)).toBe(numbers[0]);
  });

  it('are in their limits, and about equally frequent', () => {
    const random = createRandom(7);
    const picked = Array.from({ length: 5000 }, () => random.pick(['a', 'b', 'c', 'd', 'e']));
    for (const letter of 'abcde') {
      const { length } = picked.filter((each) => each === letter);
      expect(length).toBeGreaterThan(850);
      expect(length).toBeLessThan(1150);
    }
    expect(Array.from({ length: 1000 }, () => random.oneIn(10)).filter(Boolean).length).toBeLessThan(150);
    expect(random.bytes(5)).toHaveLength(5);
  });
});

function hex(bytes: Buffer | undefined): string {
  return bytes?.toString('hex') ?? 'nothing';
}
