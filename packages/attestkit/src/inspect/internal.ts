export { saysTime, sentenceOf } from './inspect-evidence.js';
export { usualCauseOf } from './usual-causes.js';
