import type { EvidenceNode, EvidencePart } from '../../../../src/inspect/index.js';

/** A node, and how deep it is. */
interface Placed {
  readonly node: EvidenceNode;
  readonly level: number;
}

/** All nodes of a tree, from the root on; by hand, since hostile trees are deep. */
export function nodesOf(root: EvidenceNode | undefined): readonly Placed[] {
  const found: Placed[] = root === undefined ? [] : [{ node: root, level: 1 }];
  for (const { node, level } of found)
    for (const child of node.children) found.push({ node: child, level: level + 1 });
  return found;
}

/** What is wrong with the places of nodes: each child is within its parent and behind the one before it. */
export function misplaced({ root, bytes }: EvidencePart): readonly string[] {
  const { length } = Buffer.from(bytes, 'base64');
  const outside = root !== undefined && root.offset + root.length > length ? ['the root is too long'] : [];
  return [...outside, ...nodesOf(root).flatMap(({ node }) => misplacedIn(node))];
}

function misplacedIn(node: EvidenceNode): readonly string[] {
  let from = node.offset;
  const end = node.offset + node.length;
  return node.children.flatMap((child) => {
    const isWithin = child.offset >= from && child.length >= 0 && child.offset + child.length <= end;
    from = child.offset + child.length;
    return isWithin ? [] : [`${child.type} at ${child.offset} in ${node.type} at ${node.offset}`];
  });
}

/** Whether the root has all bytes, and nothing is wrong with them. */
export function isWhole({ root, bytes, problem }: EvidencePart): boolean {
  return problem === undefined && root?.offset === 0 && root.length === Buffer.from(bytes, 'base64').length;
}

/** The node at a path of labels, from the root on. */
export function at(part: EvidencePart | undefined, ...path: readonly string[]): EvidenceNode {
  let node = part?.root;
  for (const label of path) node = node?.children.find((each) => each.label === label);
  if (node === undefined) throw new Error(`nothing is at ${path.join(' / ')}`);
  return node;
}

/** The bytes of a node in hexadecimal. */
export function hexAt({ bytes }: EvidencePart, node: EvidenceNode, isContent = false): string {
  const from = node.offset + (isContent ? node.header : 0);
  return Buffer.from(bytes, 'base64').toString('hex', from, node.offset + node.length);
}
