// @ts-check
// What a mutant changes: one mutator for each kind of mistake, by the type of the node that it changes.
import { changedPatterns } from './patterns.js';

/** @typedef {import('./walk.js').Node} Node */
/** @typedef {import('./walk.js').Place} Place */

/**
 * One change: the text between `start` and `end` becomes `text`. `removes` marks a whole statement, `inserts` a statement
 * that comes in; every other change is one of an expression. `part` is what a list has no more.
 *
 * @typedef {{ kind: string, start: number, end: number, text: string, how?: 'removes' | 'inserts', part?: string }} Change
 * @typedef {(node: Node, place: Place, textOf: (node: Node) => string) => Change[]} Mutator
 */

/** @type {Readonly<Record<string, readonly string[]>>} */
const OPERATORS = {
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '&&': ['||'],
  '||': ['&&'],
  '++': ['--'],
  '--': ['++'],
  '+=': ['-='],
  '-=': ['+='],
  '|=': ['&='],
  '&=': ['|='],
  '<<=': ['>>='],
  '>>=': ['<<='],
};

/** Methods that are easily taken for one another. */
const METHODS = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
]);

/** @param {string} kind @param {{ start: number, end: number }} range @param {string} text @returns {Change} */
const change = (kind, { start, end }, text) => ({ kind, start, end, text });

/** @param {string} kind @param {Node} node @returns {Change} */
const removal = (kind, node) => ({ ...change(kind, node, ''), how: 'removes' });

/** @param {Node} test @returns {Change[]} */
const decided = (test) => ['true', 'false'].map((text) => change('condition', test, text));

/** The whole scope with one part of it written anew. @param {Node} scope @param {string} source @param {Node} part @param {string} text */
function rewrite(scope, source, part, text) {
  return `${source.slice(0, part.start - scope.start)}${text}${source.slice(part.end - scope.start)}`;
}

/** Whether the operand is text, which + joins. @param {Node | undefined} operand */
function isText(operand) {
  return operand?.type === 'TemplateLiteral' || typeof operand?.['value'] === 'string';
}

/** The operator between two operands, each of which may hold the same characters. @type {Mutator} */
function operators(node, _place, textOf) {
  const [first, second] =
    node.type === 'UpdateExpression' ? [node['argument'], undefined] : [node['left'], node['right']];
  if (node['operator'] === '+' && [first, second].some(isText)) return [];
  const [left, right] = [textOf(first), second === undefined ? '' : textOf(second)];
  return (OPERATORS[node['operator']] ?? []).map((operator) =>
    change(
      'operator',
      node,
      node['prefix'] ? `${operator}${left}` : `(${left}) ${operator} ${right && `(${right})`}`,
    ),
  );
}

/** @type {Mutator} */
function assignments(node, _place, textOf) {
  return (OPERATORS[node['operator']] ?? []).map((operator) =>
    change('operator', node, `${textOf(node['left'])} ${operator} (${textOf(node['right'])})`),
  );
}

/** @type {Mutator} */
function logic(node, place, textOf) {
  if (node['operator'] === '??') return [change('default removed', node, textOf(node['left']))];
  const sides = ['left', 'right'].map((side) => change('operand', node, textOf(node[side])));
  return [...operators(node, place, textOf), ...sides];
}

/** What a function gives back at once. @param {Node} node @returns {string[]} */
function early(node) {
  const type = node['returnType']?.typeAnnotation?.type;
  const isVerdict =
    type === 'TSBooleanKeyword' || (type === 'TSTypePredicate' && !node['returnType'].typeAnnotation.asserts);
  return isVerdict ? ['true', 'false'] : ['undefined'];
}

/** @type {Mutator} */
function functions(node, { parent }) {
  const body = node['body'];
  if (!body || ['constructor', 'set'].includes(parent?.['kind'])) return [];
  if (body.type !== 'BlockStatement') return early(node).map((text) => change('early return', body, text));
  if (body.body.length === 0) return [];
  const at = body.start + 1;
  return early(node).map((text) => ({
    ...change('early return', { start: at, end: at }, `return ${text};`),
    how: /** @type {const} */ ('inserts'),
  }));
}

/** @type {Mutator} */
function calls(node, { scope }, textOf) {
  /** @type {Change[]} */
  const changes = [];
  const [first, second] = node['arguments'];
  const source = textOf(scope);
  /** @param {string} kind @param {Node} part @param {string} text */
  const add = (kind, part, text) => changes.push(change(kind, scope, rewrite(scope, source, part, text)));
  const isPlain = [first, second].every((each) => each && each.type !== 'SpreadElement');
  if (isPlain && textOf(first) !== textOf(second)) {
    const between = source.slice(first.end - scope.start, second.start - scope.start);
    const both = /** @type {Node} */ ({ type: '', start: first.start, end: second.end });
    add('arguments swapped', both, `${textOf(second)}${between}${textOf(first)}`);
  }
  const { callee } = /** @type {any} */ (node);
  if (callee.type !== 'MemberExpression' || callee.computed) return changes;
  const method = METHODS.get(callee.property.name);
  if (method !== undefined) add('method', callee.property, method);
  if (textOf(callee) === 'Object.freeze') add('freeze removed', node, textOf(first));
  return changes;
}

/** `a?.b`, `a?.[b]` and `a?.(b)` without the question mark. @type {Mutator} */
function chains(node, { scope }, textOf) {
  if (!node['optional']) return [];
  const before = node['object'] ?? node['callee'];
  const source = textOf(scope);
  const at = source.indexOf('?.', before.end - scope.start);
  const dot = node.type === 'MemberExpression' && !node['computed'] ? '.' : '';
  return [change('optional chain', scope, `${source.slice(0, at)}${dot}${source.slice(at + 2)}`)];
}

/** A list without one of its elements. @type {Mutator} */
function elements(node, _place, textOf) {
  const parts = node['elements'] ?? node['properties'];
  return parts.flatMap((/** @type {Node | null} */ part) => {
    if (part === null || (node.type === 'ObjectExpression' && part.type !== 'SpreadElement')) return [];
    const rest = parts.filter((/** @type {Node} */ other) => other !== part).map(textOf);
    const [open, close] = node.type === 'ObjectExpression' ? ['{ ', ' }'] : ['[', ']'];
    const kind = part.type === 'SpreadElement' ? 'spread removed' : 'element removed';
    return [{ ...change(kind, node, `${open}${rest.join(', ')}${close}`), part: textOf(part) }];
  });
}

/** Strings that are sentences are left alone: what they say is no decision. @type {Mutator} */
function literals(node, { parent }, textOf) {
  const raw = textOf(node);
  if (node['regex']) return changedPatterns(node['regex']).map((text) => change('pattern', node, text));
  if (node['bigint']) return [change('number', node, `${raw} + 1n`)];
  if (typeof node['value'] === 'number') return [change('number', node, `${raw} + 1`)];
  if (typeof node['value'] === 'boolean') return [change('boolean', node, String(!node['value']))];
  if (typeof node['value'] !== 'string' || parent?.['directive']) return [];
  if (/\s\S/.test(node['value'])) return [];
  return [change('string', node, node['value'] === '' ? "'X'" : `${raw.slice(0, -1)}X${raw.at(-1)}`)];
}

/** @type {Mutator} */
function templates(node, { parent }, textOf) {
  if (parent?.type === 'TaggedTemplateExpression' || /\s\w+\s/.test(textOf(node))) return [];
  const part = node['quasis'].find((/** @type {Node} */ { value }) => value.raw !== '');
  if (part === undefined) return [];
  const at = textOf(node).indexOf(part.value.raw);
  return [change('string', node, `${textOf(node).slice(0, at)}X${textOf(node).slice(at)}`)];
}

/** @type {Mutator} */
function statements(node) {
  const { expression } = node;
  if (node['directive'] || expression.callee?.type === 'Super') return [];
  const isCall = ['CallExpression', 'AwaitExpression', 'ChainExpression', 'AssignmentExpression'];
  return isCall.includes(expression.type) ? [removal('statement removed', node)] : [];
}

/** A return that only some branch takes; without it the function goes on. @type {Mutator} */
function returns(node, { parent }) {
  const isBranch = parent?.type === 'IfStatement' || parent?.type === 'SwitchCase';
  return isBranch ? [removal('return removed', node)] : [];
}

/** @type {Mutator} */
function signs(node, _place, textOf) {
  return node['operator'] === '!' || node['operator'] === '-'
    ? [change('sign', node, textOf(node['argument']))]
    : [];
}

/** @type {Readonly<Record<string, Mutator>>} */
export const mutators = {
  ArrayExpression: elements,
  ArrowFunctionExpression: functions,
  AssignmentExpression: assignments,
  AssignmentPattern: (node) => [change('default removed', node['right'], 'undefined')],
  AwaitExpression: (node, _place, textOf) => [change('await removed', node, textOf(node['argument']))],
  BinaryExpression: operators,
  CallExpression: (node, place, textOf) => [...calls(node, place, textOf), ...chains(node, place, textOf)],
  ConditionalExpression: (node) => decided(node['test']),
  ExpressionStatement: statements,
  FunctionDeclaration: functions,
  FunctionExpression: functions,
  IfStatement: (node) => decided(node['test']),
  Literal: literals,
  LogicalExpression: logic,
  MemberExpression: chains,
  NewExpression: calls,
  ObjectExpression: elements,
  ReturnStatement: returns,
  TemplateLiteral: templates,
  ThrowStatement: (node) => [removal('throw removed', node)],
  UnaryExpression: signs,
  UpdateExpression: operators,
  WhileStatement: (node) => [change('condition', node['test'], 'false')],
};
