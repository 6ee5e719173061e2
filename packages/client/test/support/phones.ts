import type { KeyAttester, KeylessAttester } from 'attestkit-client';
import { expoAppAttest, expoKeyAttestation, expoPlayIntegrity } from 'attestkit-client/expo';
import {
  fakeExpoAppAttest,
  fakeExpoKeyAttestation,
  fakeExpoPlayIntegrity,
  type Fault,
} from 'attestkit-client/testing';
import { platforms } from './server.js';

/** A phone with the app. */
export interface Phone {
  readonly attester: KeyAttester | KeylessAttester;
  readonly loseKeys: () => void;
}

export interface PhoneKind {
  readonly name: 'iPhone' | 'Android' | 'Play';
  readonly isKeyed: boolean;
  readonly make: (fault?: Fault) => Phone;
}

export const phones: readonly PhoneKind[] = [
  {
    name: 'iPhone',
    isKeyed: true,
    make: (fault) => {
      const bridge = fakeExpoAppAttest(platforms.iPhone(), fault);
      return { attester: expoAppAttest(bridge), loseKeys: bridge.loseKeys };
    },
  },
  {
    name: 'Android',
    isKeyed: true,
    make: (fault) => {
      const { integrity, keystore, loseKeys } = fakeExpoKeyAttestation(platforms.android(), fault);
      return { attester: expoKeyAttestation(integrity, keystore), loseKeys };
    },
  },
  {
    name: 'Play',
    isKeyed: false,
    make: (fault) => ({
      attester: expoPlayIntegrity(fakeExpoPlayIntegrity(platforms.play, fault), {
        cloudProjectNumber: '123456789012',
      }),
      loseKeys: () => undefined,
    }),
  },
];
