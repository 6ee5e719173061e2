import { generateKeyPairSync } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { replacementBytes } from '../../src/sessions/index.js';
import { enrollmentHash } from '../../src/play-integrity/index.js';
import { Installation } from './support/installation.js';
import { described, description, faultsOfAnswer, faultsOfRequest } from './support/openapi.js';
import { ENDPOINT_SCENES } from './support/refused-endpoints.js';
import { AUDIENCE, exchanges, jsonOf, newLabel, PACKAGE, Served, type Told } from './support/served.js';

// attestkit/openapi.json is checked against OpenAPI 3.1, and against what a server takes and answers.

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Sends what has to be accepted, so that the description is compared with it. */
async function accepted(served: Served, method: 'GET' | 'POST', path: string, body?: object): Promise<Told> {
  const told = await served.send(method, `/device/${path}`, body === undefined ? {} : { body });
  if (told.status !== 200) throw new Error(`${path} answered ${told.status} ${told.code}`);
  return told;
}

/** A whole life of an iPhone: a proof with each refresh, a new key, and the end. */
async function liveOnAnIPhone(): Promise<void> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const served = await Served.start({
    sessions: { refresh: 'proof', keys: { algorithm: 'ES256', privateKey } },
  });
  const phone = await Installation.enrolled(served);
  const { refreshToken } = phone;
  const body = { refresh_token: refreshToken, assertion: phone.proofOf(refreshToken) };
  phone.refreshToken = jsonOf(await accepted(served, 'POST', 'refresh', body))['refresh_token'] ?? '';
  await phone.assert();

  const old = phone.key;
  phone.key = new Installation(served).key;
  const challenge = await phone.challenge('attest');
  const keyId = Buffer.from(phone.key.keyId, 'base64').toString('base64url');
  const lines = replacementBytes({ audience: AUDIENCE, deviceId: phone.label, challenge, keyId });
  const proof = {
    previous_key_id: old.keyId,
    previous_assertion: base64(old.assert({ clientData: lines })),
  };
  await accepted(served, 'POST', 'attest', { ...phone.bodyFor(challenge), ...proof });
  await accepted(served, 'POST', 'revoke', { token: phone.refreshToken });
  await accepted(served, 'GET', 'jwks.json');
}

/** Android by key, and by a verdict that is renewed with the refresh token. */
async function liveOnAndroid(): Promise<void> {
  const served = await Served.start();
  await accepted(served, 'GET', 'jwks.json');
  const phone = new Installation(served);
  const device = served.google.createAndroid(PACKAGE);
  const attest = (body: object) => accepted(served, 'POST', 'attest', body);
  const challenge = await phone.challenge('attest');
  const key = device.generateKey({ challenge });
  const chain = key.certificateChain.map(base64);
  await attest({ challenge, device_id: phone.label, certificate_chain: chain });

  const label = newLabel();
  const challengeOf = async () =>
    jsonOf(await served.send('GET', `/device/challenge?device_id=${label}`))['challenge'] ?? '';
  const verdictFor = (one: string) => ({
    challenge: one,
    device_id: label,
    integrity_token: served.play.classicToken({ nonce: enrollmentHash(one, label) }),
  });
  const enrolled = jsonOf(await attest(verdictFor(await challengeOf())));
  await attest({ ...verdictFor(await challengeOf()), refresh_token: enrolled['refresh_token'] });
}

/** Refused because the form of the request is wrong, which the description knows too. */
const MALFORMED =
  /^ERR_ENROLLMENT_(DEVICE_ID|MEMBERS|BODY|EVIDENCE)_MALFORMED$|_PURPOSE_UNKNOWN$|_MEDIA_TYPE_UNSUPPORTED$/;

describe('attestkit/openapi.json', () => {
  beforeAll(async () => {
    for (const scene of Object.values(ENDPOINT_SCENES)) await scene(await Served.start());
    await liveOnAnIPhone();
    await liveOnAndroid();
    for (const method of ['PUT', 'DELETE'])
      for (const path of Object.keys(description['paths'] ?? {}))
        await (await Served.start()).send(method, `/device${path}`);
  });

  it('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(description));
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('describes the version of the package', async () => {
    const manifest = (await import('../../package.json', { with: { type: 'json' } })).default;
    expect(description['info']?.['version']).toBe(manifest.version);
  });

  it('describes every answer', () => {
    const faults = exchanges.map((each) => [each, faultsOfAnswer(each)] as const);
    expect(faults.filter(([, found]) => found.length > 0)).toEqual([]);
    expect(faults.length).toBeGreaterThan(150);
  });

  it('describes every request that is accepted, or refused for another reason than its form', () => {
    const wellFormed = exchanges.filter(
      ({ told: { code = '', status } }) => status !== 405 && !MALFORMED.test(code),
    );
    const faults = wellFormed
      .filter(({ told }) => told.status !== 413)
      .map((each) => [each, faultsOfRequest(each)] as const);
    expect(faults.filter(([, found]) => found.length > 0)).toEqual([]);
  });

  it('describes no request that is refused for its form', () => {
    const malformed = exchanges.filter(({ told: { code = '' } }) => MALFORMED.test(code));
    expect(malformed.length).toBeGreaterThan(5);
    expect(malformed.filter((each) => faultsOfRequest(each).length === 0)).toEqual([]);
  });

  it('describes no status that no endpoint answers', () => {
    const seen = new Set(
      exchanges.map(
        ({ method, target, told }) => `${method.toLowerCase()} ${target.split('?')[0]} ${told.status}`,
      ),
    );
    const own = described().filter((each) => !/ (405|413|429|503)$/.test(each));
    expect(own.filter((each) => !seen.has(each))).toEqual([]);
  });
});
