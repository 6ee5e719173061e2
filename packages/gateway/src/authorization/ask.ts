import type { Answer } from 'attestkit';
import type { Composed, GatewayRule } from '../config/compose.js';
import type { Convention, GatewayEvent, QuestionEvent } from '../events.js';
import { linesOf } from '../http/lines.js';
import { isIdentity } from '../http/names.js';
import { named } from '../http/request-id.js';
import type { Trust } from '../http/trust.js';
import { identityLines } from '../identity/identity.js';
import type { ResultSigner } from '../identity/result-token.js';
import { judge, type Judged } from '../judge.js';
import type { Accepted } from './convention.js';
import { AskedRequest, isFault, type Fault, type Question } from './question.js';
import type { Repeats } from './repeats.js';

/** What one version of the configuration says about questions. */
export interface AskedLive extends Composed {
  readonly peers: Trust;
  readonly isEvidence: (rule: GatewayRule) => (name: string, value: string) => boolean;
  readonly signer: ResultSigner | undefined;
  readonly audienceOf: (upstream: string) => string;
}

/** What the listeners of questions work with. */
export interface AskContext {
  /** Runs work with the configuration of this moment, which stays until the work has ended. */
  readonly use: (work: (live: AskedLive) => Promise<void>) => void;
  /** On a unix socket, where peers have no address: who may connect is for the file's rights to say. */
  readonly isLocal: boolean;
  readonly requestIdsByProxy: boolean;
  readonly repeats: Repeats;
  readonly isDraining: () => boolean;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly now: () => number;
}

/** The answer to a question, before its convention has put it into words. */
export type Reply =
  | ({ readonly outcome: 'accept' } & Accepted)
  | { readonly outcome: 'refuse'; readonly answer: Answer };

/** Answers a question. Total: what fails here is refused by 503. */
export async function ask(
  read: Question | Fault,
  convention: Convention,
  requestId: string,
  live: AskedLive,
  context: AskContext,
): Promise<Reply> {
  const tell = (outcome: QuestionEvent['outcome']): void =>
    context.onEvent({ type: 'question', at: context.now(), requestId, convention, outcome });
  const refuse = (found: Fault): Reply => {
    tellFault(found, requestId, context);
    tell('unreadable');
    return { outcome: 'refuse', answer: withId(plain(found.status), requestId) };
  };
  if (isFault(read)) return refuse(read);
  try {
    const request = named(new AskedRequest(read), requestId);
    const { method, host, target } = read;
    const judged = await context.repeats.answering(read, request, live, () =>
      judge(request, { method, host, target }, live),
    );
    if (judged.outcome === 'ambiguous')
      return refuse({ status: 400, says: 'a target that can be read in several ways' });
    if (judged.outcome === 'refuse') {
      tell('refused');
      return { outcome: 'refuse', answer: withId(judged.response, requestId) };
    }
    // As the traffic itself is refused: the API may read another one than was judged.
    if (linesOf(read.lines, 'authorization').length > 1)
      return refuse({ status: 400, says: 'more than one Authorization line' });
    const token = await tokenOf(read, request, requestId, judged, live);
    const lines = [...identityLines(judged.identity), 'X-Request-Id', requestId];
    if (token !== undefined) lines.push('X-Attest-Token', token);
    const removed = (): readonly string[] => removedOf(read.lines, lines, live.isEvidence(judged.rule));
    tell(request.isRepeated ? 'repeated' : judged.identity.outcome);
    return { outcome: 'accept', lines, removed };
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error;
    return refuse({ status: 503, says: `an error of the gateway itself: ${name}` });
  }
}

export function tellFault({ status, says }: Fault, requestId: string, { onEvent, now }: AskContext): void {
  onEvent({ type: 'fault', at: now(), requestId, status, says });
}

/** The result token, if it can be said for whom and for which URL it is. Without it, an upstream that looks for it refuses. */
async function tokenOf(
  { scheme, authority, method, target }: Question,
  request: AskedRequest,
  requestId: string,
  { identity, rule, isBodyChecked }: Extract<Judged, { outcome: 'accept' }>,
  { signer, audienceOf }: AskedLive,
): Promise<string | undefined> {
  if (signer === undefined || scheme === undefined || rule.upstream === undefined) return undefined;
  return signer.tokenFor({
    identity,
    audience: audienceOf(rule.upstream),
    requestId,
    method,
    url: `${scheme}://${authority}${target.path}`,
    body: isBodyChecked ? await request.body?.() : undefined,
  });
}

/** Evidence ends here, and what a client says of itself in the name of the gateway. */
function removedOf(
  lines: readonly string[],
  said: readonly string[],
  isEvidence: (name: string, value: string) => boolean,
): readonly string[] {
  const own = new Set(said.map((each) => each.toLowerCase()));
  const removed = new Set(own.has(TOKEN) ? [] : [TOKEN]);
  for (let at = 0; at < lines.length; at += 2) {
    const name = (lines[at] as string).toLowerCase();
    if (isEvidence(name, lines[at + 1] as string) || (isIdentity(name) && !own.has(name))) removed.add(name);
  }
  return [...removed];
}

/** Not said on each accept: a key for it has to be configured. */
const TOKEN = 'x-attest-token';

function withId({ status, headers, body }: Answer, requestId: string): Answer {
  return { status, headers: { ...headers, 'x-request-id': requestId }, body };
}

/** What a traffic listener says too. */
function plain(status: number): Answer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers: status === 503 ? { ...headers, 'retry-after': '5' } : headers, body: '{}' };
}
