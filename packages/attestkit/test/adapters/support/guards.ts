import { createHash, randomBytes } from 'node:crypto';
import { approov, approovKeys } from '../../../src/approov/index.js';
import { createGuard, type Guard, type GuardOptions } from '../../../src/create-guard.js';
import { AttestationError } from '../../../src/kernel/errors.js';
import type { Evidence } from '../../../src/ports/evidence.js';
import type { AttestedRequest } from '../../../src/ports/request.js';
import type { GuardEvent } from '../../../src/ports/events.js';
import { mintApproovToken } from 'attestkit-testing/approov';
import { check } from '../../guard/support/double.js';
import type { FieldLine } from './wire.js';

const secretBase64 = randomBytes(32).toString('base64');

/** A guard, and the code of each of its refusals; undefined where it accepted. */
export interface Observed {
  readonly guard: Guard;
  readonly codes: (string | undefined)[];
}

function observed(options: GuardOptions): Observed {
  const codes: (string | undefined)[] = [];
  const onEvent = (event: GuardEvent): void =>
    void (event.type === 'decision' && codes.push(event.refused?.code));
  return { guard: createGuard({ ...options, onEvent }), codes };
}

/** Decides at once. */
export function syncGuard(options: Partial<GuardOptions> = {}): Observed {
  return observed({ evidence: [approov({ secretBase64 })], ...options });
}

/** Decides later, since its keys have to be fetched. */
export function asyncGuard(fetched: () => Promise<unknown> = nextTurn): Observed {
  const fixed = approovKeys({ secretBase64 });
  const candidates = async (kid: string | undefined): Promise<ReturnType<typeof fixed.candidates>> => {
    await fetched();
    return fixed.candidates(kid);
  };
  return observed({ evidence: [approov({ keys: { ...fixed, candidates }, cache: 0 })] });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Decides when it is told to. */
export function heldGuard(): Observed & { release(): void } {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  return { ...asyncGuard(() => held), release: () => release() };
}

/** Accepts requests whose field `body-digest` is the body's SHA-256 in hexadecimal. */
export function bodyGuard(options: Partial<GuardOptions> = {}): Observed {
  const evidence: Evidence<'body', { length: number }> = {
    kind: 'body',
    statuses: { missing: 401, malformed: 413, untrusted: 401, denied: 401 },
    routeOptions: [],
    demand: () => undefined,
    find(request) {
      const [item] = request.fields('body-digest');
      return item === undefined
        ? { present: false, check: check('DIGEST_MISSING', 'missing') }
        : { present: true, item };
    },
    async verify(item: string, { body }) {
      const bytes = await body();
      if (digest(bytes) === item) return { result: { length: bytes.length } };
      throw new AttestationError(check('DIGEST_MISMATCH', 'untrusted'));
    },
  };
  return observed({ evidence: [evidence], ...options });
}

/** Accepts all, and gives what it saw of the requests. */
export function recordingGuard(): { guard: Guard; seen: Pick<AttestedRequest, 'target' | 'ip'>[] } {
  const seen: Pick<AttestedRequest, 'target' | 'ip'>[] = [];
  const evidence: Evidence = {
    kind: 'any',
    statuses: { missing: 401, malformed: 401, untrusted: 401, denied: 401 },
    routeOptions: [],
    demand: () => undefined,
    find({ target, ip }) {
      seen.push({ target, ip });
      return { present: true, item: undefined };
    },
    verify: () => ({ result: {} }),
  };
  return { guard: createGuard({ evidence: [evidence] }), seen };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The field that vouches for a body. */
export function digestOf(body: string | Uint8Array): FieldLine {
  return ['Body-Digest', digest(Buffer.from(body))];
}

/** A good token's field. */
export function tokenField(bind?: string | Uint8Array): FieldLine {
  const claims = { did: 'device' };
  return ['Approov-Token', mintApproovToken({ secretBase64, claims, ...(bind !== undefined && { bind }) })];
}

/** A token's field that is signed with another secret. */
export function forgedField(): FieldLine {
  return ['Approov-Token', mintApproovToken({ secretBase64: randomBytes(32).toString('base64') })];
}
