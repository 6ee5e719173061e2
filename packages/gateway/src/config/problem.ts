/** Where in a configuration something is: `['routes', 2, 'path']`. */
export type Path = readonly (string | number)[];

/** One mistake in a configuration. */
export interface Problem {
  readonly path: Path;
  /** What is wrong: `is not a number`. */
  readonly says: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A configuration that cannot be used. Its message has a line for each mistake: file, line, column, field, fault, remedy. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
  readonly problems: readonly (Problem & { readonly line: number; readonly column: number })[];

  constructor(
    file: string,
    problems: readonly (Problem & { readonly line: number; readonly column: number })[],
  ) {
    super(
      problems
        .map(
          ({ path, says, remedy, line, column }) =>
            `${file}:${line}:${column} ${[fieldOf(path), says].join(' ')}. ${remedy}`,
        )
        .join('\n'),
    );
    this.problems = problems;
  }
}

/** `routes[2].path`. */
export function fieldOf(path: Path): string {
  if (path.length === 0) return 'the file';
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join('');
}
