import { createGuard, type DecisionEvent, type Guard, type GuardOptions } from 'attestkit';
import { approov, type ApproovOptions } from 'attestkit/approov';
import { NOW, SECRET_BASE64 } from '../devices/tokens.js';

/** A guard, and every decision that it took. */
export interface RecordedGuard {
  readonly guard: Guard;
  readonly events: readonly DecisionEvent[];
}

/** The servers' guard: Approov evidence under the servers' secret, at the servers' time, and what a test adds. */
export function recordedGuard(
  options: Partial<GuardOptions> = {},
  account: Pick<ApproovOptions, 'binding'> = {},
): RecordedGuard {
  const events: DecisionEvent[] = [];
  const guard = createGuard({
    evidence: [approov({ secretBase64: SECRET_BASE64, ...account })],
    now: () => NOW,
    ...options,
    onEvent: (event) => {
      if (event.type === 'decision') events.push(event);
      return options.onEvent?.(event);
    },
  });
  return { guard, events };
}

/** The reason of each refusal, in order; undefined for each request that was let through. */
export function reasons({ events }: RecordedGuard): readonly (string | undefined)[] {
  return events.map((event) => event.refused?.code);
}
