import type { ErrorCode } from 'attestkit/catalog';

/** One precise fault: the steps of making that it changes, and what has to come of it. */
export type DefectWith<Steps> = Steps & {
  /** The code that the verifier has to refuse it with. */
  readonly code: ErrorCode;
  /** What is wrong, for people. */
  readonly says: string;
  /** The expectation without which a verifier accepts it: it is genuine, and only not what somebody wants. */
  readonly needs?: Expectation;
};

/** An option of the verifiers that makes them refuse what is genuine. */
export type Expectation =
  | 'minimumOs'
  | 'maxAgeSeconds'
  | 'category'
  | 'bundleVersion'
  | 'codeDirectoryHash'
  | 'leafCertificate'
  | 'clientDataHash'
  | 'environment';

/** One step, as a defect that changes it has it. */
export type Step<Steps, Name extends keyof Steps> = NonNullable<Steps[Name]>;
