import type { Definition } from './families.js';

/** Microseconds where all is in memory, tens of milliseconds where a store answers, seconds where Google does. */
const DECISION_SECONDS = [0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10];
const STORE_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5];
const UPSTREAM_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Every metric. Values of labels come from the configuration and from closed lists alone, never from a request: the number of series has a
 * bound that no client can move. The page docs/gateway-operations.md has the same list.
 */
export const METRICS = {
  decisions: {
    name: 'attestkit_decisions_total',
    type: 'counter',
    labels: ['route', 'evidence', 'outcome', 'stage', 'code'],
    help: 'Decisions about requests, by the route, the evidence that was verified, and why it was refused.',
  },
  decisionSeconds: {
    name: 'attestkit_decision_seconds',
    type: 'histogram',
    labels: [],
    help: 'Time that decisions took.',
    buckets: DECISION_SECONDS,
  },
  reported: {
    name: 'attestkit_reported_total',
    type: 'counter',
    labels: ['route', 'code'],
    help: 'Failures that report mode let pass; one request can have several.',
  },
  skipped: {
    name: 'attestkit_skipped_total',
    type: 'counter',
    labels: ['route', 'demand'],
    help: 'Demands that the policy allowed to skip, such as the binding of a token without pay.',
  },
  endpoints: {
    name: 'attestkit_endpoint_requests_total',
    type: 'counter',
    labels: ['endpoint', 'outcome', 'stage', 'code'],
    help: 'Uses of the device endpoints, and why they were refused.',
  },
  questions: {
    name: 'attestkit_questions_total',
    type: 'counter',
    labels: ['convention', 'outcome'],
    help: 'Questions of other proxies, by their convention.',
  },
  faults: {
    name: 'attestkit_faults_total',
    type: 'counter',
    labels: ['status'],
    help: 'Requests that were refused before their route was looked for, by the status of the answer.',
  },
  upstreamSeconds: {
    name: 'attestkit_upstream_seconds',
    type: 'histogram',
    labels: ['upstream'],
    help: 'Time that exchanges with an upstream took, failed ones included.',
    buckets: UPSTREAM_SECONDS,
  },
  upstreamFailures: {
    name: 'attestkit_upstream_failures_total',
    type: 'counter',
    labels: ['upstream', 'cause'],
    help: 'Exchanges with an upstream that failed. The cause client means that the client went away first.',
  },
  devices: {
    name: 'attestkit_device_changes_total',
    type: 'counter',
    labels: ['change'],
    help: 'Devices that enrolled, renewed their evidence or replaced their key, and those that were blocked or forgotten.',
  },
  sessions: {
    name: 'attestkit_session_changes_total',
    type: 'counter',
    labels: ['change'],
    help: 'Sessions that began or ended, and used refresh tokens that were sent again.',
  },
  storeSeconds: {
    name: 'attestkit_store_seconds',
    type: 'histogram',
    labels: ['operation'],
    help: 'Time that operations of the store took, failed ones included.',
    buckets: STORE_SECONDS,
  },
  storeFailures: {
    name: 'attestkit_store_failures_total',
    type: 'counter',
    labels: ['operation'],
    help: 'Operations of the store that failed.',
  },
  remoteRequests: {
    name: 'attestkit_remote_requests_total',
    type: 'counter',
    labels: ['host', 'answer'],
    help: 'Requests to other services, by the class of their answer; none means that there was no usable one.',
  },
  remoteCircuit: {
    name: 'attestkit_remote_circuit_open',
    type: 'gauge',
    labels: ['host'],
    help: '1 while the circuit breaker keeps a service from being asked.',
  },
  reloadSuccessful: {
    name: 'attestkit_config_last_reload_successful',
    type: 'gauge',
    labels: [],
    help: '1 if the configuration that was read last is in use, 0 if it was rejected and the one before stays.',
  },
  reloadSeconds: {
    name: 'attestkit_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    labels: [],
    help: 'When the configuration in use was taken, in seconds since the epoch.',
  },
  connections: {
    name: 'attestkit_open_connections',
    type: 'gauge',
    labels: ['listener'],
    help: 'Connections that clients hold open.',
  },
  build: {
    name: 'attestkit_build_info',
    type: 'gauge',
    labels: ['version', 'node'],
    help: 'Always 1: the versions of the gateway and of Node.js.',
  },
  loopLag: {
    name: 'attestkit_event_loop_lag_seconds',
    type: 'gauge',
    labels: ['statistic'],
    help: 'How late the event loop was, over the last minute or so.',
  },
  cpu: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    labels: [],
    help: 'CPU time of the process, user and system.',
  },
  memory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    labels: [],
    help: 'Resident memory of the process.',
  },
  started: {
    name: 'process_start_time_seconds',
    type: 'gauge',
    labels: [],
    help: 'When the process began, in seconds since the epoch.',
  },
} as const satisfies Readonly<Record<string, Definition>>;
