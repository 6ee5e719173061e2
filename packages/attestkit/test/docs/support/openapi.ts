import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Exchange } from './served.js';

type Json = { readonly [name: string]: Json };

/** What the package exports as `attestkit/openapi.json`. */
export const description = JSON.parse(
  readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8'),
) as Json;

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
ajv.addVocabulary(Object.keys(description));
ajv.addSchema({ ...description, $id: 'https://attestkit.example/openapi.json' });

/** What is wrong with a value, by a schema of the description. */
function faultsOf(pointer: readonly string[], value: unknown): readonly string[] {
  const path = pointer
    .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
    .map(encodeURIComponent);
  const validate = ajv.getSchema(`https://attestkit.example/openapi.json#/${path.join('/')}`);
  if (validate === undefined) return [`there is no ${pointer.join(' ')}`];
  void validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The place of an operation in the description, and the operation; of another method than the path's, that of the path. */
function operationOf({ method, target, told }: Exchange): readonly [readonly string[], Json | undefined] {
  const [path = ''] = target.split('?');
  const [own = ''] = Object.keys(description['paths']?.[path] ?? {});
  const verb = told.status === 405 ? own : method.toLowerCase();
  return [['paths', path, verb], description['paths']?.[path]?.[verb]];
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** What the description says is wrong with a request. */
export function faultsOfRequest(exchange: Exchange): readonly string[] {
  const [place, operation] = operationOf(exchange);
  if (operation === undefined) return [`${exchange.method} ${exchange.target} is no operation`];
  const query = new URLSearchParams(exchange.target.split('?')[1] ?? '');
  const parameters = (operation['parameters'] ?? []) as unknown as { name: string; required?: true }[];
  const inQuery = parameters.flatMap(({ name, required }, at) => {
    const value = query.get(name);
    if (value !== null) return faultsOf([...place, 'parameters', String(at), 'schema'], value);
    return required ? [`${name} is missing`] : [];
  });
  if (operation['requestBody'] === undefined) return inQuery;
  if (!exchange.isJson) return ['the media type has no description'];
  const schema = [...place, 'requestBody', 'content', 'application/json', 'schema'];
  return [...inQuery, ...faultsOf(schema, json(exchange.body))];
}

/** What the description says is wrong with an answer. */
export function faultsOfAnswer(exchange: Exchange): readonly string[] {
  const [place, operation] = operationOf(exchange);
  const { status, headers, text } = exchange.told;
  const answer = operation?.['responses']?.[String(status)];
  if (answer === undefined) return [`${exchange.method} ${exchange.target}: ${status} has no description`];
  const inHeaders = Object.keys(answer['headers'] ?? {}).flatMap((name) =>
    headers.has(name)
      ? faultsOf(['components', 'headers', name, 'schema'], headers.get(name))
      : [`${name} is missing`],
  );
  const schema = [...place, 'responses', String(status), 'content', 'application/json', 'schema'];
  return [...inHeaders, ...faultsOf(schema, json(text))];
}

/** Each operation with each status that it is described with: `post /attest 403`. */
export function described(): readonly string[] {
  return Object.entries(description['paths'] ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.keys(responses ?? {}).map((status) => `${method} ${path} ${status}`),
    ),
  );
}
