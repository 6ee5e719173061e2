import { ConfigurationError } from 'attestkit';
import { PatternError } from '../routes/pattern.js';
import { closest } from './did-you-mean.js';
import type { Path, Problem } from './problem.js';

/** Fields of a route that the library does not know. */
export const TRAFFIC_FIELDS = new Set([
  'path',
  'name',
  'methods',
  'host',
  'open',
  'enforcement',
  'upstream',
  'keep',
  'timeoutMs',
]);

/** Options that a route has only with a kind of evidence, and the field of the file that adds it. */
const OF_KINDS: Readonly<Record<string, string>> = {
  signedRequest: 'devices',
  binding: 'evidence.approov',
  messageSigning: 'evidence.approov',
  appCheck: 'evidence.appCheck',
};
const KINDS: Readonly<Record<string, string>> = {
  session: 'devices',
  signedRequest: 'devices',
  approov: 'evidence.approov',
  appCheck: 'evidence.appCheck',
};

/** What an error says of a route, in the words of the file. */
export function routeProblem(error: unknown, path: Path, given: Readonly<Record<string, unknown>>): Problem {
  const problem = problemOf(error, path);
  const field = String(problem.path[path.length]);
  if (problem.says.startsWith('names a kind of evidence')) {
    const named = [given[field]].flat().map(String);
    const missing = [...new Set(named.flatMap((kind) => KINDS[kind] ?? []))];
    if (missing.length > 0)
      return { ...problem, remedy: `Add ${missing.join(', ')} for ${named.join(', ')}.` };
  }
  if (!problem.says.startsWith('is not an option of a route')) return problem;
  const needed = OF_KINDS[field];
  if (needed !== undefined)
    return { ...problem, says: `needs ${needed}`, remedy: 'Add it, or leave this out.' };
  const [, options = ''] = /the options are (.*)\.$/.exec(problem.remedy) ?? [];
  const names = [...TRAFFIC_FIELDS, ...options.split(', ')].filter((name) => name !== 'exclude');
  const meant = closest(field, [...new Set(names)]);
  const remedy =
    meant === undefined ? `There are ${[...new Set(names)].join(', ')}.` : `Did you mean ${meant}?`;
  return { ...problem, says: 'is not a field of a route', remedy };
}

/** What an error says of a place. @throws all others */
export function problemOf(error: unknown, path: Path): Problem {
  if (error instanceof PatternError)
    return {
      path: [...path, 'path'],
      says: error.message,
      remedy: 'Write /exact/path, /one/*/segment or /all/below/*.',
    };
  if (!(error instanceof ConfigurationError)) throw error;
  const { variable, problem, remedy } = error;
  // `secretBase64 (APPROOV_BASE64_SECRET)`: the variable is that of the environment alone.
  const [option = ''] = variable.split(' ');
  const steps = option === '' ? [] : option.split('.');
  return { path: [...path, ...steps], says: problem, remedy };
}
