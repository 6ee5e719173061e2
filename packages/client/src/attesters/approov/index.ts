import { AttesterError, type Attester, type TokenSource } from '../../ports.js';

/** What is called of `@approov/approov-service-react-native`: a token for a URL, or why there is none. */
export interface ApproovBridge {
  fetchToken(url: string): Promise<string>;
}

/**
 * Approov's token on each request. Where the SDK replaces `fetch` by itself, this is not needed for the token.
 *
 * @param beside enrolls too, so that sessions and signed requests go beside the token. Default none
 * @example
 * import { ApproovService } from '@approov/approov-service-react-native';
 * const attester = approovToken({ fetchToken: (url) => ApproovService.fetchToken(url) });
 */
export function approovToken(
  bridge: ApproovBridge,
  options: { readonly header?: string; readonly prefix?: string; readonly beside?: Attester } = {},
): Attester {
  const { header = 'Approov-Token', prefix = '', beside } = options;
  const tokens: TokenSource = {
    header,
    async token(url) {
      try {
        // Approov's servers know what an empty one means: no network, or no attestation.
        return prefix + (await bridge.fetchToken(url));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new AttesterError('tryLater', message, { cause: error });
      }
    },
  };
  return beside === undefined ? { tokens } : withTokens(beside, tokens);
}

/** Forwards, so that an attester that is an object of a class keeps its `this`. */
function withTokens(beside: Attester, tokens: TokenSource): Attester {
  if (beside.attest === undefined) return { tokens };
  if (beside.proof === undefined) return { attest: (key, over) => beside.attest(key, over), tokens };
  return {
    proof: beside.proof,
    createKey: () => beside.createKey(),
    attest: (key, over) => beside.attest(key, over),
    keyId: (key) => beside.keyId(key),
    sign: (key, text) => beside.sign(key, text),
    deleteKey: async (key) => await beside.deleteKey?.(key),
    tokens,
  };
}
