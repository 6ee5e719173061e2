import { newTokens, requestsPerSecond } from './load.js';
import { median } from '../measure.js';
import { FRAMEWORKS, startExample, startExpressJwt, type ServerProcess } from './server-process.js';

/** Requests per second of one server. */
export interface HttpRow {
  readonly framework: string;
  readonly protection: string;
  /** By the same framework unprotected: the median over the rounds. */
  readonly ofUnprotected: number;
  readonly perSecond: number;
}

/** Measures what each framework serves, unprotected and protected, every token new. */
export async function benchHttp(
  effort: { readonly rounds: number; readonly seconds: number },
  progress: (text: string) => void,
): Promise<HttpRow[]> {
  const rows: HttpRow[] = [];
  const tokens = newTokens(120);
  for (const framework of FRAMEWORKS) {
    const subjects: { protection: string; server: ServerProcess; perSecond: number[] }[] = [];
    const add = async (protection: string, server: Promise<ServerProcess>): Promise<void> => {
      subjects.push({ protection, server: await server, perSecond: [] });
    };
    try {
      for (const protection of ['unprotected', 'token-check', 'token-binding-check'] as const)
        await add(protection, startExample(framework, protection));
      if (framework === 'express') await add('express-jwt', startExpressJwt());
      for (let round = 0; round <= effort.rounds; round += 1) {
        progress(
          `http: ${framework}, round ${round} of ${effort.rounds}${round === 0 ? ' (to warm up)' : ''}`,
        );
        for (const { server, perSecond } of subjects) {
          const measured = await requestsPerSecond(server, tokens, round === 0 ? 1 : effort.seconds);
          if (round > 0) perSecond.push(measured);
        }
      }
    } finally {
      for (const { server } of subjects) server.stop();
    }
    const base = subjects[0]?.perSecond ?? [];
    for (const { protection, perSecond } of subjects) {
      const ratios = perSecond.map((value, round) => value / (base[round] as number));
      rows.push({ framework, protection, ofUnprotected: median(ratios), perSecond: median(perSecond) });
    }
  }
  return rows;
}
