export { saysTime, sentenceOf } from './inspect-evidence.js';
