import type { Signing } from './sign-request.js';

/** A request to an example server, and what it must answer. */
export interface RequestCase {
  /** Unique for its server. */
  readonly name: string;
  readonly server: Server;
  readonly method: string;
  readonly path: string;
  /** Field lines in this order; a name can come more than once. */
  readonly headers: readonly Field[];
  readonly body?: string;
  /** Set if fields are added when it is sent, which sign it. */
  readonly signing?: Signing;
  readonly expect: Expected;
}

/** The hello servers, of any framework, and the Shapes servers, of which `shapes` is the protected one. */
export type Server = 'unprotected' | 'token-check' | 'token-binding-check' | 'shapes-original' | 'shapes';

/** One line of the request's header section. */
export type Field = readonly [name: string, value: string];

interface Expected {
  readonly status: number;
  /** The exact body; not checked where absent. */
  readonly body?: string;
  /** Instead of `body`, if the answer is drawn at random: all that it may be. */
  readonly oneOf?: readonly string[];
}

/** A case as it is written: `GET /` without fields, unless it says otherwise. */
export type Sketch = Expected &
  Partial<Pick<RequestCase, 'method' | 'path' | 'headers' | 'signing'>> & {
    /** Of the request, beside the one that is expected. */
    readonly sends?: string;
  };

/** Sketches by the name of the case. */
export type Sketches = Readonly<Record<string, Sketch>>;

/** Makes the cases of one server. */
export function casesOf(server: Server, sketches: Sketches): readonly RequestCase[] {
  return Object.entries(sketches).map(([name, sketch]) => {
    const { method = 'GET', path = '/', headers = [], sends, signing, ...expect } = sketch;
    const request = { name, server, method, path, headers, expect };
    return { ...request, ...(sends !== undefined && { body: sends }), ...(signing && { signing }) };
  });
}

/** The answer to a refused request. */
export function refused(status: 400 | 401): Expected {
  return { status, body: '{}' };
}

/** Refusals of a token's field with these values, by name, on one path. */
export function refusals(
  values: Readonly<Record<string, string>>,
  path: string,
  others: readonly Field[] = [],
): Sketches {
  const sketches = Object.entries(values).map(([name, value]): [string, Sketch] => [
    name,
    { path, headers: [approovToken(value), ...others], ...refused(401) },
  ]);
  return Object.fromEntries(sketches);
}

export function approovToken(value: string): Field {
  return ['Approov-Token', value];
}

export function authorization(value: string): Field {
  return ['Authorization', value];
}
