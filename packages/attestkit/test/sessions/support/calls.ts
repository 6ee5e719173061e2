import { createSessions } from '../../../src/sessions/sessions.js';
import { memoryStore } from '../../../src/stores/memory.js';
import { AUDIENCE, SECRET } from './backend.js';
import { counting } from '../orders/evidence.js';
import type { Answer, Body, Server, Target } from '../orders/subject.js';

/** One call of a server, as data, so that another process can make it. */
export type Call = (
  | {
      readonly verb: 'attest' | 'assert' | 'refresh';
      readonly body: Body;
      readonly user?: string | undefined;
    }
  | { readonly verb: 'request'; readonly by: 'session' | 'signed' | 'alone'; readonly fields: Body }
  | { readonly verb: 'revoke'; readonly token: string }
  | { readonly verb: 'block' | 'unblock'; readonly target: Target }
  | { readonly verb: 'forget'; readonly record: { readonly id: string; readonly label: string } }
) & {
  /** Real App Attest, and no double. */
  readonly real?: boolean;
  /** Milliseconds until it begins, so that of several calls not always the same one is first. */
  readonly after?: number;
};

/** Makes a call of a server in this process. */
export async function perform(server: Server, call: Call): Promise<Answer> {
  if (call.after !== undefined) await new Promise((resolve) => setTimeout(resolve, call.after));
  switch (call.verb) {
    case 'attest':
    case 'assert':
    case 'refresh':
      return server[call.verb](call.body, call.user);
    case 'request':
      return server.request(call.by, call.fields);
    case 'revoke':
      return server.revoke(call.token);
    case 'block':
    case 'unblock':
      return server[call.verb](call.target);
    case 'forget':
      return server.forget(call.record);
  }
}

/** Challenges need no store, and no process. */
const { challenge } = createSessions({
  secret: SECRET,
  store: memoryStore(),
  enrollment: [counting],
  options: { audience: AUDIENCE },
  now: Date.now,
});

/** A server that is asked by calls. */
export function serverOf(send: (call: Call) => Promise<Answer>): Server {
  return {
    challenge: (label, purpose) => challenge(label, purpose).challenge,
    attest: (body, user) => send({ verb: 'attest', body, user }),
    assert: (body, user) => send({ verb: 'assert', body, user }),
    refresh: (body, user) => send({ verb: 'refresh', body, user }),
    request: (by, fields) => send({ verb: 'request', by, fields }),
    revoke: (token) => send({ verb: 'revoke', token }),
    block: (target) => send({ verb: 'block', target }),
    unblock: (target) => send({ verb: 'unblock', target }),
    forget: (record) => send({ verb: 'forget', record }),
  };
}
