import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { ConfigFileError, type Path, type Problem } from './problem.js';

/** A configuration file that was read, with what tells where in it a value is. */
export interface ConfigDocument {
  readonly file: string;
  readonly value: unknown;
  /** @throws ConfigFileError always */
  fail(problems: readonly Problem[]): never;
}

const MOST_BYTES = 1_048_576;

/**
 * Reads YAML 1.2 or JSON. Without aliases, tags and merge keys: a configuration says what it says where it says it.
 *
 * @throws ConfigFileError with line and column
 */
export function readDocument(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw new ConfigFileError(file, [
      { path: [], says: 'has more than 1 MiB', remedy: 'Make it smaller.', line: 1, column: 1 },
    ]);
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    merge: false,
    uniqueKeys: true,
    prettyErrors: false,
  });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined)
    throw new ConfigFileError(file, [
      {
        path: [],
        says: `is not valid YAML: ${error.message.split('\n')[0]}`,
        remedy: 'Mend it there.',
        ...at(error.pos[0]),
      },
    ]);
  forbid(document, (node, says, remedy) => {
    throw new ConfigFileError(file, [{ path: [], says, remedy, ...at(node.range?.[0] ?? 0) }]);
  });
  return {
    file,
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    fail(problems) {
      throw new ConfigFileError(
        file,
        problems.map((problem) => ({ ...problem, ...at(offsetOf(document, problem.path)) })),
      );
    },
  };
}

/** What makes a value come from another place, or be another one than is written. */
function forbid(document: Document, fail: (node: Node, says: string, remedy: string) => void): void {
  visit(document, {
    Alias: (_, node) => fail(node, 'has an alias', 'Write the value itself.'),
    Node: (_, node) => {
      if (isAlias(node)) return;
      if (node.anchor !== undefined) fail(node, 'has an anchor', 'Write the value itself.');
      if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
        fail(node, 'has a tag', 'Leave it out.');
    },
    Pair: (_, { key }) => {
      if (!isScalar(key) || typeof key.value !== 'string')
        return fail(isScalar(key) ? key : (key as Node), 'has a name that is not text', 'Put it in quotes.');
      if (['__proto__', 'constructor', 'prototype', '<<'].includes(key.value))
        fail(key, `has the name ${key.value}`, 'Leave it out.');
    },
  });
}

/** Of the name of a member, of an item of a list; of the nearest that exists, if it is missing. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === String(step));
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) break;
      node = item;
      offset = (item as Node).range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
