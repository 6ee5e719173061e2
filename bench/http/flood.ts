import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVirtualGoogle } from 'attestkit-testing';
import { DIGEST, PACKAGE } from '../android/samples.js';
import { authorization, mintToken } from '../tokens/fixtures.js';
import { startEnrollment } from './server-process.js';
import { target, type Target } from '../targets.js';

/** What callers wait for, in milliseconds. */
interface FloodRow {
  readonly name: string;
  readonly count: number;
  /** Answers other than 200. */
  readonly refused: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

export interface FloodReport {
  readonly perSecond: number;
  readonly rows: readonly FloodRow[];
  readonly targets: readonly Target[];
}

/** Token checks a second. */
const CHECKS = 100;
const ENROLLMENTS = 100;

interface Sample {
  readonly status: number;
  readonly ms: number;
}

/**
 * Measures what token checks wait for while Android devices enroll in the same process, beside what they wait for when none do:
 * quiet and loud turns alternate.
 */
export async function benchFlood(
  effort: { readonly rounds: number; readonly seconds: number },
  progress: (text: string) => void,
): Promise<FloodReport> {
  const google = createVirtualGoogle();
  const server = await startEnrollment({
    packageName: PACKAGE,
    digest: DIGEST,
    roots: google.keyAttestationRoots.map((root) => Buffer.from(root).toString('base64')),
    secret: randomBytes(64).toString('base64'),
  });
  const agent = new Agent({ keepAlive: true });
  try {
    const send = async (path: string, body?: string): Promise<Sample & { readonly text: string }> => {
      const began = performance.now();
      const headers =
        body === undefined
          ? { 'approov-token': token, authorization }
          : { 'content-type': 'application/json' };
      const asked = request(new URL(path, server.url), {
        agent,
        headers,
        method: body === undefined ? 'GET' : 'POST',
      });
      asked.end(body);
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part as Buffer);
      const text = Buffer.concat(parts).toString();
      return { status: answer.statusCode ?? 0, ms: performance.now() - began, text };
    };
    const token = mintToken('HS256');
    const device = google.createAndroid({ packageName: PACKAGE, signingDigests: [DIGEST] });
    /** Made ahead of the measured time, on the processor that the server would share. */
    const enrollment = async (): Promise<string> => {
      const device_id = randomBytes(16).toString('base64url');
      const { text } = await send(`/device/challenge?device_id=${device_id}&purpose=attest`);
      const { challenge } = JSON.parse(text) as { readonly challenge: string };
      const { certificateChain } = device.generateKey({ challenge });
      const certificate_chain = certificateChain.map((each) => Buffer.from(each).toString('base64'));
      return JSON.stringify({ device_id, challenge, certificate_chain });
    };

    const [quiet, loud, enrolled]: [Sample[], Sample[], Sample[]] = [[], [], []];
    for (let round = 0; round <= effort.rounds; round += 1) {
      progress(`flood: round ${round} of ${effort.rounds}${round === 0 ? ' (to warm up)' : ''}`);
      const bodies: string[] = [];
      for (let at = 0; at < ENROLLMENTS * effort.seconds; at += 1) bodies.push(await enrollment());
      const check = (): Promise<Sample> => send('/');
      const alone = await atRate(CHECKS, effort.seconds, check);
      const [beside, enrollments] = await Promise.all([
        atRate(CHECKS, effort.seconds, check),
        atRate(ENROLLMENTS, effort.seconds, (at) => send('/device/attest', bodies[at])),
      ]);
      if (round === 0) continue;
      quiet.push(...alone);
      loud.push(...beside);
      enrolled.push(...enrollments);
    }
    const rows = [
      row('token check, quiet', quiet),
      row(`token check, beside ${ENROLLMENTS} enrollments a second`, loud),
      row('enrollment with Key Attestation', enrolled),
    ];
    const [one, other] = rows as [FloodRow, FloodRow];
    const goal = target('p99 of a token check: quiet / while devices enroll', 1 / 8, one.p99 / other.p99);
    return { perSecond: ENROLLMENTS, rows, targets: [goal] };
  } finally {
    agent.destroy();
    server.stop();
  }
}

/** Sends at its times, whether or not earlier ones were answered. */
async function atRate(
  perSecond: number,
  seconds: number,
  send: (at: number) => Promise<Sample>,
): Promise<Sample[]> {
  const began = performance.now();
  const sent: Promise<Sample>[] = [];
  for (let at = 0; at < perSecond * seconds; at += 1) {
    const due = began + (at * 1000) / perSecond - performance.now();
    if (due > 0) await sleep(due);
    sent.push(send(at));
  }
  return Promise.all(sent);
}

function row(name: string, samples: readonly Sample[]): FloodRow {
  const times = samples.map(({ ms }) => ms).toSorted((one, other) => one - other);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
  return {
    name,
    count: samples.length,
    refused: samples.filter(({ status }) => status !== 200).length,
    p50: at(0.5),
    p99: at(0.99),
    longest: at(1),
  };
}
