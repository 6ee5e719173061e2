// @ts-check
// Why this exists: every command of this repository answers a mistake in the same way: how it is used, and last, where a terminal
// shows it, one line that says what is wrong. The status is 2. It never shows a stack trace.
import { noSuch } from './did-you-mean.js';

export { noSuch } from './did-you-mean.js';

/**
 * Says how a command is used: on request, or because it was used wrongly (status 2). Ends the process.
 *
 * @param {string} usage @param {string} [problem] @returns {never}
 */
export function endWithUsage(usage, problem) {
  if (problem === undefined) console.log(usage);
  else console.error(`${usage}\n\n${problem}`);
  process.exit(problem === undefined ? 0 : 2);
}

/**
 * What is wrong with the arguments, in one line, from what `parseArgs` of Node.js throws.
 *
 * @param {unknown} error @param {readonly string[]} options the names of the options, without dashes
 * @returns {string}
 */
export function problemOf(error, options) {
  if (!(error instanceof Error)) return String(error);
  const [, unknown] = /^Unknown option '--([^']*)'/.exec(error.message) ?? [];
  if (unknown !== undefined)
    return noSuch('option', unknown, options).replace(/(?<=There is no option |Did you mean )/g, '--');
  const [, argument] = /^Unexpected argument '([^']*)'/.exec(error.message) ?? [];
  if (argument !== undefined) return `Unexpected argument: ${argument}.`;
  const [sentence = ''] = error.message.split(/\n|\. To specify/);
  return /[.?]$/.test(sentence) ? sentence : `${sentence}.`;
}
