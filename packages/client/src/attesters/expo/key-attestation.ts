import { within } from '../../deadline.js';
import { AttesterError, type KeyAttester } from '../../ports.js';
import { keyIdOfLeaf } from '../leaf-key-id.js';
import { asking } from '../problems.js';
import {
  expoCodeOf,
  KEY_ATTESTATION_ATTESTS,
  KEY_ATTESTATION_READS,
  KEYSTORE_SIGNS,
  pagopaCodeOf,
} from './codes.js';

/** What is called of `@expo/app-integrity` on Android. It attests keys, and does not sign with them. */
export interface ExpoKeyAttestation {
  isHardwareAttestationSupportedAsync(): Promise<boolean>;
  generateHardwareAttestedKeyAsync(alias: string, challenge: string): Promise<void>;
  getAttestationCertificateChainAsync(alias: string): Promise<readonly string[]>;
}

/** What is called of `@pagopa/io-react-native-crypto`, which signs with any key of the app in the Keystore. */
export interface KeystoreSigner {
  sign(message: string, keyTag: string): Promise<string>;
  deleteKey?(keyTag: string): Promise<void>;
}

const SIGN_MS = 20_000;

function attesting<T>(call: () => Promise<T>): Promise<T> {
  return asking(call, expoCodeOf, KEY_ATTESTATION_ATTESTS);
}

/**
 * Android Key Attestation: the key by `@expo/app-integrity`, signatures by `@pagopa/io-react-native-crypto`. Android 7 or later.
 *
 * @example
 * import * as AppIntegrity from '@expo/app-integrity';
 * import * as Keystore from '@pagopa/io-react-native-crypto';
 * const attester = expoKeyAttestation(AppIntegrity, Keystore);
 */
export function expoKeyAttestation(
  bridge: ExpoKeyAttestation,
  keystore: KeystoreSigner,
  options: { readonly newAlias?: () => string } = {},
): KeyAttester {
  const { newAlias = randomAlias } = options;
  /** pagopa's signatures share a field: two at the same time can hang. */
  let last: Promise<unknown> = Promise.resolve();
  /** Reading a chain takes long on some phones. */
  const ids = new Map<string, string>();
  return {
    proof: 'signature',
    async createKey() {
      if (!(await attesting(() => bridge.isHardwareAttestationSupportedAsync())))
        throw new AttesterError('unsupported', 'the Keystore cannot be opened');
      // Never one that was there: it would be deleted without a word.
      return newAlias();
    },
    async attest(alias, { challenge }) {
      await attesting(() => bridge.generateHardwareAttestedKeyAsync(alias, challenge));
      const chain = await attesting(() => bridge.getAttestationCertificateChainAsync(alias));
      const certificates = chain.map((each) => each.replace(/\s/g, ''));
      ids.set(alias, keyIdOfLeaf(certificates[0] ?? ''));
      return { certificate_chain: certificates };
    },
    async keyId(alias) {
      const known = ids.get(alias);
      if (known !== undefined) return known;
      const [leaf = ''] = await asking(
        () => bridge.getAttestationCertificateChainAsync(alias),
        expoCodeOf,
        KEY_ATTESTATION_READS,
      );
      const id = keyIdOfLeaf(leaf);
      ids.set(alias, id);
      return id;
    },
    sign: (alias, text) => {
      const signed = last.then(() => within(SIGN_MS, () => keystore.sign(text, alias)));
      last = signed.catch(() => undefined);
      return asking(() => signed, pagopaCodeOf, KEYSTORE_SIGNS);
    },
    async deleteKey(alias) {
      ids.delete(alias);
      await keystore.deleteKey?.(alias);
    },
  };
}

/** Different from every other of this app: it need not be secret. */
function randomAlias(): string {
  const parts = [Date.now(), Math.random() * 0x1_0000_0000, Math.random() * 0x1_0000_0000];
  return `attestkit-${parts.map((part) => Math.floor(part).toString(36)).join('-')}`;
}
