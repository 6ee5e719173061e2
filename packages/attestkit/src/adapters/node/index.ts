export { BODY_LIMIT, whenDecided } from '../../guard/index.js';
export { rawBody } from './body.js';
export type { NodeMessage } from './message.js';
export { protect, protectUpgrade } from './protect.js';
export type { AttestedMessage } from './protect.js';
export { nodeRequest } from './request.js';
export { sendRefusal } from './respond.js';
export type { ListenerResponse, NodeResponse } from './respond.js';
