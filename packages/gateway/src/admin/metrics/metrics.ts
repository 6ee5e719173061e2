import type { Server } from 'node:net';
import type { DecisionEvent } from 'attestkit';
import type { Observe } from '../../state/timed.js';
import { CONVENTIONS, type GatewayEvent, type ListenerName } from '../../events.js';
import { METRICS } from './catalog.js';
import {
  answerLabel,
  causeLabel,
  codeLabel,
  DEVICE_CHANGES,
  NONE,
  SESSION_CHANGES,
  statusLabel,
  STATUSES,
  STORE_OPERATIONS,
  UPSTREAM_CAUSES,
} from './closed-lists.js';
import { Histogram, Values, type Distribution } from './families.js';
import { packageVersion, ProcessWatch } from './process.js';

type Catalog = typeof METRICS;
type Families = {
  readonly [K in keyof Catalog]: Catalog[K] extends Distribution ? Histogram<Catalog[K]> : Values<Catalog[K]>;
};

/** Counts events, and says so to Prometheus. */
export class Metrics {
  readonly #process = new ProcessWatch();
  readonly #families = Object.fromEntries(
    Object.entries(METRICS).map(([name, each]) => [
      name,
      'buckets' in each ? new Histogram(each) : new Values(each),
    ]),
  ) as unknown as Families;

  /** @param now milliseconds since the epoch: the configuration was read then */
  constructor(now: number) {
    const { build, decisionSeconds, storeSeconds, storeFailures, devices, sessions, questions, faults } =
      this.#families;
    build.set({ version: packageVersion(), node: process.versions.node }, 1);
    this.#reloaded(true, now);
    decisionSeconds.expect({});
    for (const status of STATUSES) faults.add({ status: String(status) }, 0);
    for (const operation of STORE_OPERATIONS) {
      storeSeconds.expect({ operation });
      storeFailures.add({ operation }, 0);
    }
    for (const change of DEVICE_CHANGES) devices.add({ change }, 0);
    for (const change of SESSION_CHANGES) sessions.add({ change }, 0);
    for (const convention of CONVENTIONS)
      for (const outcome of ['accepted', 'refused']) questions.add({ convention, outcome }, 0);
  }

  /** Begins the series of these upstreams, so that their first failure is a step from 0. */
  expect(upstreams: readonly string[]): void {
    const { upstreamSeconds, upstreamFailures } = this.#families;
    for (const upstream of upstreams) {
      upstreamSeconds.expect({ upstream });
      for (const cause of UPSTREAM_CAUSES) upstreamFailures.add({ upstream, cause }, 0);
    }
  }

  /** Counts the connections of a listener. */
  watch(server: Pick<Server, 'on'>, listener: ListenerName): void {
    const { connections } = this.#families;
    connections.add({ listener }, 0);
    server.on('connection', (socket) => {
      connections.add({ listener });
      socket.once('close', () => connections.add({ listener }, -1));
    });
  }

  /** An operation of the store took so long. */
  readonly stored: Observe = (operation, milliseconds) =>
    this.#families.storeSeconds.observe({ operation }, milliseconds / 1000);

  hear(event: GatewayEvent): void {
    const { endpoints, devices, sessions, storeFailures, remoteRequests, remoteCircuit } = this.#families;
    const { faults, upstreamSeconds, upstreamFailures, questions } = this.#families;
    switch (event.type) {
      case 'decision':
        return this.#decided(event);
      case 'endpoint': {
        const { endpoint, outcome, stage = NONE, code } = event;
        return endpoints.add({ endpoint, outcome, stage, code: codeLabel(code) });
      }
      case 'device':
        return devices.add({ change: event.change });
      case 'session':
        return sessions.add({ change: event.change });
      case 'store':
        return storeFailures.add({ operation: event.operation });
      case 'remote': {
        const { host, status, circuit } = event;
        if (circuit !== undefined) return remoteCircuit.set({ host }, circuit === 'opened' ? 1 : 0);
        remoteCircuit.add({ host }, 0);
        return remoteRequests.add({ host, answer: answerLabel(status) });
      }
      case 'fault':
        return faults.add({ status: statusLabel(event.status) });
      case 'upstream': {
        const { upstream, durationMs, cause } = event;
        upstreamSeconds.observe({ upstream }, durationMs / 1000);
        if (cause !== undefined) upstreamFailures.add({ upstream, cause: causeLabel(cause) });
        return;
      }
      case 'question':
        return questions.add({ convention: event.convention, outcome: event.outcome });
      case 'reload':
        return this.#reloaded(event.outcome === 'taken', event.at);
      case 'configuration':
      case 'listening':
      case 'state':
    }
  }

  /** In the text format of Prometheus, version 0.0.4. */
  text(): string {
    const { cpuSeconds, residentBytes, startedSeconds, lag } = this.#process.read();
    const { loopLag, cpu, memory, started } = this.#families;
    for (const [statistic, value] of Object.entries(lag)) loopLag.set({ statistic }, value);
    cpu.set({}, cpuSeconds);
    memory.set({}, residentBytes);
    started.set({}, startedSeconds);
    return Object.values(this.#families)
      .map((family) => family.text())
      .join('');
  }

  close(): void {
    this.#process.close();
  }

  #decided({
    route = NONE,
    evidence,
    outcome,
    stage,
    code,
    reported,
    demandsSkipped,
    durationMs,
  }: DecisionEvent): void {
    const { decisions, decisionSeconds, reported: ofReported, skipped } = this.#families;
    const verified = evidence.length === 0 ? NONE : evidence.join('+');
    decisions.add({ route, evidence: verified, outcome, stage: stage ?? NONE, code: codeLabel(code) });
    decisionSeconds.observe({}, durationMs / 1000);
    for (const failure of reported) ofReported.add({ route, code: codeLabel(failure.code) });
    for (const demand of demandsSkipped) skipped.add({ route, demand });
  }

  #reloaded(isTaken: boolean, at: number): void {
    const { reloadSuccessful, reloadSeconds } = this.#families;
    reloadSuccessful.set({}, isTaken ? 1 : 0);
    if (isTaken) reloadSeconds.set({}, at / 1000);
  }
}
