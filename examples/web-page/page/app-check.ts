import { initializeApp } from '@firebase/app'; // in your page: 'firebase/app'
import { CustomProvider, getLimitedUseToken, getToken, initializeAppCheck } from '@firebase/app-check'; // 'firebase/app-check'
import type { AppCheckBridge } from 'attestkit-client/react-native-firebase';

/** What Firebase's `CustomProvider` has to give. */
export type Exchange = () => Promise<{ readonly token: string; readonly expireTimeMillis: number }>;

/**
 * App Check of one Firebase app, as the client takes it. Firebase's own SDK keeps the token in IndexedDB, so that it outlives
 * a reload, and makes one exchange at a time.
 *
 * @param exchange instead of Google, for this example
 */
export function appCheckOf(appId: string, exchange: Exchange): AppCheckBridge {
  // In your page: initializeApp(firebaseConfig), as the Firebase console shows it.
  const app = initializeApp({ projectId: 'virtual-project', apiKey: 'none', appId }, appId);
  const appCheck = initializeAppCheck(app, {
    // In your page: new ReCaptchaEnterpriseProvider('your site key').
    provider: new CustomProvider({ getToken: exchange }),
    isTokenAutoRefreshEnabled: true,
  });
  return {
    getToken: (forceRefresh) => getToken(appCheck, forceRefresh),
    getLimitedUseToken: () => getLimitedUseToken(appCheck),
  };
}
