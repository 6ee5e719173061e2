import { ClientError, type ClientState } from 'attestkit-client';
import { StatusBar } from 'expo-status-bar';
import { useCallback, useEffect, useState } from 'react';
import { Alert, KeyboardAvoidingView, Platform, ScrollView, StyleSheet } from 'react-native';
import { SafeAreaProvider, SafeAreaView } from 'react-native-safe-area-context';
import { walletOf } from './src/api';
import { ERROR_TYPES, messageOf, supportLines, type Message, type Task } from './src/messages';
import { Button, Field, Heading, Line, Notice, useColors } from './src/ui';
import { centsIn, loginIn, moneyText, type Balance, type Wallet } from './src/wallet';

export function App() {
  const { page } = useColors();
  const [wallet, setWallet] = useState<Wallet>();
  const [isSupport, setIsSupport] = useState(false);
  const leave = (): void => {
    setWallet(undefined);
    setIsSupport(false);
  };
  return (
    <SafeAreaProvider>
      <StatusBar style="auto" />
      <SafeAreaView style={[styles.fill, { backgroundColor: page }]}>
        <KeyboardAvoidingView style={styles.fill} behavior={Platform.OS === 'ios' ? 'padding' : 'height'}>
          <ScrollView contentContainerStyle={styles.screen} keyboardShouldPersistTaps="handled">
            {wallet === undefined ? (
              <Login onLogin={setWallet} />
            ) : isSupport ? (
              <Support wallet={wallet} onBack={() => setIsSupport(false)} onRemoved={leave} />
            ) : (
              <Home wallet={wallet} onSupport={() => setIsSupport(true)} onLogout={leave} />
            )}
          </ScrollView>
        </KeyboardAvoidingView>
      </SafeAreaView>
    </SafeAreaProvider>
  );
}

function Login({ onLogin }: { readonly onLogin: (wallet: Wallet) => void }) {
  const [text, setText] = useState('');
  const [message, setMessage] = useState<Message>();
  const login = loginIn(text);
  const enter = (): void => {
    if (login === undefined) return;
    try {
      onLogin(walletOf(login));
    } catch (error) {
      log(error);
      setMessage(messageOf(error, 'balance'));
    }
  };
  return (
    <>
      <Heading>Log in</Heading>
      <Field
        label="Name"
        value={text}
        onChangeText={setText}
        onSubmitEditing={enter}
        autoComplete="username"
      />
      <Button label="Log in" isDisabled={login === undefined} onPress={enter} />
      {message && <Notice message={message} />}
    </>
  );
}

interface HomeProps {
  readonly wallet: Wallet;
  readonly onSupport: () => void;
  readonly onLogout: () => void;
}

function Home({ wallet, onSupport, onLogout }: HomeProps) {
  const [balance, setBalance] = useState<Balance>();
  const [to, setTo] = useState('');
  const [amount, setAmount] = useState('');
  const { busy, failure, run } = useTask();
  const isBusy = busy !== undefined;
  const cents = centsIn(amount);
  const recipient = loginIn(to);

  const show = useCallback(
    () => run('balance', async () => setBalance(await wallet.balance())),
    [run, wallet],
  );
  useEffect(show, [show]);

  const send = (): void => {
    if (recipient === undefined || cents === undefined) return;
    const transfer = wallet.draft(recipient, cents);
    run('transfer', async () => {
      setBalance(await wallet.send(transfer));
      setTo('');
      setAmount('');
    });
  };
  const tryAgain = (): void => {
    if (failure === undefined) return;
    const { task, work } = failure;
    run(
      task,
      async () => {
        await wallet.tryAgain();
        await work();
      },
      work,
    );
  };
  return (
    <>
      <Heading>Hello, {wallet.login}</Heading>
      <Line name="Balance" value={balance === undefined ? '…' : moneyText(balance)} />
      <Button label="Show the current balance" kind="plain" isDisabled={isBusy} onPress={show} />
      <Heading>Send money</Heading>
      <Field label="To" value={to} onChangeText={setTo} editable={!isBusy} />
      <Field label="Amount" value={amount} onChangeText={setAmount} editable={!isBusy} inputMode="decimal" />
      <Button
        label="Send"
        isBusy={busy === 'transfer'}
        isDisabled={isBusy || recipient === undefined || cents === undefined}
        onPress={send}
      />
      {failure && (
        <Notice message={failure.message} onTryAgain={isBusy ? undefined : tryAgain} onSupport={onSupport} />
      )}
      <Button label="Support" kind="plain" onPress={onSupport} />
      <Button label="Log out" kind="plain" onPress={onLogout} />
    </>
  );
}

interface SupportProps {
  readonly wallet: Wallet;
  readonly onBack: () => void;
  readonly onRemoved: () => void;
}

function Support({ wallet, onBack, onRemoved }: SupportProps) {
  const [state, setState] = useState<ClientState>();
  useEffect(() => {
    void wallet.support().then(setState, log);
  }, [wallet]);
  const remove = (): void => {
    void wallet.removeDevice().then(onRemoved, log);
  };
  const ask = (): void =>
    Alert.alert('Remove this device?', 'You can register it again when you log in.', [
      { text: 'Cancel', style: 'cancel' },
      { text: 'Remove', style: 'destructive', onPress: remove },
    ]);
  return (
    <>
      <Heading>Support</Heading>
      {state && supportLines(state).map(([name, value]) => <Line key={name} name={name} value={value} />)}
      <Button label="Back" kind="plain" onPress={onBack} />
      <Button label="Remove this device" kind="alarm" onPress={ask} />
      {__DEV__ && <Gallery />}
    </>
  );
}

/** What users see of each type of error: in development alone. */
function Gallery() {
  return (
    <>
      <Heading>Errors</Heading>
      {ERROR_TYPES.map((type) => (
        <Line key={type} name={type} value={sample(type)} />
      ))}
    </>
  );
}

function sample(type: (typeof ERROR_TYPES)[number]): string {
  const { title, text } = messageOf(new ClientError(type, 'an example'), 'transfer');
  return `${title}. ${text}`;
}

interface Failure {
  readonly message: Message;
  readonly task: Task;
  readonly work: () => Promise<void>;
}

/** Runs one piece of work at a time, and keeps what failed, so that it can be tried again. */
function useTask() {
  const [busy, setBusy] = useState<Task>();
  const [failure, setFailure] = useState<Failure>();
  const run = useCallback((task: Task, now: () => Promise<void>, work = now): void => {
    setBusy(task);
    now()
      .then(() => setFailure(undefined))
      .catch((error: unknown) => {
        log(error);
        setFailure({ message: messageOf(error, task), task, work });
      })
      .finally(() => setBusy(undefined));
  }, []);
  return { busy, failure, run };
}

/** For you, not for the user: message, code of the platform, status of the server. */
function log(error: unknown): void {
  if (!__DEV__) return;
  if (error instanceof ClientError)
    console.warn(error.type, error.message, error.code, error.status, error.cause);
  else console.warn(error);
}

const styles = StyleSheet.create({
  fill: { flex: 1 },
  screen: { padding: 24, gap: 16 },
});
