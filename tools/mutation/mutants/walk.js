// @ts-check
// Walks the syntax tree of a TypeScript file past everything that only the compiler reads.

/**
 * A node of the tree (ESTree, with the additions of TypeScript).
 *
 * @typedef {{ type: string, start: number, end: number, [member: string]: any }} Node
 */

/**
 * Where a node stands. `scope` is the expression that a change of the node must replace: the node itself, or the whole
 * optional chain that it is a link of, since a chain that stops early skips the links after it.
 *
 * @typedef {{ parent: Node | undefined, scope: Node }} Place
 */

/** Nodes of TypeScript that hold an expression. */
const WRAPPERS = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'];
/** Members that no mutant may touch: names, types, addresses of modules. */
const LEFT_ALONE = [
  'typeAnnotation',
  'typeArguments',
  'typeParameters',
  'returnType',
  'source',
  'decorators',
];

/** @param {unknown} value @returns {value is Node} */
function isNode(value) {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Whether the child is the link of an optional chain before its parent. @param {Node} parent @param {string} member */
function isLink(parent, member) {
  if (parent.type === 'ChainExpression') return true;
  if (parent.type === 'MemberExpression') return member === 'object';
  if (parent.type === 'CallExpression') return member === 'callee';
  return parent.type === 'TSNonNullExpression';
}

/** The nodes below this one that run. @param {Node} node @returns {[string, Node][]} */
function childrenOf(node) {
  if (node.type.startsWith('TS') && !WRAPPERS.includes(node.type)) return [];
  return Object.entries(node).flatMap(([member, value]) => {
    if (LEFT_ALONE.includes(member)) return [];
    if ((member === 'key' || member === 'property') && !node['computed']) return [];
    const values = Array.isArray(value) ? value : [value];
    return values.filter(isNode).map((child) => /** @type {[string, Node]} */ ([member, child]));
  });
}

/**
 * Calls `visit` for each node that runs, from the outside in.
 *
 * @param {Node} node @param {(node: Node, place: Place) => void} visit
 * @param {Node} [parent] @param {Node} [chain] the optional chain that the node is a link of
 */
export function walk(node, visit, parent, chain) {
  visit(node, { parent, scope: chain ?? node });
  const whole = node.type === 'ChainExpression' ? (chain ?? node) : chain;
  for (const [member, child] of childrenOf(node))
    walk(child, visit, node, isLink(node, member) ? whole : undefined);
}
