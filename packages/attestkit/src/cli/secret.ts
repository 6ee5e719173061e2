import type { Environment } from '../env/index.js';
import type { EvidenceKindName, InspectOptions } from '../inspect/index.js';
import { decodeAnySecret } from '../kernel/config/secrets.js';
import { UsageError } from './arguments.js';

const SOURCES = [
  ['APPROOV_BASE64_SECRET', 'base64'],
  ['APPROOV_BASE64URL_SECRET', 'base64url'],
] as const;

/**
 * The secret of the flag `--secret`, else of the environment, in base64; undefined without both. Any secret
 * of at least 32 bytes is taken: what the commands make and show protects nothing.
 *
 * @throws ConfigurationError naming the flag or variable, if it is short or not canonical
 */
export function readSecret(flag: string | undefined, env: Environment): string | undefined {
  if (flag !== undefined) return decodeAnySecret(flag, 'base64', '--secret', 32).toString('base64');
  const [variable, encoding] = SOURCES.find(([name]) => env[name] !== undefined) ?? [];
  if (variable === undefined) return undefined;
  return decodeAnySecret(env[variable], encoding, variable, 32).toString('base64');
}

/**
 * The secret for evidence of a kind, as the inspector takes it: of the flag, else of the environment.
 *
 * @throws UsageError if the kind has no secret; ConfigurationError as `readSecret`
 */
export function secretFor(
  kind: EvidenceKindName,
  flag: string | undefined,
  env: Environment,
): Pick<InspectOptions, 'secret' | 'secretBase64'> {
  if (kind === 'approov-token') {
    const secretBase64 = readSecret(flag, env);
    return secretBase64 === undefined ? {} : { secretBase64 };
  }
  if (kind === 'session-token') {
    if (flag !== undefined) return { secret: flag };
    const { JWT_SECRET: current, JWT_SECRET_PREVIOUS: previous } = env;
    const secret = [current, previous].filter((each) => each !== undefined);
    return secret.length === 0 ? {} : { secret };
  }
  if (flag !== undefined)
    throw new UsageError(`--secret is for Approov tokens and sessions, and this is ${kind}`);
  return {};
}
