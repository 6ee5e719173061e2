// Why this exists: what a kind of evidence gives to the fuzzer. The rules need nothing else.

/** An input that a mutator made, the verifiers that get it, and what the fuzzer knows about it. */
export interface Mutant {
  /** Octets or characters, for the report. */
  readonly length: number;
  readonly verify: () => unknown;
  /** The same by a verifier that remembers what it verified before. */
  readonly remembering: () => unknown;
  /** Undefined if there is no inspector. */
  readonly inspect: (() => Inspected) | undefined;
  /** The reason why the verifier may accept it; undefined if the verifier must refuse it. Asked only after it was accepted. */
  readonly mayBeAccepted: () => string | undefined;
  /** Whether the verifier must accept it. Asked only after it was refused. */
  readonly mustBeAccepted: () => boolean;
  /** Everything that is needed to verify it again. */
  readonly shown: () => object;
}

/** What an inspector concludes; its list of checks is not compared. */
export type Inspected = { readonly verdict: 'pass' } | { readonly verdict: 'fail'; readonly code: string };

/** A kind of evidence with a corpus of genuine objects. */
export interface Target {
  /** What the mutants are made from, in words. */
  readonly about: string;
  /** The names of the mutators. */
  readonly names: readonly string[];
  readonly make: (mutator: string) => Mutant;
}
