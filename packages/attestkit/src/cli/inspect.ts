import type { Environment } from '../env/index.js';
import { inspectEvidence, type EvidenceKindName } from '../inspect/index.js';
import { hasKey, kindOf, saysTime } from '../inspect/internal.js';
import { readArguments, UsageError } from './arguments.js';
import { HELP } from './help.js';
import { printable } from './report/printable.js';
import { readEvidence } from './read-evidence.js';
import { render } from './report/render.js';
import type { Terminal } from './terminal.js';
import { secretFor } from './secret.js';

const OPTIONS = {
  kind: { type: 'string' },
  secret: { type: 'string' },
  binding: { type: 'string' },
  at: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `attestkit inspect`: shows every check of one piece of evidence. */
export async function inspect(
  argv: readonly string[],
  env: Environment,
  { stdin, out, isTerminal }: Terminal,
): Promise<number> {
  const { text, flag, positionals } = readArguments(argv, OPTIONS);
  if (flag('help')) {
    out(HELP.inspect);
    return 0;
  }
  const [argument] = positionals;
  if (argument === undefined) throw new UsageError('there is no token and no file to inspect');
  if (positionals.length > 1) throw new UsageError('there is more than one token or file to inspect');
  const evidence = await readEvidence(argument, stdin);
  const secret = text('secret');
  // The inspector refuses unknown kinds.
  const named = text('kind') as EvidenceKindName | undefined;
  const as = named === undefined ? {} : { kind: named };
  const kind = kindOf(evidence, as);
  const binding = text('binding');
  const now = timeOf(text('at'));
  const report = inspectEvidence(evidence, {
    ...as,
    ...(now !== undefined && { now }),
    ...(secret === undefined && hasKey(evidence, as) ? {} : secretFor(kind, secret, env)),
    // The bytes as they were typed, one character each, as a server sees a header's value.
    ...(binding !== undefined && { binding: Buffer.from(binding).toString('latin1') }),
  });
  const colors = isTerminal && (env['NO_COLOR'] ?? '') === '';
  const isOfNow = now === undefined && !saysTime(evidence, as);
  out(flag('json') ? `${printable(JSON.stringify(report, null, 2))}\n` : render(report, colors, isOfNow));
  return report.verdict === 'pass' ? 0 : 1;
}

/** Milliseconds since the epoch. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new UsageError('--at is not a time with a zone, such as 2026-06-01T12:00:00Z');
  return time;
}
