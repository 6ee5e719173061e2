export { DEVICES_OPTIONS } from './devices.js';
