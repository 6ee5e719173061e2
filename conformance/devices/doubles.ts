import { AttestationError, type Appraisal, type Evidence, type VerifyContext } from 'attestkit';
import { digest } from './tokens.js';

/** How a double verifies the value of its header field. */
type Verify = (
  value: string,
  context: VerifyContext<undefined>,
) => Appraisal<unknown> | Promise<Appraisal<unknown>>;

const MISSING = {
  name: 'double present',
  code: 'ERR_DOUBLE_MISSING',
  stage: 'missing',
  says: 'the request has no double',
  spec: 'conformance',
} as const;

const MISMATCH = {
  ...MISSING,
  name: 'digest matches',
  code: 'ERR_DOUBLE_MISMATCH',
  stage: 'untrusted',
} as const;
const UNAVAILABLE = {
  ...MISSING,
  name: 'store reached',
  code: 'ERR_DOUBLE_UNAVAILABLE',
  stage: 'unavailable',
} as const;

/** A kind of evidence of the tests' own, in the header field `X-Double`; other members can be replaced. */
export function double(verify: Verify, others: Partial<Evidence> = {}): Evidence {
  return {
    kind: 'double',
    statuses: { missing: 401, malformed: 401, untrusted: 401, denied: 401 },
    routeOptions: [],
    demand: () => undefined,
    find(request) {
      const [value] = request.fields('x-double');
      return value === undefined ? { present: false, check: MISSING } : { present: true, item: value };
    },
    verify: (item, context) => verify(item as string, { ...context, demand: undefined }),
    ...others,
  };
}

/** Evidence over the request's own bytes: the field's value is base64(SHA-256(body)). */
export function bodyDigest(): Evidence {
  return double(async (value, context) => {
    if (digest(await context.body()) !== value) throw new AttestationError(MISMATCH);
    return { result: { digest: value } };
  });
}

/** What a store throws that cannot be reached. */
export function unavailable(retryAfter: number): AttestationError {
  return new AttestationError(UNAVAILABLE, { retryAfter });
}
