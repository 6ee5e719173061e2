import { APPROOV_DEFECTS, type ApproovDefect } from '../testing/index.js';

/** What `--claim-example` binds a token to. */
export const EXAMPLE_CLAIM = 'Bearer example-user-token';

/** The values of `--type` beside `valid`: every defect that a token signed with a secret can have. */
export const TOKEN_TYPES: ReadonlyMap<string, ApproovDefect> = new Map(
  (Object.keys(APPROOV_DEFECTS) as ApproovDefect[])
    .filter((defect) => defect !== 'public-key-as-secret')
    .map((defect) => [defect, defect]),
);
