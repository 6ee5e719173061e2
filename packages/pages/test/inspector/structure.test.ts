import type { EvidenceNode } from 'attestkit/inspect';
import { describe, expect, test } from 'vitest';
import { copyText } from '../../src/inspector/structure/clipboard.js';
import {
  above,
  deepestAt,
  findNodes,
  listNodes,
  openAtFirst,
  seenRows,
} from '../../src/inspector/structure/node-list.js';
import { asCharacter, asOffset, copied } from '../../src/inspector/structure/node-value.js';
import { rowWindow, scrollToRow } from '../../src/inspector/structure/row-window.js';
import { moveInTree } from '../../src/inspector/structure/tree-keys.js';

function node(
  label: string,
  offset: number,
  length: number,
  children: readonly EvidenceNode[] = [],
  value?: string,
): EvidenceNode {
  return { offset, length, header: 2, label, type: 'SEQUENCE', value, meaning: undefined, children };
}

/** 0 root: 1 a (2 b, 3 c), 4 d */
const ROOT = node('', 0, 20, [
  node('a', 2, 10, [node('b', 4, 4), node('c', 8, 4)]),
  node('d', 12, 8, [], 'Word'),
]);
const ITEMS = listNodes(ROOT);

describe('the list of nodes', () => {
  test('has parents before children, with their places', () => {
    expect(
      ITEMS.map(({ node: { label }, level, parent, position, siblings, end }) => [
        label,
        level,
        parent,
        position,
        siblings,
        end,
      ]),
    ).toEqual([
      ['', 1, undefined, 1, 1, 5],
      ['a', 2, 0, 1, 2, 4],
      ['b', 3, 1, 1, 2, 3],
      ['c', 3, 1, 2, 2, 4],
      ['d', 2, 0, 2, 2, 5],
    ]);
  });

  test('is made of nodes that are nested deeper than calls can be', () => {
    let deep = node('end', 0, 1);
    for (let depth = 0; depth < 100_000; depth++) deep = node('', 0, 1, [deep]);
    const items = listNodes(deep);
    expect(items).toHaveLength(100_001);
    expect(seenRows(items, new Set())).toEqual([0]);
    expect(above(items, 100_000)).toHaveLength(100_000);
  });

  test('shows what is open alone', () => {
    expect(seenRows(ITEMS, new Set())).toEqual([0]);
    expect(seenRows(ITEMS, new Set([0]))).toEqual([0, 1, 4]);
    expect(seenRows(ITEMS, new Set([0, 1]))).toEqual([0, 1, 2, 3, 4]);
    expect(seenRows(ITEMS, new Set([1]))).toEqual([0]);
    expect(seenRows([], new Set([0]))).toEqual([]);
  });

  test('opens all of a small tree, and the upper levels of a large one', () => {
    expect([...openAtFirst(ITEMS)]).toEqual([0, 1]);
    const wide = listNodes(
      node(
        '',
        0,
        1,
        Array.from({ length: 80 }, () => node('', 0, 1, [node('', 0, 1, [node('', 0, 1)])])),
      ),
    );
    expect(Math.max(...[...openAtFirst(wide)].map((id) => wide[id]?.level ?? 0))).toBe(2);
  });

  test.each([
    [0, 0],
    [3, 1],
    [4, 2],
    [7, 2],
    [8, 3],
    [12, 4],
    [19, 4],
  ])('byte %i is in node %i', (byte, id) => {
    expect(deepestAt(ITEMS, byte)).toBe(id);
  });

  test.each([-1, 20, 1e9, Number.NaN])('no node has byte %d', (byte) => {
    expect(deepestAt(ITEMS, byte)).toBeUndefined();
  });

  test('members with the place of their segment give the segment', () => {
    const items = listNodes(node('', 0, 9, [node('payload', 3, 6, [node('exp', 3, 6), node('iat', 3, 6)])]));
    expect(deepestAt(items, 4)).toBe(1);
  });

  test('finds a text in label, type, value and meaning', () => {
    expect(findNodes(ITEMS, 'WORD')).toEqual([4]);
    expect(findNodes(ITEMS, 'sequence')).toHaveLength(5);
    expect(findNodes(ITEMS, ' ')).toEqual([]);
    expect(findNodes(ITEMS, '.*')).toEqual([]);
  });
});

describe('keys in the tree', () => {
  const state = (selected: number, open: readonly number[] = [0, 1]) => {
    const set = new Set(open);
    return { items: ITEMS, rows: seenRows(ITEMS, set), open: set, selected, page: 2 };
  };

  test.each([
    ['ArrowDown', 0, { select: 1 }],
    ['ArrowDown', 4, { select: 4 }],
    ['ArrowUp', 4, { select: 3 }],
    ['ArrowUp', 0, { select: 0 }],
    ['Home', 3, { select: 0 }],
    ['End', 0, { select: 4 }],
    ['PageDown', 0, { select: 2 }],
    ['PageUp', 3, { select: 1 }],
    ['ArrowRight', 1, { select: 2 }],
    ['ArrowRight', 2, {}],
    ['ArrowLeft', 1, { close: 1 }],
    ['ArrowLeft', 3, { select: 1 }],
    ['Enter', 1, { close: 1 }],
    [' ', 2, {}],
  ])('%s on node %i', (key, selected, move) => {
    expect(moveInTree(key, state(selected))).toEqual(move);
  });

  test('of a closed node open it, or go to its parent', () => {
    expect(moveInTree('ArrowRight', state(1, [0]))).toEqual({ open: 1 });
    expect(moveInTree('Enter', state(1, [0]))).toEqual({ open: 1 });
    expect(moveInTree('ArrowLeft', state(1, [0]))).toEqual({ select: 0 });
    expect(moveInTree('ArrowLeft', state(0, []))).toEqual({});
    expect(moveInTree('ArrowDown', state(1, [0]))).toEqual({ select: 4 });
  });

  test.each(['Tab', 'a', 'Escape', 'F5'])('%s is left to the browser', (key) => {
    expect(moveInTree(key, state(1))).toBeUndefined();
  });

  test('a selection that is not seen begins anew', () => {
    expect(moveInTree('ArrowDown', state(3, [0]))).toEqual({ select: 0 });
    expect(moveInTree('ArrowDown', { ...state(0), items: [], rows: [] })).toBeUndefined();
  });
});

describe('rows in view', () => {
  test('are few, whatever the count', () => {
    const { from, to } = rowWindow(1_000_000, 400, 20, 1_000_000);
    expect(from).toBeLessThanOrEqual(50_000);
    expect(to).toBeGreaterThanOrEqual(50_020);
    expect(to - from).toBeLessThan(40);
  });

  test.each([
    [0, 400, 3, 0, 3],
    [0, 0, 0, 0, 0],
    [9999, 400, 3, 3, 3],
    [-50, 400, 100, 0, 26],
  ])('at %i of %i pixels and %i rows: %i to %i', (top, height, count, from, to) => {
    expect(rowWindow(top, height, 20, count)).toEqual({ from, to });
  });

  test('scrolls only to a row that is not seen whole', () => {
    expect(scrollToRow(5, 0, 400, 20)).toBeUndefined();
    expect(scrollToRow(19, 0, 400, 20)).toBeUndefined();
    expect(scrollToRow(20, 0, 400, 20)).toBe(267);
    expect(scrollToRow(0, 10, 400, 20)).toBe(0);
  });
});

describe('a value to copy', () => {
  const bytes = new TextEncoder().encode('..grün');
  const text = { ...node('', 0, bytes.length), type: 'UTF8String' };

  test('is its content without the header', () => {
    expect(copied('hex', bytes, text, 'der')).toBe('6772c3bc6e');
    expect(copied('base64', bytes, text, 'der')).toBe('Z3LDvG4=');
    expect(copied('text', bytes, text, 'der')).toBe('grün');
  });

  test('as text is what the node says, unless that was cut or only names its children', () => {
    expect(copied('text', bytes, { ...text, value: '1.2.3' }, 'der')).toBe('1.2.3');
    expect(copied('text', bytes, { ...text, value: 'gr…' }, 'der')).toBe('grün');
    expect(copied('text', bytes, { ...text, value: '2 items', children: [text] }, 'cbor')).toBe('grün');
    expect(copied('text', bytes, { ...text, value: 'sub', children: [text] }, 'jws')).toBe('sub');
  });

  test('as text is hexadecimal if it is not text', () => {
    expect(copied('text', Uint8Array.of(4, 1, 0xff), node('', 0, 3), 'der')).toBe('ff');
    expect(copied('text', Uint8Array.of(4, 1, 0xff), node('', 0, 3), 'jws')).toBe('');
  });

  test('of a node that lies about its place is what there is', () => {
    expect(copied('hex', Uint8Array.of(1, 2, 3), node('', 0, 999), 'der')).toBe('03');
    expect(copied('hex', Uint8Array.of(1), node('', 50, 1), 'der')).toBe('');
  });

  test('shows bytes as characters that can be seen', () => {
    expect([0x41, 0x20, 0, 0x7f, 0xff].map(asCharacter).join('')).toBe('A ···');
    expect(asOffset(416)).toBe('0001a0');
    expect(asOffset(0x1234567)).toBe('1234567');
  });

  test('is copied by the clipboard, or else by selection', async () => {
    const copiedTexts: string[] = [];
    const bySelection = (value: string): boolean => copiedTexts.push(`selected ${value}`) > 0;
    const write = async (value: string): Promise<void> => void copiedTexts.push(value);
    expect(await copyText('a', { write, copyBySelection: bySelection })).toBe(true);
    expect(await copyText('b', { write: undefined, copyBySelection: bySelection })).toBe(true);
    expect(
      await copyText('c', { write: () => Promise.reject(new Error('denied')), copyBySelection: () => false }),
    ).toBe(false);
    expect(copiedTexts).toEqual(['a', 'selected b']);
  });
});
