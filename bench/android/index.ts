import { chainContenders, appCheckContenders, FLOOR, integrityContenders, OURS } from './verifiers.js';
import { appCheckSamples, chainSamples, integritySamples, type ChainSample } from './samples.js';
import { accepting, refusing, type Verifier } from '../tokens/contenders.js';
import { race, type Effort, type Timing } from '../measure.js';
import { comparing, suite, type SuiteReport } from '../suite.js';
import type { Target } from '../targets.js';

/** Measures how fast chains, verdicts and App Check tokens are accepted. */
export async function benchAndroid(effort: Effort, progress: (text: string) => void): Promise<SuiteReport> {
  const measured = async <Sample>(
    what: string,
    verifiers: readonly Verifier<Sample>[],
    all: readonly Sample[],
    edit: { readonly copy: (sample: Sample) => Sample; readonly spoilt: (sample: Sample) => Sample },
  ): Promise<Timing[]> => {
    progress(`android: ${all.length} ${what}`);
    // Each has shown that it looks, before its speed says anything.
    for (const verifier of verifiers) await refusing(verifier).run(all.map(edit.spoilt));
    let at = 0;
    const fresh = (count: number): Sample[] =>
      Array.from({ length: count }, () => edit.copy(all[(at += 1) % all.length] as Sample));
    return race(verifiers.map(accepting), fresh, effort);
  };

  const suites = [];
  const targets: Target[] = [];
  for (const provisioning of ['remote', 'factory'] as const) {
    const what = `${provisioning} chains`;
    const samples = chainSamples(provisioning);
    const timings = await measured(what, chainContenders(samples), samples.all, {
      copy: ({ chain, ...rest }) => ({ chain: chain.map((each) => Buffer.from(each)), ...rest }),
      spoilt: spoiltChain,
    });
    suites.push(suite(what, timings));
    // Roots of testing are read anew in every call, which a target would count.
    if (samples.roots !== undefined) {
      progress('android: NOT MEASURED: targets of chains, which need evidence of real devices');
      continue;
    }
    const compare = comparing(what, timings);
    targets.push(...compare(OURS, FLOOR, 0.95));
    if (provisioning === 'remote') targets.push(...compare(`${OURS}, upper links remembered`, OURS, 4));
  }
  const decoded = await measured('verdicts', integrityContenders(), integritySamples(), {
    copy: ({ token, nonce }) => ({ token: Buffer.from(token).toString(), nonce }),
    spoilt: ({ token, nonce }) => ({ token: spoiltToken(token), nonce }),
  });
  const checked = await measured('App Check tokens', appCheckContenders(), appCheckSamples(), {
    copy: (token) => Buffer.from(token).toString(),
    spoilt: spoiltToken,
  });
  return {
    suites: [...suites, suite('Play Integrity', decoded), suite('App Check', checked)],
    targets: [
      ...targets,
      ...comparing('Play Integrity', decoded)(OURS, 'jose', 3),
      ...comparing('App Check', checked)(OURS, FLOOR, 0.95),
    ],
  };
}

/** Another octet at the end of the challenge in the leaf. */
function spoiltChain({ chain, challenge, now }: ChainSample): ChainSample {
  const [leaf = Buffer.alloc(0), ...upper] = chain;
  const spoilt = Buffer.from(leaf);
  const at = spoilt.indexOf(challenge) + challenge.length - 1;
  spoilt[at] = (spoilt[at] as number) ^ 1;
  return { chain: [spoilt, ...upper], challenge, now };
}

/** Another character in the middle of the last part. */
function spoiltToken(token: string): string {
  const at = token.lastIndexOf('.') + 8;
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}
