import { configure, fireEvent, render, screen } from '@testing-library/react-native';
import { Alert, Platform } from 'react-native';
import { App } from '../App';
import { failNext, items } from './phones';

jest.mock('@expo/app-integrity', () => jest.requireActual('./phones').appIntegrity);
jest.mock('@pagopa/io-react-native-crypto', () => jest.requireActual('./phones').keystore);
jest.mock('expo-secure-store', () => jest.requireActual('./phones').secureStore);
jest.mock('expo-crypto', () => jest.requireActual('./phones').crypto);
jest.mock('expo/fetch', () => jest.requireActual('./bank'));
jest.mock('@react-native-async-storage/async-storage', () =>
  jest.requireActual('@react-native-async-storage/async-storage/jest/async-storage-mock'),
);
jest.mock(
  'react-native-safe-area-context',
  () => jest.requireActual('react-native-safe-area-context/jest/mock').default,
);

// How long a virtual phone takes on a busy machine is not what is tested.
configure({ asyncUtilTimeout: 10_000 });
jest.setTimeout(60_000);

beforeEach(() => {
  // The app logs each step.
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  jest.restoreAllMocks();
  failNext();
});

async function press(name: string): Promise<void> {
  await fireEvent.press(screen.getByRole('button', { name }));
}

async function logIn(name: string): Promise<void> {
  await render(<App />);
  await fireEvent.changeText(screen.getByLabelText('Name'), name);
  await press('Log in');
  await screen.findByText(`Hello, ${name}`);
}

describe.each(['ios', 'android'] as const)('on %s', (os) => {
  beforeEach(() => {
    jest.replaceProperty(Platform, 'OS', os);
  });

  test('the app enrolls the phone, shows the balance, and sends a signed transfer', async () => {
    await logIn(`anna-${os}`);
    await screen.findByLabelText('Balance: 100.00 EUR');
    await fireEvent.changeText(screen.getByLabelText('To'), 'ben');
    await fireEvent.changeText(screen.getByLabelText('Amount'), '12.50');
    await press('Send');
    await screen.findByLabelText('Balance: 87.50 EUR');
  });

  test('the app says what went wrong, and goes on when the user tries again', async () => {
    if (os === 'ios') failNext({ attestKeyAsync: ['SERVER_UNAVAILABLE'] });
    else failNext({ generateHardwareAttestedKeyAsync: ['UNKNOWN'] });
    await logIn(`ben-${os}`);
    await screen.findByText('Please wait a moment');
    // The client says how long to wait: here about a second.
    const again = { name: 'Try again', disabled: false };
    await fireEvent.press(await screen.findByRole('button', again));
    await screen.findByLabelText('Balance: 100.00 EUR');
    expect(screen.queryByText('Please wait a moment')).toBeNull();
  });

  test('the app removes the device, if the user says so', async () => {
    jest.spyOn(Alert, 'alert').mockImplementation((_title, _text, buttons) => {
      buttons?.find(({ text }) => text === 'Remove')?.onPress?.();
    });
    await logIn(`carl-${os}`);
    await screen.findByLabelText('Balance: 100.00 EUR');
    const before = items.values.size;
    await press('Support');
    await screen.findByLabelText('Session: yes');
    await press('Remove this device');
    await screen.findByLabelText('Name');
    expect(items.values.size).toBe(before - 1);
  });
});
