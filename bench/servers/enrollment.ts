import { createServer } from 'node:http';
import { createGuard } from 'attestkit';
import { approov } from 'attestkit/approov';
import { devices } from 'attestkit/devices';
import { keyAttestation } from 'attestkit/key-attestation';
import { deviceEndpoints, protect } from 'attestkit/node';
import { memoryStore } from 'attestkit/stores/memory';

/** A route with a token check, and the endpoints at which Android devices enroll, in one process. */
const { APPROOV_BASE64_SECRET, BENCH_APP = '{}', HTTP_PORT, SERVER_HOSTNAME = '127.0.0.1' } = process.env;
const { packageName, digest, roots, secret } = JSON.parse(BENCH_APP) as {
  readonly packageName: string;
  readonly digest: string;
  readonly roots: readonly string[];
  readonly secret: string;
};

const guard = createGuard({
  evidence: [approov({ secretBase64: APPROOV_BASE64_SECRET })],
  accept: ['approov'],
  devices: devices({
    evidence: [
      keyAttestation({
        apps: [{ packageName, signingCertificates: [digest] }],
        revocations: 'not-checked',
        roots: roots.map((root) => Buffer.from(root, 'base64')),
      }),
    ],
    secret,
    store: memoryStore(),
    audience: 'https://api.example.com',
    limiter: () => true,
    limits: { newRecordsPerHour: 1_000_000 },
    challengeExpirySeconds: 3600,
  }),
});

const listener = protect(guard, (_request, response) => void response.end('{}'));
// Longer than evidence takes to be made, while nothing is sent.
createServer({ keepAliveTimeout: 600_000 }, deviceEndpoints(guard, listener)).listen(
  Number(HTTP_PORT),
  SERVER_HOSTNAME,
);
