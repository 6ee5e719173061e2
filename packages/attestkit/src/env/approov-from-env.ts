import {
  approov,
  type ApproovOptions,
  type BindingOptions,
  type MessageSigningOptions,
} from '../approov/index.js';
import { ConfigurationError } from '../kernel/errors.js';
import type { Enforcement } from '../ports/decision.js';
import { readBoolean, type Environment } from './environment.js';

/** What the environment does not say of Approov. */
export interface ApproovFromEnv {
  readonly binding: Omit<BindingOptions, 'enforcement'> | undefined;
  readonly messageSigning: MessageSigningOptions | undefined;
  readonly allowPublishedSecret: boolean | undefined;
}

/** Whether the environment has the secret of an Approov account. */
export function hasApproov(env: Environment): boolean {
  return env['APPROOV_BASE64_SECRET'] !== undefined || env['APPROOV_BASE64URL_SECRET'] !== undefined;
}

/** @throws ConfigurationError naming the variable */
export function approovFromEnv(
  env: Environment,
  { binding, messageSigning, allowPublishedSecret }: ApproovFromEnv,
): ReturnType<typeof approov> {
  const options: ApproovOptions = {
    ...secret(env),
    ...(allowPublishedSecret !== undefined && { allowPublishedSecret }),
    binding: { ...binding, enforcement: bindingEnforcement(env) },
    ...(messageSigning && { messageSigning }),
  };
  return approov(options);
}

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

/** @throws ConfigurationError naming the variable */
export function approovEnforcement(env: Environment): Enforcement {
  return (readBoolean(env, 'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN') ?? true) ? 'enforce' : 'report';
}
