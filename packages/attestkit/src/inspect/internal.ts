export { sentenceOf } from './inspect-evidence.js';
