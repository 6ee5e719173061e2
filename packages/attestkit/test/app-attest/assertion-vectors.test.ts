import { describe, expect } from 'vitest';
import {
  createAppAttestCache,
  inspectAppAttestAssertion,
  type AssertionExpectations,
} from '../../src/app-attest/index.js';
import { vectors, type Vector } from '../vectors.js';
import { judgeAssertion as judge } from './support/judge.js';

const published = vectors('app-attest/assertion');

describe('assertions of real devices', () => {
  const expectationsOf = ({
    appId,
    publicKey: pem,
    clientData,
    previousCounter,
  }: Vector): AssertionExpectations => ({
    appId: String(appId),
    publicKey: String(pem),
    clientData: Buffer.from(String(clientData), 'base64'),
    previousCounter: Number(previousCounter),
  });

  published.run('have the verdict and the counter that are known of them', (files) => {
    for (const vector of files) {
      const sent = Buffer.from(String(vector['assertion']), 'base64');
      const inspection = inspectAppAttestAssertion(sent, expectationsOf(vector));
      const { verdict, counter } = vector['expected'] as { verdict: string; counter: number };
      expect([vector.file, inspection]).toMatchObject([vector.file, { verdict, result: { counter } }]);
    }
    expect(files.length).toBeGreaterThan(5);
  });

  published.run('are refused with any bit changed', (files) => {
    for (const vector of files) {
      const sent = Buffer.from(String(vector['assertion']), 'base64');
      const expected = { ...expectationsOf(vector), cache: createAppAttestCache() };
      for (let at = 0; at < sent.length; at += 1) {
        const changed = Buffer.from(sent);
        changed[at] = (changed[at] as number) ^ (1 << (at % 8));
        expect(judge(changed, expected)).not.toBe('accepted');
      }
    }
  });
});
