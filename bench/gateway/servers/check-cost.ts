import { createGuard } from 'attestkit';
import { approov } from 'attestkit/approov';
import { nodeRequest } from 'attestkit/node';

// Loaded into the gateway's process (`--import`): measures there what `guard.check` alone takes for the requests that the gateway gets, with a
// guard and a route as the gateway makes them.
const { APPROOV_BASE64_SECRET, BENCH_CHECK = '{}' } = process.env;
const { target, heads } = JSON.parse(BENCH_CHECK) as {
  readonly target: string;
  readonly heads: readonly (readonly string[])[];
};

const AMOUNT = 10_000;

const guard = createGuard({
  evidence: [approov({ secretBase64: APPROOV_BASE64_SECRET })],
  caching: 'private',
  onEvent: () => undefined,
  requestId: () => 'a request',
});
const route = guard.route({ preflight: 'pass', accept: ['approov'], name: '/v1/*', enforcement: 'enforce' });

/** Texts that nobody has looked at, as Node's parser hands them over. */
const bytes = heads.map((lines) => lines.flatMap((line) => parted(line).map((part) => Buffer.from(part))));

function parted(line: string): [name: string, value: string] {
  const colon = line.indexOf(': ');
  return [line.slice(0, colon), line.slice(colon + 2)];
}

process.on('message', (question) => {
  if (question !== 'check') return;
  const messages = Array.from({ length: AMOUNT }, (_, at) => ({
    method: 'GET',
    url: target,
    rawHeaders: (bytes[at % bytes.length] as Buffer[]).map((part) => part.toString('latin1')),
    headers: {},
    socket: { remoteAddress: '127.0.0.1' },
  }));
  const before = process.cpuUsage();
  for (const message of messages) {
    const decision = guard.check(nodeRequest(message as never), route);
    if (decision instanceof Promise || decision.outcome !== 'accept') throw new Error('The guard refuses.');
  }
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / AMOUNT);
});
