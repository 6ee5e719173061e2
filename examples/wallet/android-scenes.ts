import {
  KEY_ATTESTATION_DEFECTS,
  type KeyAttestationChainDefect,
  type VirtualAndroid,
} from 'attestkit/testing';
import { AndroidPhone } from './android-phone.js';
import type { Answered } from './client.js';
import { app, attacker, AUDIENCE, nextDeviceId, type Scene } from './scene.js';

/** The phones that come on. */
export interface Fleet {
  readonly server: string;
  readonly genuine: () => VirtualAndroid;
  readonly unlocked: () => VirtualAndroid;
  /** Signed by somebody else, under the same name. */
  readonly repackaged: () => VirtualAndroid;
  readonly otherApp: () => VirtualAndroid;
  /** A phone whose chain ends at a root that somebody made. */
  readonly counterfeit: () => VirtualAndroid;
}

/** What a virtual device can get wrong in a chain, but for what only a stricter policy refuses, or another device has. */
const DEFECTS = (Object.keys(KEY_ATTESTATION_DEFECTS) as KeyAttestationChainDefect[]).filter((name) => {
  const { target, needs, provisioning } = KEY_ATTESTATION_DEFECTS[name];
  return target === 'chain' && needs === undefined && provisioning === undefined;
});

/** Refused for the body, before anybody looks at the chain: no certificate at all, and more than any body may have. */
const BAD_BODIES: readonly string[] = ['no-certificate', 'certificate-too-large'];

const SMALL = '{"amount":1}';

/** A transfer that the phone has signed, over a challenge: keys of Android do not count. */
async function transfer(phone: AndroidPhone, body = SMALL, over?: string): Promise<Answered> {
  const challenge = over ?? (await phone.challenge('request'));
  const request = { audience: AUDIENCE, method: 'POST', target: '/transfers', body: SMALL, challenge };
  const field = phone.key?.signRequest(request).xAppAttest ?? '';
  return phone.post('/transfers', body, { ...phone.bearer(), 'x-app-attest': field });
}

/** The story of the Android fleet, in its order. */
export function androidStory(fleet: Fleet): readonly Scene[] {
  const bob = new AndroidPhone(fleet.server, fleet.genuine(), nextDeviceId());
  const phone = (make: () => VirtualAndroid): AndroidPhone =>
    new AndroidPhone(fleet.server, make(), nextDeviceId());
  let spent = '';
  return [
    app('enrols on Android', () => bob.enrol()),
    app('reads the balance there', () => bob.get('/balance')),
    app('sends a signed transfer from there', async () => {
      spent = await bob.challenge('request');
      return transfer(bob, SMALL, spent);
    }),
    attacker('uses its challenge again', 403, () => transfer(bob, SMALL, spent)),
    attacker('changes the amount', 403, () => transfer(bob, '{"amount":1000}')),
    attacker('takes the device id of that phone', 403, () =>
      new AndroidPhone(fleet.server, fleet.genuine(), bob.deviceId).enrol(),
    ),
    attacker('enrols a phone with an unlocked bootloader', 403, () => phone(fleet.unlocked).enrol()),
    attacker('enrols a repackaged app', 403, () => phone(fleet.repackaged).enrol()),
    attacker('enrols another app', 403, () => phone(fleet.otherApp).enrol()),
    attacker('enrols under a root of its own making', 403, () => phone(fleet.counterfeit).enrol()),
    ...DEFECTS.map((defect) =>
      attacker(
        `attests: ${KEY_ATTESTATION_DEFECTS[defect].says}`,
        BAD_BODIES.includes(defect) ? 400 : 403,
        () => phone(fleet.genuine).enrol(defect),
      ),
    ),
    app('refreshes there', () => bob.refresh()),
  ];
}
