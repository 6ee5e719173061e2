import type { Order, Taken } from './explore.js';

/** An order, one line for each operation, and what each actor was told: `2. bob  put  device/3f9a1c…  -> true`. */
export function traceOf({ steps, answers, lost }: Order, names: readonly string[]): string {
  const width = Math.max(...names.map(({ length }) => length));
  const lines = steps.map(
    (step, at) => `${at + 1}. ${(names[step.actor] ?? '').padEnd(width)}  ${did(step)}`,
  );
  const told = names.map(
    (name, actor) => `   ${name.padEnd(width)}  ${heard(answers[actor], actor === lost)}`,
  );
  return [...lines, ...told].join('\n');
}

function did(step: Taken): string {
  if (step.kind === 'stop') return 'stops: what it has sent and is not done yet is never done';
  return `${step.method.padEnd(7)}  ${short(step.key)}  -> ${found(step.result)}`;
}

function found(result: unknown): string {
  if (result === undefined) return 'nothing';
  return typeof result === 'object' ? `version ${(result as { version: string }).version}` : String(result);
}

/** Keys are digests: six characters tell them apart. */
function short(key: string): string {
  return key.replaceAll(/[\w-]{20,}/g, (digest) => `${digest.slice(0, 6)}…`);
}

function heard(answer: unknown, isLost: boolean): string {
  if (answer === undefined) return isLost ? 'gets no answer' : 'has nothing to say';
  if (typeof answer !== 'object' || answer === null) return `is told ${String(answer)}`;
  const { status, code } = answer as { readonly status?: number; readonly code?: string };
  return `is told ${status}${code === undefined ? '' : ` ${code}`}`;
}
