/** What was set out to be reached, and what this run measured. */
export interface Target {
  readonly what: string;
  readonly atLeast: number;
  readonly measured: number;
  readonly met: boolean;
}

export function target(what: string, atLeast: number, measured: number): Target {
  return { what, atLeast, measured, met: measured >= atLeast };
}
