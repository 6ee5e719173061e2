/** What a guard depends on, as it is now. */
export interface Health {
  readonly healthy: boolean;
  /** What does not answer, and why; empty if all is well. */
  readonly down: readonly { readonly name: 'store'; readonly problem: string }[];
}
