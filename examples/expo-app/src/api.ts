import * as AppIntegrity from '@expo/app-integrity';
import * as Keystore from '@pagopa/io-react-native-crypto';
import AsyncStorage from '@react-native-async-storage/async-storage';
import { createClient } from 'attestkit-client';
import { expoAppAttest, expoKeyAttestation, markerStorage, secureStorage } from 'attestkit-client/expo';
import { getRandomBytes, randomUUID } from 'expo-crypto';
import * as SecureStore from 'expo-secure-store';
import { fetch } from 'expo/fetch';
import { Platform } from 'react-native';
import { LOGIN_HEADER, Wallet } from './wallet';

/** The address of the API. Metro puts it in when it builds the app. */
const API_URL = process.env.EXPO_PUBLIC_API_URL ?? 'https://api.example.com';

/** `devices.audience` of the server, byte for byte: here it is the URL of the API. */
const AUDIENCE = process.env.EXPO_PUBLIC_API_AUDIENCE ?? API_URL;

// A second client of one account would not know what the first is doing: both could enroll a key, and one would be lost.
const wallets = new Map<string, Wallet>();

/**
 * The wallet of a user. The keys of two users of one phone are different ones.
 *
 * @throws ClientError `misconfigured` if an option of the client is wrong
 */
export function walletOf(login: string): Wallet {
  const wallet = wallets.get(login) ?? newWallet(login);
  wallets.set(login, wallet);
  return wallet;
}

function newWallet(login: string): Wallet {
  const client = createClient({
    baseUrl: API_URL,
    audience: AUDIENCE,
    account: login,
    attester:
      Platform.OS === 'ios' ? expoAppAttest(AppIntegrity) : expoKeyAttestation(AppIntegrity, Keystore),
    storage: secureStorage(SecureStore),
    installMarker: markerStorage(AsyncStorage),
    // For the device endpoints. The wallet adds the login to its own requests itself.
    headers: () => ({ [LOGIN_HEADER]: login }),
    fetch,
    // Hermes does not have `crypto.getRandomValues`.
    random: getRandomBytes,
    onEvent: (event) => {
      // Has no tokens in it. Send it to your own log in production.
      if (__DEV__) console.log('attestkit', JSON.stringify(event));
    },
  });
  return new Wallet(client, login, randomUUID);
}
