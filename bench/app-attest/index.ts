import { assertionPeers, attestationPeers, NODE_APP_ATTEST } from './peers.js';
import { appAttestSamples, freshSamples } from './samples.js';
import { assertionVerifiers, attestationVerifiers, FLOOR, OURS, receiptVerifiers } from './verifiers.js';
import { accepting, refusing, type Verifier } from '../tokens/contenders.js';
import { race, type Effort, type Timing } from '../measure.js';
import { comparing, suite, type SuiteReport } from '../suite.js';
import type { Target } from '../targets.js';

/** An octet of a receipt that is within what is signed. */
const SIGNED_AT = 500;

/** Measures how fast attestations, assertions and receipts are accepted. */
export async function benchAppAttest(effort: Effort, progress: (text: string) => void): Promise<SuiteReport> {
  const samples = appAttestSamples();
  const { attestations, assertions, receipts, roots } = samples;
  if (roots !== undefined)
    progress('app-attest: NOT MEASURED: peers and targets, which need evidence of real devices');
  const peers = <Peer>(all: readonly Peer[]): readonly Peer[] => (roots === undefined ? all : []);

  const measured = async <Sample extends object>(
    what: string,
    verifiers: readonly Verifier<Sample>[],
    all: readonly Sample[],
    spoilt: (sample: Sample) => Sample,
  ): Promise<Timing[]> => {
    progress(`app-attest: ${all.length} ${what}`);
    // Each has shown that it looks, before its speed says anything.
    for (const verifier of verifiers) await refusing(verifier).run(all.map(spoilt));
    return race(verifiers.map(accepting), freshSamples(all), effort);
  };
  const attested = await measured(
    'attestations',
    [...attestationVerifiers(samples), ...peers(attestationPeers)],
    attestations,
    (sample) => ({ ...sample, challenge: `${sample.challenge}.` }),
  );
  const asserted = await measured(
    'assertions',
    [...assertionVerifiers(), ...peers(assertionPeers)],
    assertions,
    (sample) => ({ ...sample, clientData: Buffer.concat([sample.clientData, Buffer.of(0)]) }),
  );
  const received = await measured('receipts', receiptVerifiers(samples), receipts, (sample) => {
    const receipt = Buffer.from(sample.receipt);
    receipt[SIGNED_AT] = (receipt[SIGNED_AT] as number) ^ 1;
    return { ...sample, receipt };
  });

  return {
    suites: [suite('attestations', attested), suite('assertions', asserted), suite('receipts', received)],
    // Roots of testing are read anew in every call, which a target would count.
    targets:
      roots === undefined ? [...targetsOf('attestation', attested), ...targetsOf('assertion', asserted)] : [],
  };
}

function targetsOf(what: string, timings: readonly Timing[]): Target[] {
  const compare = comparing(what, timings);
  return [...compare(OURS, NODE_APP_ATTEST, 3), ...compare(OURS, FLOOR, 0.9)];
}
