import type { AttestedRequest, DecisionEvent } from 'attestkit';

/** What the guard would tell of a request that it has let through unchecked. */
export function openEvent(
  { method, target }: AttestedRequest,
  route: string,
  requestId: string,
  at: number,
): DecisionEvent {
  const [path = ''] = target.split('?', 1);
  return {
    type: 'decision',
    at,
    durationMs: 0,
    requestId,
    route,
    method,
    path,
    outcome: 'open',
    code: undefined,
    stage: undefined,
    enforcement: 'enforce',
    address: undefined,
    device: undefined,
    app: undefined,
    evidence: [],
    kinds: [],
    refused: undefined,
    reported: [],
    demandsMet: [],
    demandsSkipped: [],
    status: undefined,
    exempt: 'excluded',
    claimed: undefined,
  };
}
