import { AttestationError } from '../../src/kernel/errors.js';
import type { CheckDef, Stage } from '../../src/ports/checks.js';
import type { Appraisal, Evidence, VerifyContext } from '../../src/ports/evidence.js';
import type { AttestedRequest } from '../../src/ports/request.js';

export function check(code: string, stage: Stage): CheckDef {
  return { name: code, code, stage, says: `says ${code}`, spec: 'test' };
}

type Verify = (
  item: string,
  context: VerifyContext<unknown>,
) => Appraisal<unknown> | Promise<Appraisal<unknown>>;

/**
 * A kind of evidence whose item is the field of its own name; `verify` is the test's. By default an item holds
 * when it is `good`.
 */
export function double(kind: string, verify: Verify = defaultVerify(kind)): Evidence {
  return {
    kind,
    statuses: { missing: 401, malformed: 402, untrusted: 403, denied: 404 },
    routeOptions: [`${kind}Option`],
    demand: (options) => options[`${kind}Option`],
    find(request) {
      const values = request.fields(kind);
      if (values.length > 1) throw new AttestationError(check(`${kind}_REPEATED`, 'malformed'));
      const [item] = values;
      return item === undefined
        ? { present: false, check: check(`${kind}_MISSING`, 'missing') }
        : { present: true, item };
    },
    verify: verify as Evidence['verify'],
  };
}

function defaultVerify(kind: string): Verify {
  return (item) => {
    if (item !== 'good')
      throw new AttestationError(check(`${kind}_${item}`, item === 'denied' ? 'denied' : 'untrusted'));
    return { result: { kind } };
  };
}

export function request(
  fields: Record<string, string | string[]> = {},
  more: Partial<AttestedRequest> = {},
): AttestedRequest {
  return { method: 'GET', target: '/path?query=1', fields: (name) => [fields[name] ?? []].flat(), ...more };
}
