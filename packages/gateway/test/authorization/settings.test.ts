import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigFileError, loadConfig, startGateway } from 'attestkit-gateway';
import { expect, it } from 'vitest';
import { SECRET } from '../support/tokens.js';

const folder = mkdtempSync(join(tmpdir(), 'gateway-'));

/** The mistakes of a configuration with this `authorization`; empty if there are none. */
async function faults(authorization: object): Promise<string> {
  const settings = {
    authorization,
    evidence: { approov: { secretBase64: '${APPROOV_SECRET}' } },
    default: {},
    shutdown: { deadlineMs: 100 },
  };
  try {
    const config = loadConfig('g.json', JSON.stringify(settings), { APPROOV_SECRET: SECRET });
    await (await startGateway(config)).close();
    return '';
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    return error.message;
  }
}

it.each([
  { listen: '127.0.0.1:0' },
  { listen: '[::1]:0' },
  { listen: 'localhost:0' },
  { listen: `unix:${folder}/authz.sock` },
  { listen: '127.0.0.1:0', grpc: { listen: `unix:${folder}/grpc.sock` } },
  { listen: '0.0.0.0:0', trustedPeers: '10.0.0.5' },
  { listen: '0.0.0.0:0', trustedPeers: ['10.0.0.0/8', 'fd00::/8', 'loopback'] },
])('%j can be used', async (authorization) => {
  expect(await faults(authorization)).toBe('');
});

it.each([
  { listen: '0.0.0.0:0' },
  { listen: '[::]:0' },
  { listen: '10.0.0.4:0' },
  { listen: 'gateway.internal:0' },
  { listen: '127.0.0.1:0', grpc: { listen: '0.0.0.0:0' } },
])('%j does not say who may ask', async (authorization) => {
  expect(await faults(authorization)).toMatch(
    /^g\.json:1:\d+ authorization\.trustedPeers is not set, and other machines can reach the listener\. Give the addresses/,
  );
});

it.each([
  [{ listen: '127.0.0.1:0', trustedPeers: ['0.0.0.0/0'] }, /authorization\.trustedPeers trusts everybody/],
  [
    { listen: '127.0.0.1:0', trustedPeers: ['proxy.internal'] },
    /authorization\.trustedPeers has "proxy\.internal"/,
  ],
  [{ listen: '127.0.0.1:0', trustedPeers: ['10.0.0.0/33'] }, /authorization\.trustedPeers has/],
  [{ listen: '127.0.0.1:0', grpc: {} }, /authorization\.grpc\.listen is not set/],
  [{ listen: '127.0.0.1:0', requestIdsByProxy: 'yes' }, /authorization\.requestIdsByProxy/],
  [{ listen: '127.0.0.1:0', path: '/authz' }, /authorization\.path is not known/],
  [{}, /authorization\.listen is not set/],
])('%j is a mistake', async (authorization, says) => {
  expect(await faults(authorization)).toMatch(says);
});
