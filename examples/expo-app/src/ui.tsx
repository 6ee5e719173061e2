import { useEffect, useState, type ReactNode } from 'react';
import {
  AccessibilityInfo,
  ActivityIndicator,
  Platform,
  Pressable,
  StyleSheet,
  Text,
  TextInput,
  useColorScheme,
  View,
  type TextInputProps,
} from 'react-native';
import type { Message } from './messages';

const LIGHT = {
  page: '#ffffff',
  text: '#1a1a1a',
  soft: '#555555',
  line: '#767676',
  main: '#0b57d0',
  onMain: '#ffffff',
  alarm: '#b3261e',
};
const DARK = {
  page: '#121212',
  text: '#f2f2f2',
  soft: '#c4c4c4',
  line: '#949494',
  main: '#a8c7fa',
  onMain: '#062e6f',
  alarm: '#f2b8b5',
};

/** Every pair of text and background has a contrast of at least 4.5 to 1. */
export function useColors(): typeof LIGHT {
  return useColorScheme() === 'dark' ? DARK : LIGHT;
}

export function Heading({ children }: { readonly children: ReactNode }) {
  const { text } = useColors();
  return (
    <Text accessibilityRole="header" style={[styles.heading, { color: text }]}>
      {children}
    </Text>
  );
}

export function Line({ name, value }: { readonly name: string; readonly value: string }) {
  const { text, soft } = useColors();
  return (
    <View accessible accessibilityLabel={`${name}: ${value}`}>
      <Text style={{ color: soft }}>{name}</Text>
      <Text selectable style={[styles.text, { color: text }]}>
        {value}
      </Text>
    </View>
  );
}

interface ButtonProps {
  readonly label: string;
  readonly onPress: () => void;
  readonly isDisabled?: boolean;
  readonly isBusy?: boolean;
  readonly kind?: 'main' | 'plain' | 'alarm';
}

export function Button({ label, onPress, isDisabled = false, isBusy = false, kind = 'main' }: ButtonProps) {
  const { page, main, onMain, alarm } = useColors();
  const color = kind === 'alarm' ? alarm : main;
  const isOff = isDisabled || isBusy;
  const [background, foreground] = kind === 'main' ? [main, onMain] : [page, color];
  return (
    <Pressable
      accessibilityRole="button"
      accessibilityLabel={label}
      accessibilityState={{ disabled: isOff, busy: isBusy }}
      disabled={isOff}
      onPress={onPress}
      style={[styles.button, { backgroundColor: background, borderColor: color }, isOff && styles.off]}
    >
      {isBusy ? (
        <ActivityIndicator color={foreground} />
      ) : (
        <Text style={[styles.text, { color: foreground }]}>{label}</Text>
      )}
    </Pressable>
  );
}

export function Field({ label, ...rest }: { readonly label: string } & TextInputProps) {
  const { text, line } = useColors();
  return (
    <View>
      <Text style={{ color: text }} accessibilityElementsHidden importantForAccessibility="no">
        {label}
      </Text>
      <TextInput
        accessibilityLabel={label}
        autoCapitalize="none"
        autoCorrect={false}
        style={[styles.field, { color: text, borderColor: line }]}
        {...rest}
      />
    </View>
  );
}

interface NoticeProps {
  readonly message: Message;
  /** Left out, there is no button. */
  readonly onTryAgain?: (() => void) | undefined;
  readonly onSupport?: (() => void) | undefined;
}

/** What went wrong, and what the user can do. Screen readers say it when it appears. */
export function Notice({ message, onTryAgain, onSupport }: NoticeProps) {
  const { alarm, text } = useColors();
  const isWaiting = useWait(message);
  useEffect(() => {
    // Android announces live regions by itself.
    if (Platform.OS === 'ios')
      AccessibilityInfo.announceForAccessibility(`${message.title}. ${message.text}`);
  }, [message]);
  return (
    <View style={[styles.notice, { borderColor: alarm }]}>
      <View accessible accessibilityRole="alert" accessibilityLiveRegion="assertive">
        <Text style={[styles.text, styles.bold, { color: alarm }]}>{message.title}</Text>
        <Text style={[styles.text, { color: text }]}>{message.text}</Text>
      </View>
      {message.offer === 'tryAgain' && onTryAgain !== undefined && (
        <Button label="Try again" kind="plain" isDisabled={isWaiting} onPress={onTryAgain} />
      )}
      {message.offer === 'support' && onSupport !== undefined && (
        <Button label="Contact support" kind="plain" onPress={onSupport} />
      )}
    </View>
  );
}

/** Whether it is too early to try again. */
function useWait(message: Message): boolean {
  const [over, setOver] = useState<Message>();
  useEffect(() => {
    const timer = setTimeout(() => setOver(message), message.waitMs);
    return () => clearTimeout(timer);
  }, [message]);
  return message.waitMs > 0 && over !== message;
}

const styles = StyleSheet.create({
  heading: { fontSize: 24, fontWeight: '600' },
  text: { fontSize: 17 },
  bold: { fontWeight: '600' },
  button: {
    minHeight: 48,
    padding: 12,
    borderRadius: 8,
    borderWidth: 1,
    alignItems: 'center',
    justifyContent: 'center',
  },
  off: { opacity: 0.6 },
  field: { minHeight: 48, padding: 12, fontSize: 17, borderWidth: 1, borderRadius: 8, marginTop: 4 },
  notice: { gap: 12, padding: 16, borderWidth: 2, borderRadius: 8 },
});
