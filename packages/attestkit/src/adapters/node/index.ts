export { whenDecided } from '../../guard/index.js';
export { BODY_LIMIT, rawBody } from './body.js';
export { protect, protectUpgrade } from './protect.js';
export type { Attested } from './protect.js';
export { nodeRequest } from './request.js';
export type { NodeMessage } from './request.js';
export { sendRefusal } from './respond.js';
export type { NodeResponse } from './respond.js';
