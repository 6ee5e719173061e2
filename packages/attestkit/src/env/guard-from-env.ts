import { approov, type BindingOptions } from '../approov/index.js';
import { createGuard, quietly, REFUSAL_OPTIONS, type Guard, type GuardOptions } from '../guard/index.js';
import { ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/options.js';
import type { DecisionEvent } from '../ports/events.js';
import type { Enforcement } from '../ports/evidence.js';
import { logLines } from './log-lines.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment does not say. */
export interface GuardFromEnvOptions extends Omit<GuardOptions, 'evidence' | 'accept' | 'enforcement'> {
  /** Default `process.env`. */
  readonly env?: Environment;
  /** How the account's tokens are bound, beside the switch in the environment. */
  readonly binding?: Omit<BindingOptions, 'enforcement'>;
  /** Where the log lines go, unless `APPROOV_LOGGING_ENABLED=false`. Default: standard output. */
  readonly log?: (line: string) => void;
  /** Allows the published example secrets, for examples on the loopback interface. Default: by `NODE_ENV`. */
  readonly allowPublishedSecret?: boolean;
}

/**
 * Makes a guard from the variables that Approov deployments use:
 *
 * - `APPROOV_BASE64_SECRET`, or `APPROOV_BASE64URL_SECRET`: the account secret; exactly one of them.
 * - `APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN`: `false` only reports an invalid token. Default `true`.
 * - `APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING` (older: `…_ON_INVALID_CUSTOM_PAYLOAD_CLAIM`): `false` only
 *   reports an invalid binding. Default `true`.
 * - `APPROOV_LOGGING_ENABLED`: `false` writes no log lines. Default `true`.
 *
 * @throws ConfigurationError naming the variable and the remedy
 */
export function guardFromEnv(options: GuardFromEnvOptions = {}): Guard {
  assertOptions(options, OPTIONS, 'guardFromEnv');
  const {
    env = process.env,
    binding,
    log = (line) => void process.stdout.write(`${line}\n`),
    allowPublishedSecret,
    onDecision,
    ...rest
  } = options;
  const token = enforcement(env, 'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN');
  const logged = readBoolean(env, 'APPROOV_LOGGING_ENABLED') ?? true;
  const evidence = approov({
    ...secret(env),
    ...(allowPublishedSecret !== undefined && { allowPublishedSecret }),
    binding: { ...binding, enforcement: bindingEnforcement(env) },
  });
  const logging = (event: DecisionEvent): void => {
    for (const line of logLines(event)) quietly(() => log(line));
    return onDecision?.(event);
  };
  const listener = logged ? logging : onDecision;
  return createGuard({
    ...rest,
    evidence: [evidence],
    enforcement: token,
    ...(listener !== undefined && { onDecision: listener }),
  });
}

const OPTIONS: OptionTypes = {
  ...REFUSAL_OPTIONS,
  env: 'any',
  binding: 'object',
  log: 'function',
  allowPublishedSecret: 'boolean',
  onDecision: 'function',
  now: 'function',
};

function secret(env: Environment): { secretBase64: string } | { secretBase64url: string } {
  const { APPROOV_BASE64_SECRET: base64, APPROOV_BASE64URL_SECRET: base64url } = env;
  if (base64 !== undefined && base64url !== undefined) {
    throw new ConfigurationError(
      'APPROOV_BASE64URL_SECRET',
      'is set beside APPROOV_BASE64_SECRET',
      'Unset one of them: keep the one that holds the secret of your account.',
    );
  }
  if (base64url !== undefined) return { secretBase64url: base64url };
  if (base64 !== undefined) return { secretBase64: base64 };
  throw new ConfigurationError(
    'APPROOV_BASE64_SECRET',
    'is not set',
    'Set it to the secret of your account: approov secret -get base64. A file .env is not read: node --env-file=.env',
  );
}

const BINDING = 'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING';
const OLDER = 'APPROOV_ABORT_REQUEST_ON_INVALID_CUSTOM_PAYLOAD_CLAIM';

function bindingEnforcement(env: Environment): Enforcement {
  const [current, older] = [readBoolean(env, BINDING), readBoolean(env, OLDER)];
  if (current !== undefined && older !== undefined && current !== older) {
    throw new ConfigurationError(OLDER, `contradicts ${BINDING}`, 'Remove the older name.');
  }
  return (current ?? older ?? true) ? 'enforce' : 'report';
}

function enforcement(env: Environment, variable: string): Enforcement {
  return (readBoolean(env, variable) ?? true) ? 'enforce' : 'report';
}

/** Exactly `true` or `false`: a switch that is misspelt must not silently mean either. */
function readBoolean(env: Environment, variable: string): boolean | undefined {
  const value = env[variable];
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new ConfigurationError(
    variable,
    'is neither true nor false',
    'Write true or false in small letters, or leave it unset.',
  );
}
