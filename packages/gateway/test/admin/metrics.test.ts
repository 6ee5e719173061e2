import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/admin/metrics/catalog.js';
import { answerLabel, causeLabel, codeLabel, statusLabel } from '../../src/admin/metrics/closed-lists.js';
import { Histogram, Values } from '../../src/admin/metrics/families.js';
import { Metrics } from '../../src/admin/metrics/metrics.js';
import { decision, endpoint, failure, refusal, SAMPLES } from '../support/events.js';
import { seriesOf } from '../support/exposition.js';

const AT = Date.UTC(2026, 10, 29);

describe('the text format', () => {
  const counter = {
    name: 'c_total',
    type: 'counter',
    labels: ['a', 'b'],
    help: 'One \\ two\nthree.',
  } as const;

  it('has a description, a type and a line for each series, in which labels are escaped', () => {
    const values = new Values(counter);
    values.add({ a: 'x', b: 'y' });
    values.add({ b: 'y', a: 'x' }, 2);
    values.add({ a: 'quote " back \\ line \n end', b: 'ä{},=' });
    expect(values.text()).toBe(
      [
        '# HELP c_total One \\\\ two\\nthree.',
        '# TYPE c_total counter',
        'c_total{a="x",b="y"} 3',
        'c_total{a="quote \\" back \\\\ line \\n end",b="ä{},="} 1',
        '',
      ].join('\n'),
    );
  });

  it('keeps series apart whose labels look alike', () => {
    const values = new Values(counter);
    values.add({ a: '1",b="2', b: '' });
    values.add({ a: '1', b: '2' });
    values.add({ a: '1\\', b: '",b="2' });
    expect(values.text().match(/^c_total/gm)).toHaveLength(3);
  });

  it('adds up the buckets of a histogram', () => {
    const histogram = new Histogram({
      name: 'h',
      type: 'histogram',
      labels: ['u'],
      help: 'H.',
      buckets: [0.1, 1],
    });
    histogram.expect({ u: 'b' });
    for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe({ u: 'a' }, value);
    expect(histogram.text()).toBe(
      `# HELP h H.
# TYPE h histogram
h_bucket{u="b",le="0.1"} 0
h_bucket{u="b",le="1"} 0
h_bucket{u="b",le="+Inf"} 0
h_sum{u="b"} 0
h_count{u="b"} 0
h_bucket{u="a",le="0.1"} 2
h_bucket{u="a",le="1"} 3
h_bucket{u="a",le="+Inf"} 4
h_sum{u="a"} 7.65
h_count{u="a"} 4
`,
    );
  });
});

describe('the metrics', () => {
  it('are named as Prometheus asks', () => {
    for (const { name, type, help } of Object.values(METRICS)) {
      expect(name).toMatch(/^(?:attestkit|process)_[a-z_]+$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(help).toMatch(/^[A-Z0-9].*\.$/);
    }
    const names = Object.values(METRICS).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('count each event where it belongs', () => {
    const metrics = new Metrics(AT);
    metrics.expect(['api']);
    for (const event of Object.values(SAMPLES)) metrics.hear(event);
    metrics.hear(refusal('ERR_APPROOV_TOKEN_EXPIRED'));
    metrics.hear(
      decision({
        outcome: 'reported',
        code: 'ERR_APPROOV_TOKEN_MISSING',
        stage: 'missing',
        evidence: [],
        reported: [failure('ERR_APPROOV_TOKEN_MISSING')],
        demandsSkipped: ['binding'],
      }),
    );
    metrics.hear(decision({ evidence: ['approov', 'session'], route: undefined }));
    metrics.hear(endpoint({ outcome: 'refused', stage: 'malformed', code: 'ERR_CHALLENGE_EXPIRED' }));
    metrics.hear({ ...SAMPLES.remote, status: 200, cause: undefined });
    metrics.hear({ ...SAMPLES.remote, circuit: 'opened' });
    const series = seriesOf(metrics.text());
    expect(series).toMatchObject({
      'attestkit_decisions_total{route="/v2/*",evidence="approov",outcome="accepted",stage="none",code="none"}': 1,
      'attestkit_decisions_total{route="/v2/*",evidence="none",outcome="refused",stage="untrusted",code="ERR_APPROOV_TOKEN_EXPIRED"}': 1,
      'attestkit_decisions_total{route="/v2/*",evidence="none",outcome="reported",stage="missing",code="ERR_APPROOV_TOKEN_MISSING"}': 1,
      'attestkit_decisions_total{route="none",evidence="approov+session",outcome="accepted",stage="none",code="none"}': 1,
      attestkit_decision_seconds_count: 4,
      'attestkit_decision_seconds_bucket{le="0.0001"}': 0,
      'attestkit_decision_seconds_bucket{le="0.00025"}': 4,
      'attestkit_reported_total{route="/v2/*",code="ERR_APPROOV_TOKEN_MISSING"}': 1,
      'attestkit_skipped_total{route="/v2/*",demand="binding"}': 1,
      'attestkit_endpoint_requests_total{endpoint="attest",outcome="accepted",stage="none",code="none"}': 1,
      'attestkit_endpoint_requests_total{endpoint="attest",outcome="refused",stage="malformed",code="ERR_CHALLENGE_EXPIRED"}': 1,
      'attestkit_questions_total{convention="forward-auth",outcome="refused"}': 1,
      'attestkit_faults_total{status="400"}': 1,
      'attestkit_upstream_seconds_count{upstream="api"}': 1,
      'attestkit_upstream_failures_total{upstream="api",cause="refused"}': 1,
      'attestkit_upstream_failures_total{upstream="api",cause="timeout"}': 0,
      'attestkit_device_changes_total{change="enrolled"}': 1,
      'attestkit_session_changes_total{change="reused"}': 1,
      'attestkit_store_failures_total{operation="get"}': 1,
      'attestkit_store_failures_total{operation="put"}': 0,
      'attestkit_remote_requests_total{host="oauth2.googleapis.com",answer="none"}': 1,
      'attestkit_remote_requests_total{host="oauth2.googleapis.com",answer="2xx"}': 1,
      'attestkit_remote_circuit_open{host="oauth2.googleapis.com"}': 1,
      attestkit_config_last_reload_successful: 0,
      attestkit_config_last_reload_success_timestamp_seconds: AT / 1000,
    });
    metrics.close();
  });

  it('say when the configuration in use was taken', () => {
    const metrics = new Metrics(AT);
    metrics.hear({ type: 'reload', at: AT + 5000, outcome: 'taken', says: undefined });
    metrics.hear({ type: 'reload', at: AT + 9000, outcome: 'rejected', says: 'x' });
    const series = seriesOf(metrics.text());
    expect(series['attestkit_config_last_reload_success_timestamp_seconds']).toBe(AT / 1000 + 5);
    expect(series['attestkit_config_last_reload_successful']).toBe(0);
    metrics.hear({ type: 'reload', at: AT + 10_000, outcome: 'taken', says: undefined });
    expect(seriesOf(metrics.text())['attestkit_config_last_reload_successful']).toBe(1);
    metrics.close();
  });

  it('count connections while they are open', () => {
    const metrics = new Metrics(AT);
    const server = new EventEmitter();
    metrics.watch(server as never, 'traffic');
    const open = (): unknown => seriesOf(metrics.text())['attestkit_open_connections{listener="traffic"}'];
    expect(open()).toBe(0);
    const sockets = [new EventEmitter(), new EventEmitter()];
    for (const socket of sockets) server.emit('connection', socket);
    expect(open()).toBe(2);
    sockets[0]?.emit('close');
    expect(open()).toBe(1);
    metrics.close();
  });

  it('say what the process is like', () => {
    const metrics = new Metrics(AT);
    const series = seriesOf(metrics.text());
    expect(series['process_resident_memory_bytes']).toBeGreaterThan(1e7);
    expect(series['process_cpu_seconds_total']).toBeGreaterThan(0);
    expect(series['process_start_time_seconds']).toBeGreaterThan(1.7e9);
    expect(series[`attestkit_build_info{version="0.1.0",node="${process.versions.node}"}`]).toBe(1);
    metrics.close();
  });

  it('notice an event loop that was held up', async () => {
    const metrics = new Metrics(AT);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const until = performance.now() + 300;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const series = seriesOf(metrics.text());
    expect(series['attestkit_event_loop_lag_seconds{statistic="max"}']).toBeGreaterThan(0.2);
    metrics.close();
  });
});

describe('labels', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['UND_ERR_SOCKET', 'reset'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['ETIMEDOUT', 'timeout'],
    ['ENOTFOUND', 'name'],
    ['EAI_AGAIN', 'name'],
    ['EHOSTUNREACH', 'unreachable'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['HPE_INVALID_CONSTANT', 'answer'],
    ['a WebSocket that was not agreed on', 'answer'],
    ['the client has gone', 'client'],
    ['AssertionError', 'other'],
    ['x ECONNREFUSED', 'other'],
    ['', 'other'],
  ])('have for the cause %s the word %s', (cause, word) => expect(causeLabel(cause)).toBe(word));

  it('have a code of the catalog, none, or other', () => {
    expect(codeLabel('ERR_APPROOV_TOKEN_EXPIRED')).toBe('ERR_APPROOV_TOKEN_EXPIRED');
    expect(codeLabel('ERR_MADE_UP')).toBe('other');
    expect(codeLabel(undefined)).toBe('none');
  });

  it.each([
    [200, '2xx'],
    [404, '4xx'],
    [503, '5xx'],
    [99, 'none'],
    [1000, 'none'],
    [undefined, 'none'],
  ] as const)('have for the answer %s the class %s', (status, label) =>
    expect(answerLabel(status)).toBe(label),
  );

  it('have a status that the gateway answers by, or other', () => {
    expect([400, 431, 299, Number.NaN].map(statusLabel)).toEqual(['400', '431', 'other', 'other']);
  });
});
