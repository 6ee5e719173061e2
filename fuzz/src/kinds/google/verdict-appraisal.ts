// Why this exists: what makes a verdict acceptable, worked out a second time from Google's words alone.
import { member } from '../../readers/json.js';
import type { Expectations } from './verdict-corpus.js';

/** Whether a payload may be accepted with these expectations. */
export function isInOrder(payload: unknown, expected: Expectations): boolean {
  const [request, app, device, account, environment] = [
    'requestDetails',
    'appIntegrity',
    'deviceIntegrity',
    'accountDetails',
    'environmentDetails',
  ].map((name) => member(payload, name));
  const { packageName, requestHash, nonce, now, acceptedCertificates: pins = [] } = expected;
  if (member(payload, 'testingDetails') !== undefined) return false;
  if (member(request, 'requestPackageName') !== packageName || member(app, 'packageName') !== packageName)
    return false;
  const [bound, other] = nonce === undefined ? ['requestHash', 'nonce'] : ['nonce', 'requestHash'];
  const binding = member(request, bound ?? '');
  if (typeof binding !== 'string' || member(request, other ?? '') !== undefined) return false;
  if (nonce === undefined ? binding !== requestHash : normal(binding) !== normal(nonce)) return false;
  const made = whole(member(request, 'timestampMillis'));
  if (made === undefined || made < now - 600_000 || made > now + 60_000) return false;
  if (member(app, 'appRecognitionVerdict') !== 'PLAY_RECOGNIZED') return false;
  if (!list(member(app, 'certificateSha256Digest')).some((each) => pins.map(normal).includes(normal(each))))
    return false;
  const version = whole(member(app, 'versionCode'));
  if (expected.minimumVersionCode !== undefined && !(version !== undefined && version >= 42)) return false;
  const labels = list(member(device, 'deviceRecognitionVerdict'));
  if (!(expected.deviceLabels ?? ['MEETS_DEVICE_INTEGRITY']).every((each) => labels.includes(each)))
    return false;
  if (member(account, 'appLicensingVerdict') !== 'LICENSED') return false;
  if (expected.minimumSdk === undefined) return true;
  const sdk = whole(member(member(device, 'deviceAttributes'), 'sdkVersion'));
  const activity = member(member(device, 'recentDeviceActivity'), 'deviceActivityLevel');
  const detected = member(member(environment, 'appAccessRiskVerdict'), 'appsDetected');
  if (sdk === undefined || sdk < 33 || !['LEVEL_1', 'LEVEL_2'].includes(String(activity))) return false;
  if (!Array.isArray(detected) || !detected.every((each) => each === 'KNOWN_INSTALLED')) return false;
  return member(environment, 'playProtectVerdict') === 'NO_ISSUES';
}

/** A whole number, also as text; undefined for anything else. */
function whole(value: unknown): number | undefined {
  const digits =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : -1;
  return Number.isInteger(digits) && digits >= 0 ? digits : undefined;
}

/** A list of texts; empty for anything else. */
function list(value: unknown): string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : [];
}

/** Base64 without padding in the alphabet for URLs. */
function normal(text: string): string {
  return text
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/={1,2}$/, '');
}
