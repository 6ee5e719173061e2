import type * as v from 'valibot';
import { closest } from './did-you-mean.js';
import type { Path, Problem } from './problem.js';
import { SCHEMA } from './schema.js';

/** What to write for a field, whatever was there. */
const EXAMPLES: Readonly<Record<string, string>> = {
  default: 'default: {}',
  listen: 'an address with a port, such as 127.0.0.1:8080',
  methods: 'a list of methods in capitals, such as [GET, POST]',
  enforcement: 'enforce, report, or a share of clients such as 25%',
  path: '/exact/path, /one/*/segment or /all/below/*',
  host: 'the name of a host, such as api.example.com',
  hosts: 'a list of names, such as [gateway.internal]',
  upstreams: 'names with URLs, such as { api: http://127.0.0.1:8000 }',
  url: 'a URL, such as http://127.0.0.1:8000',
  store: 'sqlite:FILE, redis://…, postgres://… or memory',
  keep: 'a list of fields, such as [Authorization]',
  trustedProxies: 'networks, such as [loopback, 10.0.0.0/8]',
  trustedPeers: 'networks, such as [loopback, 10.0.0.0/8]',
  tokens: 'a list, such as [{ name: alice, role: operate, token: ${ALICE_TOKEN} }]',
  role: 'read, or operate for those who also change devices',
  token: '${NAME}, with at least 24 random characters: openssl rand -base64 32',
  proxy: 'header and trustedPeers, such as { header: X-Forwarded-User, trustedPeers: [10.0.0.5] }',
  operators: 'a list of users, such as [alice]',
  history: 'a file, such as attestkit-history.db, or memory',
  routes: 'a list: a line with - for each route',
};

const TYPES: Readonly<Record<string, string>> = {
  Object: 'a group of fields',
  Array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

/** The problems that the schema found, in the words of the file. */
export function problemsOf(issue: v.BaseIssue<unknown>): Problem[] {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const { expected, received } = issue;
  const name = path.findLast((step) => typeof step === 'string');
  const example = typeof name === 'string' && Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
  const write = example === undefined ? 'Mend it there.' : `Write ${example}.`;
  if (issue.type === 'strict_object' && expected === 'never') return [unknown(path)];
  if (received === 'undefined')
    return [{ path, says: 'is not set', remedy: example === undefined ? 'Add it.' : write }];
  if (received === 'null' && path.length === 0)
    return [{ path, says: 'is empty', remedy: 'Let attestkit-gateway init write a first one.' }];
  if (received === 'null')
    return [
      { path, says: 'is empty', remedy: name === 'default' ? write : 'Indent what belongs to it below it.' },
    ];
  if (!issue.message.startsWith('Invalid')) return [{ path, says: issue.message, remedy: write }];
  const type = TYPES[expected ?? ''] ?? expected ?? 'valid';
  return [{ path, says: `is ${received}, which is not ${type}`, remedy: write }];
}

function unknown(path: Path): Problem {
  const name = String(path.at(-1));
  const names = fieldsAt(path.slice(0, -1));
  const meant = closest(name, names);
  const remedy = meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${meant}?`;
  return { path, says: 'is not known here', remedy };
}

/** A schema as far as its fields are looked for. */
interface Shape {
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly wrapped?: Shape;
  readonly item?: Shape;
  readonly value?: Shape;
  readonly options?: readonly Shape[];
}

/** The fields that the schema has at a place. */
function fieldsAt(path: Path): readonly string[] {
  let shape: Shape | undefined = SCHEMA as unknown as Shape;
  for (const step of path) {
    const group: Shape | undefined = groupOf(shape);
    shape = group?.entries?.[step] ?? group?.value ?? group?.item;
  }
  return Object.keys(groupOf(shape)?.entries ?? {});
}

function groupOf(shape: Shape | undefined): Shape | undefined {
  if (shape?.wrapped !== undefined) return groupOf(shape.wrapped);
  if (shape?.options !== undefined) return shape.options.map(groupOf).find((each) => each?.entries);
  return shape;
}
