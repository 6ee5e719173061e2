import { randomBytes } from 'node:crypto';
import { createVirtualApple } from 'attestkit-testing/apple';

export const AT = '2026-11-20T12:00:00.120Z';
const NOW = Date.parse(AT);
export const APP_ID = 'TEAMID1234.com.example.app';
export const apple = createVirtualApple({ now: () => NOW });
const phone = apple.createIPhone({ appId: APP_ID });
export const key = phone.generateKey();
export const challenge = randomBytes(32);
export const clientData = randomBytes(40);
export const made = key.attest({ challenge });
export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
export const spki: string = base64(key.publicKey);
const pem = `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`;

export const ATTESTATION = {
  kind: 'app-attest-attestation',
  appId: APP_ID,
  keyId: key.keyId,
  challenge: base64(challenge),
  attestation: base64(made),
  roots: [base64(apple.attestationRoot)],
  at: AT,
};
export const ASSERTION = {
  kind: 'app-attest-assertion',
  appId: APP_ID,
  publicKey: pem,
  clientData: base64(clientData),
  previousCounter: 0,
  assertion: base64(key.assert({ clientData, counter: 1 })),
};
export const RECEIPT = {
  kind: 'app-attest-receipt',
  appId: APP_ID,
  environment: 'production',
  publicKey: pem,
  receipt: base64(key.receipt({ type: 'RECEIPT', riskMetric: 4 })),
  roots: [base64(apple.receiptRoot)],
  at: AT,
};
export const FILES = [ATTESTATION, ASSERTION, RECEIPT] as const;
