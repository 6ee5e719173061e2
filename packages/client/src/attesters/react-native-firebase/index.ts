import { AttesterError, type KeylessAttester, type TokenAttester } from '../../ports.js';

/** What is called of `@react-native-firebase/app-check`, with the instance that `initializeAppCheck` gave. */
export interface AppCheckBridge {
  getToken(forceRefresh?: boolean): Promise<{ readonly token: string }>;
  getLimitedUseToken(): Promise<{ readonly token: string }>;
}

/** The field that Firebase's own clients use. */
const HEADER = 'X-Firebase-AppCheck';

/**
 * App Check's token on each request. The app does not enroll.
 *
 * @param options.limitedUse a token of its own for each request, which the server can consume. Default false
 * @example
 * import { getLimitedUseToken, getToken } from '@react-native-firebase/app-check';
 * const attester = appCheckToken({
 *   getToken: (force) => getToken(appCheck, force),
 *   getLimitedUseToken: () => getLimitedUseToken(appCheck),
 * });
 */
export function appCheckToken(
  bridge: AppCheckBridge,
  options: { readonly header?: string; readonly limitedUse?: boolean } = {},
): TokenAttester {
  const { header = HEADER, limitedUse = false } = options;
  return {
    tokens: {
      header,
      token: async (_url, fresh) =>
        limitedUse ? await limited(bridge) : (await asking(() => bridge.getToken(fresh))).token,
    },
  };
}

/**
 * Enrolls with App Check: for servers with `allowUnbound`. Devices without a key: nothing can be signed.
 *
 * @example
 * const attester = appCheckEnrollment(bridge);
 */
export function appCheckEnrollment(bridge: Pick<AppCheckBridge, 'getLimitedUseToken'>): KeylessAttester {
  return { attest: async () => ({ app_check_token: await limited(bridge) }) };
}

async function limited(bridge: Pick<AppCheckBridge, 'getLimitedUseToken'>): Promise<string> {
  return (await asking(() => bridge.getLimitedUseToken())).token;
}

/** Its codes do not tell lasting failures from others: each is tried again, after a pause. */
async function asking<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = (error as { readonly code?: unknown } | null)?.code;
    const message = error instanceof Error ? error.message : String(error);
    throw new AttesterError('tryLater', message, {
      code: typeof code === 'string' ? code : undefined,
      cause: error,
    });
  }
}
