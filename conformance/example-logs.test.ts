import { cases, type RequestCase } from '@attestkit/examples/requests';
import { describe, expect, it } from 'vitest';
import { serveExample, type Environment, type ExampleServer } from './servers/example-process.js';

const TOKEN_VALID = 'ACCEPTED REQUEST WITH VALID APPROOV TOKEN';
const BINDING_VALID = 'ACCEPTED REQUEST WITH VALID TOKEN BINDING IN THE APPROOV TOKEN';
const TOKEN_MISSING = 'REQUEST WITH APPROOV TOKEN HEADER EMPTY OR MISSING';
const TOKEN_INVALID = 'REQUEST WITH INVALID APPROOV TOKEN';
const BINDING_INVALID = 'REQUEST WITH INVALID TOKEN BINDING IN THE APPROOV TOKEN';
const CLAIM_MISSING = 'REQUEST WITH APPROOV TOKEN MISSING THE CLAIM TO VERIFY THE TOKEN BINDING';

/** A case of the protected Shapes server, its status, and what the server then logs; `ERR_…: ` begins a reason. */
type Row = readonly [name: string, status: number, lines: readonly string[]];

const missing = (verb: string): string[] => [`${verb} ${TOKEN_MISSING}`, 'ERR_APPROOV_TOKEN_MISSING: '];
const invalid = (verb: string, code: string): string[] => [
  `${verb} ${TOKEN_INVALID}`,
  `ERR_APPROOV_TOKEN_${code}: `,
];
const unbound = (verb: string, code: string): string[] => [
  TOKEN_VALID,
  `${verb} ${code === 'CLAIM_MISSING' ? CLAIM_MISSING : BINDING_INVALID}`,
  `ERR_APPROOV_BINDING_${code}: `,
];

const enforced: readonly Row[] = [
  ['v1 forms', 200, []],
  ['v2 hello', 200, []],
  ['v2 shapes, valid token', 200, [TOKEN_VALID]],
  ['v2 shapes, no token', 400, missing('REJECTED')],
  ['v2 shapes, token is empty', 400, missing('REJECTED')],
  ['v2 shapes, token has expired', 401, invalid('REJECTED', 'EXPIRED')],
  ['v2 shapes, token twice', 401, invalid('REJECTED', 'REPEATED')],
  ['v2 shapes, signature by another secret', 401, invalid('REJECTED', 'SIGNATURE_INVALID')],
  ['v2 forms, bound to Authorization', 200, [TOKEN_VALID, BINDING_VALID]],
  ['v2 forms, no token', 400, missing('REJECTED')],
  ['v2 forms, no Authorization', 400, unbound('REJECTED', 'HEADER_MISSING')],
  ['v2 forms, Authorization of another user', 401, unbound('REJECTED', 'MISMATCH')],
  ['v2 forms, pay is absent', 401, unbound('REJECTED', 'CLAIM_MISSING')],
];

const bindingReported: readonly Row[] = [
  ['v2 shapes, no token', 400, missing('REJECTED')],
  ['v2 forms, token has expired', 401, invalid('REJECTED', 'EXPIRED')],
  ['v2 forms, Authorization of another user', 200, unbound('ACCEPTED', 'MISMATCH')],
  ['v2 forms, pay is absent', 200, unbound('ACCEPTED', 'CLAIM_MISSING')],
  // The API itself wants Authorization, whatever the guard lets pass.
  ['v2 forms, no Authorization', 400, unbound('ACCEPTED', 'HEADER_MISSING')],
];

const tokenReported: readonly Row[] = [
  ['v2 shapes, valid token', 200, [TOKEN_VALID]],
  ['v2 shapes, no token', 200, missing('ACCEPTED')],
  ['v2 shapes, token has expired', 200, invalid('ACCEPTED', 'EXPIRED')],
  ['v2 forms, token has expired', 200, invalid('ACCEPTED', 'EXPIRED')],
  ['v2 forms, token has expired, no Authorization', 400, invalid('ACCEPTED', 'EXPIRED')],
  ['v2 forms, Authorization of another user', 401, unbound('REJECTED', 'MISMATCH')],
];

const silent: readonly Row[] = enforced.map(([name, status]) => [name, status, []]);

const TOKEN = 'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN';
const settings: readonly (readonly [string, Environment, readonly Row[]])[] = [
  ['by default', {}, enforced],
  ['binding reported', { [`${TOKEN}_BINDING`]: 'false' }, bindingReported],
  [
    'binding reported by the older name',
    { APPROOV_ABORT_REQUEST_ON_INVALID_CUSTOM_PAYLOAD_CLAIM: 'false' },
    bindingReported,
  ],
  ['token reported', { [TOKEN]: 'false' }, tokenReported],
  ['logging off', { APPROOV_LOGGING_ENABLED: 'false' }, silent],
];

describe.each(settings)('protected Shapes server, %s', (_, environment, rows) => {
  const shapes = serveExample(['run-shapes.js', 'protected'], environment);

  it.each(rows)('%s: %i', async (name, status, lines) => {
    const { answered, logged } = await logOf(shapes, caseNamed(name));
    expect(answered).toBe(status);
    expect(logged.map(withoutSentence)).toEqual(lines);
    expect(logged.join('\n')).not.toContain('eyJ');
  });
});

/** What the server writes because of a request. It logs before it answers; a second request says when all is there. */
async function logOf(
  shapes: ExampleServer,
  { method, path, headers }: RequestCase,
): Promise<{ answered: number; logged: readonly string[] }> {
  const before = shapes.output().length;
  const { status } = await shapes.send({ method, target: path, headers });
  await shapes.send({ target: '/v1/hello' });
  const written = shapes.output().slice(before).split('\n');
  return { answered: status, logged: written.filter((line) => line !== '') };
}

function caseNamed(name: string): RequestCase {
  const found = cases.find((each) => each.server === 'shapes' && each.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

function withoutSentence(line: string): string {
  return line.replace(/^(ERR_[A-Z_]+: )[a-z].+/, '$1');
}
