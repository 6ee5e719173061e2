// @ts-check
// Why this exists: editors complete and check a gateway's configuration by packages/gateway/config.schema.json, so it is made of the
// schema that the gateway itself uses, and of the page that explains each field. It fails if the page lacks a field, or has one
// that does not exist. With --check it writes nothing, and fails if the file is not what it should be.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ENROLLMENT, EVIDENCE } from '../packages/gateway/dist/config/evidence.js';
import { SCHEMA } from '../packages/gateway/dist/config/schema.js';

/** What is read of schemas and actions of valibot: each type has some of it. @typedef {{ type: string, wrapped?: any, entries?: any, value?: any, item?: any, options?: any, pipe?: any, requirement?: any }} Valibot */

const file = new URL('../packages/gateway/config.schema.json', import.meta.url);
const page = new URL('../docs/gateway.md', import.meta.url);

/** What the page says of each field, by its path. @type {Map<string, string>} */
const said = new Map();
for (const [, path = '', meaning = ''] of readFileSync(page, 'utf8').matchAll(
  /^\| `([\w.[\]*]+)` +\|[^|\n]*\| (.+?) +\|$/gm,
))
  said.set(path, meaning.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', ''));

/** Paths that the schema has. @type {Set<string>} */
const known = new Set();

/** Any text may come from a variable or a file. */
const REFERENCE = '\\$\\{';

/** @param {Valibot} schema @param {string} path @returns {Record<string, unknown>} */
function jsonOf(schema, path) {
  known.add(path);
  const description = said.get(path);
  return { ...(description && { description }), ...shapeOf(schema, path) };
}

/** @param {Valibot} schema @param {string} path @returns {Record<string, unknown>} */
function shapeOf(schema, path) {
  switch (schema.type) {
    case 'optional':
      return shapeOf(schema.wrapped, path);
    case 'strict_object':
    case 'object_with_rest':
      return objectOf(schema, path);
    case 'record':
      return ['evidence', 'devices.evidence'].includes(path)
        ? kindsOf(path)
        : {
            type: 'object',
            additionalProperties: schema.value.type === 'unknown' || jsonOf(schema.value, `${path}.NAME`),
          };
    case 'array':
      return {
        type: 'array',
        items: ['strict_object', 'object_with_rest'].includes(schema.item.type)
          ? shapeOf(schema.item, `${path}[]`)
          : shapeOf(schema.item, path),
      };
    case 'union':
      return { anyOf: schema.options.map((/** @type {Valibot} */ each) => shapeOf(each, path)) };
    case 'picklist':
      return { enum: schema.options };
    case 'string':
      return { type: 'string', ...textOf(schema.pipe ?? []) };
    case 'number':
      return { ...numberOf(schema.pipe ?? []) };
    case 'boolean':
      return { type: 'boolean' };
    case 'unknown':
      return {};
    default:
      throw new Error(`${path} has the type ${schema.type}, which is not known here`);
  }
}

/** @param {Valibot} schema @param {string} path */
function objectOf({ type, entries }, path) {
  const fields = Object.entries(entries);
  const below = (/** @type {string} */ name) => (path === '' ? name : `${path}.${name}`);
  const required = fields.filter(([, each]) => each.type !== 'optional').map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, each]) => [name, fieldOf(each, path, below(name))])),
    ...(required.length > 0 && { required }),
    additionalProperties: type === 'object_with_rest',
  };
}

/** The default has the fields of a route, which are explained there. @param {Valibot} schema @param {string} parent @param {string} path */
function fieldOf(schema, parent, path) {
  if (parent !== 'default') return jsonOf(schema, path);
  const description = said.get(path.replace('default.', 'routes[].'));
  return { ...(description && { description }), ...shapeOf(schema, path) };
}

/** Kinds have the options of the library. @param {string} path */
function kindsOf(path) {
  const kinds = Object.keys(path === 'evidence' ? EVIDENCE : ENROLLMENT);
  return {
    type: 'object',
    properties: Object.fromEntries(kinds.map((kind) => [kind, { type: 'object' }])),
    additionalProperties: false,
  };
}

/** @param {readonly Valibot[]} pipe */
function textOf(pipe) {
  const pattern = pipe.find(({ type }) => type === 'regex')?.requirement.source;
  const isFilled = pipe.some(({ type }) => type === 'non_empty');
  return {
    ...(isFilled && { minLength: 1 }),
    ...(pattern !== undefined && { pattern: `${pattern}|${REFERENCE}` }),
  };
}

/** @param {readonly Valibot[]} pipe */
function numberOf(pipe) {
  const of = (/** @type {string} */ type) => pipe.find((each) => each.type === type)?.requirement;
  const [minimum, maximum] = [of('min_value'), of('max_value')];
  return {
    type: pipe.some(({ type }) => type === 'integer') ? 'integer' : 'number',
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  };
}

const { properties, ...rest } = /** @type {{ properties: object }} */ (
  shapeOf(/** @type {Valibot} */ (SCHEMA), '')
);
const text = `${JSON.stringify(
  {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of attestkit-gateway',
    ...rest,
    properties,
  },
  null,
  2,
)}\n`;

/** @type {string[]} */
const problems = [];
for (const path of known) if (!said.has(path)) problems.push(`docs/gateway.md has no row for ${path}`);
for (const path of said.keys())
  if (!known.has(path) && !path.endsWith('.*'))
    problems.push(`docs/gateway.md has a row for ${path}, which does not exist`);
if (process.argv.includes('--check')) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
    problems.push('packages/gateway/config.schema.json is out of date: run npm run docs');
} else writeFileSync(file, text);
console.log(`gateway-schema: ${known.size} fields`);
if (known.size < 40) problems.push('it found too few fields');
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
