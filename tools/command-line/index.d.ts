/** Says that there is no such name, and which one was most likely meant. */
export function noSuch(what: string, word: string, names: readonly string[]): string;

/** Says how a command is used: on request, or because it was used wrongly (status 2). Ends the process. */
export function endWithUsage(usage: string, problem?: string): never;

/** What is wrong with the arguments, in one line, from what `parseArgs` of Node.js throws. */
export function problemOf(error: unknown, options: readonly string[]): string;
