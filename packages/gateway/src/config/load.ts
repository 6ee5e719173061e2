import { dirname } from 'node:path';
import * as v from 'valibot';
import { readDocument } from './document.js';
import { problemsOf } from './issues.js';
import type { Path, Problem } from './problem.js';
import { isReference, resolved } from './references.js';
import { SCHEMA, type Settings } from './schema.js';

/** A configuration, and what reports mistakes at their places. */
export interface Config {
  readonly file: string;
  readonly settings: Settings;
  /** @throws ConfigFileError always */
  fail(problems: readonly Problem[]): never;
}

/** Fields that hold secrets, wherever they are. */
const SECRETS = /^(?:secret|secretBase64|secretBase64url|hashKey|decryptionKey|token|password)$/;

/**
 * Reads a configuration: its text, its references, its shape. What the options mean is for `compose` to say.
 *
 * @throws ConfigFileError with each mistake: file, line, column, field, remedy
 */
export function loadConfig(file: string, text: string, env: NodeJS.ProcessEnv): Config {
  const document = readDocument(file, text);
  const problems: Problem[] = [];
  plainSecrets(document.value, [], (problem) => problems.push(problem));
  const value = resolved(document.value, { env, folder: dirname(file) }, (problem) => problems.push(problem));
  const { success, output, issues } = v.safeParse(SCHEMA, value);
  // A value that is missing has been told of already.
  if (!success && problems.length === 0) problems.push(...issues.flatMap(problemsOf));
  if (problems.length > 0) document.fail(problems);
  return { file, settings: output as Settings, fail: (found) => document.fail(found) };
}

function plainSecrets(value: unknown, path: Path, onProblem: (problem: Problem) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, each] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    const texts: readonly unknown[] = Array.isArray(each) ? each : [each];
    // `redis://user:password@host`.
    const hasPassword = typeof each === 'string' && /:\/\/[^/?#]*:[^/?#$]+@/.test(each);
    const isPlain = SECRETS.test(name) && texts.some((one) => typeof one === 'string' && !isReference(one));
    const isKey = typeof each === 'string' && /PRIVATE KEY/.test(each);
    if (isPlain || hasPassword || isKey)
      onProblem({
        path: at,
        says: 'is a secret in plain text',
        remedy: 'Write ${NAME} for a variable, or ${file:/run/secrets/name} for a file.',
      });
    else plainSecrets(each, at, onProblem);
  }
}
