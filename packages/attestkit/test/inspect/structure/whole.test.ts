import { createVirtualApple, createVirtualGoogle } from 'attestkit-testing';
import { describe, expect, it } from 'vitest';
import { dissectEvidence, readEvidence, type EvidencePart } from '../../../src/inspect/index.js';
import { vectors } from '../../vectors.js';
import { APP_CHECK, chainFile, PAYLOAD, TOKEN } from '../support/android-files.js';
import { ASSERTION, ATTESTATION, RECEIPT } from '../support/app-attest-files.js';
import { TOKENS } from '../support/bodies.js';
import { isWhole, misplaced } from './support/tree.js';

function partsOf(evidence: unknown): readonly EvidencePart[] {
  return dissectEvidence(readEvidence(evidence));
}

/** Every part that is not read to its end, or has nodes where none can be. */
function faultsOf(evidence: unknown): readonly unknown[] {
  return partsOf(evidence).flatMap((part) => [
    ...misplaced(part),
    ...(isWhole(part) ? [] : [`${part.name}: ${part.problem ?? 'not whole'}`]),
  ]);
}

/** The publisher of one attestation left one byte of its receipt. */
const WITHOUT_RECEIPT = [
  'attestation.attStmt.receipt: the header of the element at 0 ends beyond the last byte',
];

describe('valid evidence is taken apart from the first byte to the last', () => {
  const session = { kind: 'session-token', token: TOKENS.session };

  it.each([ATTESTATION, ASSERTION, RECEIPT, chainFile(), PAYLOAD, TOKEN, APP_CHECK, session])(
    '$kind',
    (file) => {
      expect(partsOf(file).length).toBeGreaterThan(0);
      expect(faultsOf(file)).toEqual([]);
    },
  );

  it('of virtual devices', () => {
    const appId = 'TEAMID1234.com.example.app';
    const apple = createVirtualApple();
    const key = apple.createIPhone({ appId }).generateKey();
    const android = createVirtualGoogle().createAndroid({
      packageName: 'com.example.app',
      signingDigests: ['ab'.repeat(32)],
    });
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const { certificateChain } = android.generateKey({ challenge: 'AQAB' });
    const all = [
      base64(key.attest({ challenge: Buffer.from('AQAB') })),
      base64(key.assert({ clientData: Buffer.from('AQAB') })),
      base64(key.receipt({ type: 'RECEIPT', riskMetric: 4 })),
      certificateChain.map(base64),
    ];
    for (const evidence of all) expect(faultsOf(evidence)).toEqual([]);
  });

  vectors('app-attest/a', 'app-attest/receipt', 'app-attest-2', 'key-attestation', 'key-attestation-2').run(
    'of vectors of genuine devices',
    (files) => {
      let parts = 0;
      for (const { file, ...evidence } of files) {
        if (typeof evidence['kind'] !== 'string') continue;
        parts += partsOf(evidence).length;
        const faults = file.startsWith('attestation-27.0-prod-macos') ? WITHOUT_RECEIPT : [];
        expect([file, ...faultsOf(evidence)]).toEqual([file, ...faults]);
      }
      expect(parts).toBeGreaterThan(100);
    },
  );
});
