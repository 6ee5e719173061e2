import { signApproovToken } from '../approov/index.js';
import type { Environment } from '../env/index.js';
import { ConfigurationError } from '../kernel/errors.js';
import { readArguments, UsageError } from './arguments.js';
import { HELP } from './help.js';
import { printable } from './report/printable.js';
import type { Terminal } from './terminal.js';
import { readSecret } from './secret.js';
import { EXAMPLE_CLAIM, TOKEN_TYPES } from './token-types.js';

const OPTIONS = {
  expire: { type: 'string' },
  claim: { type: 'string' },
  'claim-example': { type: 'boolean' },
  secret: { type: 'string' },
  type: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `attestkit token`: makes an Approov token for development. */
export function token(argv: readonly string[], env: Environment, { out }: Terminal): number {
  const { text, flag, positionals } = readArguments(argv, OPTIONS);
  if (flag('help')) {
    out(HELP.token);
    return 0;
  }
  // Not shown: it may be a secret whose --secret was forgotten.
  if (positionals.length > 0) throw new UsageError('there is a value that belongs to no option');
  const type = text('type') ?? 'valid';
  const broken = TOKEN_TYPES.get(type);
  if (type !== 'valid' && broken === undefined)
    throw new UsageError(`there is no type ${type}; types are valid, ${[...TOKEN_TYPES.keys()].join(', ')}`);
  const bound = boundValue(text('claim'), flag('claim-example'));
  const secretBase64 = readSecret(text('secret'), env);
  if (secretBase64 === undefined) {
    throw new ConfigurationError(
      'APPROOV_BASE64_SECRET',
      'is not set',
      'Set it to the output of: approov secret -get base64, or give --secret.',
    );
  }
  const options = {
    secretBase64,
    expiresInSeconds: seconds(text('expire') ?? '5'),
    // The bytes as they were typed: what curl sends when it is given the same text.
    bind: bound === undefined ? undefined : Buffer.from(bound),
  };
  const made = broken === undefined ? signApproovToken({}, options) : broken.make(options);
  const provokes = broken?.code;
  out(
    flag('json')
      ? `${printable(JSON.stringify({ token: made, type, provokes, bound, claims: claimsOf(made) }, null, 2))}\n`
      : `${made}\n`,
  );
  return 0;
}

/** The claims of a token, which can be read whatever its type. */
function claimsOf(made: string): unknown {
  return JSON.parse(Buffer.from(made.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

function boundValue(claim: string | undefined, example: boolean): string | undefined {
  if (claim !== undefined && example) throw new UsageError('--claim and --claim-example exclude each other');
  if (claim === '') throw new UsageError('--claim is empty, and no request can be bound to nothing');
  return example ? EXAMPLE_CLAIM : claim;
}

function seconds(minutes: string): number {
  const value = /^\d+(\.\d+)?$/.test(minutes) ? Number(minutes) * 60 : 0;
  if (value > 0 && value <= Number.MAX_SAFE_INTEGER) return value;
  throw new UsageError('--expire is not a number of minutes above 0 (for one that is past: --type expired)');
}
