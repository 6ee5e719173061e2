import { ClientError } from '../client-error.js';
import type { Sessions } from '../ladder/sessions.js';
import type { Attester } from '../ports.js';
import type { Need } from '../protocol/needs.js';

/** What was done about the needs of a route, each once; and about a key that does not sign. */
export type Tried = Set<string>;

/** Why a request was sent without what it should have. */
export interface Failures {
  session?: ClientError;
  token?: ClientError;
}

/** Does what a refusal asks for, once each. @throws ClientError if nothing is left to do */
export function act(
  needs: readonly Need[],
  tried: Tried,
  isSigned: boolean,
  failures: Failures,
  status: number,
  {
    attester,
    audience,
    sessions,
  }: { readonly attester: Attester; readonly audience: string; readonly sessions: Sessions | undefined },
): void {
  const possible = needs.map((each) => canDo(each, attester, sessions !== undefined, isSigned));
  const doable = needs.filter((_, index) => possible[index] === true).map(({ need }) => need);
  const next = doable.find((need) => !tried.has(need));
  // It was sent without what it should have had, and this is what the server says to that.
  if (next !== 'token' && failures.session !== undefined) throw failures.session;
  if ((next === 'token' || next === undefined) && failures.token !== undefined) throw failures.token;
  if (next !== undefined) {
    tried.add(next);
    return;
  }
  const realm = needs.find(({ need }) => need === 'signature')?.realm ?? audience;
  if (isSigned && realm !== audience)
    throw new ClientError('misconfigured', `the audience of the server is ${realm}`, { status });
  if (doable.length > 0) {
    const again = new ClientError('refused', `the server asks for the ${doable[0]} again`, { status });
    if (doable[0] === 'session') sessions?.fail(again);
    throw again;
  }
  const why =
    possible.find((each) => typeof each === 'string') || 'the route asks for what this app does not have';
  throw new ClientError('misconfigured', String(why), { status });
}

/** Whether this client can bring it, or why it cannot. */
function canDo(
  { need, header }: Need,
  { tokens }: Attester,
  hasSessions: boolean,
  isSigned: boolean,
): boolean | string {
  switch (need) {
    case 'session':
      return hasSessions;
    case 'signature':
    case 'challenge':
      return isSigned || 'the route wants signed requests: call fetch with signed: true';
    case 'token':
      return (
        tokens !== undefined && (header === undefined || header.toLowerCase() === tokens.header.toLowerCase())
      );
    default:
      return false;
  }
}
