import { createHash, createPublicKey, randomBytes, verify, type KeyObject } from 'node:crypto';
import { createGuard, type AttestedRequest } from 'attestkit';
import { approov } from 'attestkit/approov';
import { createVirtualInstallation } from 'attestkit-testing';
import { accepting, type Verifier } from './contenders.js';
import { race, type Effort } from '../measure.js';
import { comparing, suite, type SuiteReport } from '../suite.js';

const BASE = 'https://api.example.com';
const BODY = Buffer.from(JSON.stringify({ amount: 100, to: 'DE00 1234 5678', text: 'x'.repeat(200) }));
const PHONES = 64;

const FLOOR = 'node:crypto, the floor';
const OURS = 'attestkit guard.check';

/** A request as it arrives: its fields, in texts of one piece. */
type Fields = Readonly<Record<string, string>>;

/** Measures what the signature of a request costs, its body's digest included; the token was seen before. */
export async function benchMessages(effort: Effort, progress: (text: string) => void): Promise<SuiteReport> {
  const secretBase64 = randomBytes(64).toString('base64');
  const phones = Array.from({ length: PHONES }, () => createVirtualInstallation({ secretBase64 }));
  const tokens = phones.map((phone) => phone.token());
  const keys = new Map(tokens.map((token) => [token, keyOf(token)]));
  const signed = phones.flatMap((phone) =>
    Array.from({ length: 4 }, () =>
      phone.sign({ method: 'POST', url: `${BASE}/v1/transfers?x=1`, body: BODY }),
    ),
  );
  for (const fields of signed) keys.set(tokenOf(fields), keyOf(tokenOf(fields)));
  let at = 0;
  const fresh = (count: number): Fields[] =>
    Array.from({ length: count }, () => copied(signed[(at += 1) % signed.length] as Fields));
  progress('messages: signed requests');
  const guard = createGuard({ evidence: [approov({ secretBase64, messageSigning: { baseUrl: BASE } })] });
  const route = guard.route({ messageSigning: true });
  const contenders: Verifier<Fields>[] = [
    { name: FLOOR, verify: (fields) => floor(fields, keys), together: 1 },
    {
      name: OURS,
      verify: async (fields) => {
        const decision = await guard.check(requestWith(fields), route);
        if (decision.outcome !== 'accept') throw decision.error;
      },
      together: 1,
    },
  ];
  const timings = await race(contenders.map(accepting), fresh, effort);
  const what = 'signed requests';
  return { suites: [suite(what, timings)], targets: comparing(what, timings)(OURS, FLOOR, 0.9) };
}

function tokenOf(fields: Fields): string {
  return fields['approov-token'] as string;
}

function keyOf(token: string): KeyObject {
  const [, payload = ''] = token.split('.');
  const { ipk } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { ipk: string };
  return createPublicKey({ key: Buffer.from(ipk, 'base64'), format: 'der', type: 'spki' });
}

function copied(fields: Fields): Fields {
  const entries = Object.entries(fields);
  return Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));
}

function requestWith(fields: Fields): AttestedRequest {
  return {
    method: 'POST',
    target: '/v1/transfers?x=1',
    fields: (name) => (fields[name] === undefined ? [] : [fields[name]]),
    body: async () => BODY,
  };
}

/** The least: the components as the field lists them, one signature with a key at hand, one digest. Nothing else is looked at. */
async function floor(fields: Fields, keys: ReadonlyMap<string, KeyObject>): Promise<void> {
  const input = (fields['signature-input'] as string).slice('install='.length);
  const names = input.slice(1, input.indexOf(')')).split(' ');
  const lines = names.map((quoted) => {
    const name = quoted.slice(1, -1);
    if (name === '@method') return `${quoted}: POST\n`;
    return `${quoted}: ${name === '@target-uri' ? `${BASE}/v1/transfers?x=1` : fields[name]}\n`;
  });
  const base = `${lines.join('')}"@signature-params": ${input}`;
  const sent = Buffer.from((fields['signature'] as string).slice('install=:'.length, -1), 'base64');
  const key = keys.get(tokenOf(fields)) as KeyObject;
  if (!verify('sha256', Buffer.from(base, 'latin1'), { key, dsaEncoding: 'ieee-p1363' }, sent))
    throw new Error('signature');
  const digest = createHash('sha256').update(BODY).digest('base64');
  if (fields['content-digest'] !== `sha-256=:${digest}:`) throw new Error('digest');
}
