import { raw } from '../../support/gateway.js';
import { readAnswer, type RawAnswer } from '../../support/questions.js';
import { approovToken } from '../../support/tokens.js';
import { fieldOf, type Served } from './api.js';
import type { Case } from './request.js';
import type { Chain } from './chain.js';

/** What a proxy says of one request: the head of its question. */
export interface Told {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly head: string;
}

/** The four views of one case. */
export interface Observed {
  readonly name: string;
  readonly sent: { readonly method: string; readonly target: string };
  readonly told: readonly Told[];
  readonly served: readonly Served[];
  /** Undefined if the proxy closed the connection, or said nothing. */
  readonly answered: RawAnswer | undefined;
}

/** Cases at the same time. */
const TOGETHER = 12;

/** Sends each case through a proxy, and collects what all say of it. */
export async function observe(chain: Chain, cases: readonly Case[]): Promise<readonly Observed[]> {
  const answers: (RawAnswer | undefined)[] = [];
  for (let at = 0; at < cases.length; at += TOGETHER) {
    const batch = cases.slice(at, at + TOGETHER).map(async ({ bytes }, index) => {
      const text = bytes.replace('CASE', `X-Case: ${at + index}`).replace('TOKEN', approovToken());
      const answer = await raw(chain.url, Buffer.from(text, 'latin1'), 1000).catch(() => '');
      return answer.startsWith('HTTP/') ? readAnswer(withoutInterim(answer)) : undefined;
    });
    answers.push(...(await Promise.all(batch)));
  }
  const told = chain.questions.asked.map((head) => ({
    head,
    method: saidIn(head, 'x-original-method', 'x-forwarded-method'),
    target: saidIn(head, 'x-original-uri', 'x-forwarded-uri'),
  }));
  return cases.map(({ name, bytes }, at) => {
    const [method = '', ...rest] = bytes.slice(0, bytes.search(/\r?\n/)).split(' ');
    return {
      name,
      sent: { method, target: rest.slice(0, -1).join(' ') },
      told: told.filter(({ head }) => saidIn(head, 'x-case') === String(at)),
      served: chain.api.served.filter((each) => fieldOf(each, 'x-case').includes(String(at))),
      answered: answers[at],
    };
  });
}

function withoutInterim(text: string): string {
  return text.replace(/^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)+/, '');
}

/** The value of a field in a head, under one of its names. */
export function saidIn(head: string, ...names: readonly string[]): string | undefined {
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (names.includes(line.slice(0, colon).toLowerCase())) return line.slice(colon + 1).trim();
  }
  return undefined;
}
