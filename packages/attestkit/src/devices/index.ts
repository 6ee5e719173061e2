export type { Limiter, LimitOptions } from '../endpoints/internal.js';
export type { BlockTarget, Device, DeviceControl, Devices } from '../ports/devices.js';
export type {
  DevicePolicy,
  DeviceSettings,
  RevocationCheck,
  SessionsOptions,
  TakenDeviceId,
} from '../sessions/internal.js';
export { devices } from './devices.js';
export type { DevicesOptions } from './devices.js';
