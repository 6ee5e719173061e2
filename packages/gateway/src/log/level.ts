import type { DecisionEvent, EndpointEvent } from 'attestkit';
import { CLIENT_GONE, type GatewayEvent } from '../events.js';

export type Level = 'error' | 'warn' | 'info' | 'debug';

/** `error`: something of the operator's is broken. `warn`: a refusal, or worth a look in working hours. `debug`: said by another line too. */
export function levelOf(event: GatewayEvent): Level {
  switch (event.type) {
    case 'decision':
    case 'endpoint':
      return levelOfAnswer(event);
    case 'fault':
      return event.status < 500 ? 'warn' : 'error';
    case 'upstream':
      return event.cause === undefined || event.cause === CLIENT_GONE ? 'debug' : 'error';
    case 'session':
      return event.change === 'reused' ? 'warn' : 'info';
    case 'store':
      return 'error';
    case 'remote':
      if (event.circuit !== undefined) return event.circuit === 'opened' ? 'error' : 'info';
      return event.cause === undefined ? 'debug' : 'warn';
    case 'configuration':
      return 'warn';
    case 'admin':
      return event.outcome === 'done' || event.outcome === 'nothing' ? 'info' : 'warn';
    case 'reload':
      return event.outcome === 'rejected' ? 'error' : 'info';
    case 'question':
      return 'debug';
    case 'device':
    case 'listening':
    case 'state':
      return 'info';
  }
}

function levelOfAnswer(event: DecisionEvent | EndpointEvent): Level {
  if (event.stage === 'unavailable') return 'error';
  if (event.outcome === 'refused' || event.outcome === 'reported') return 'warn';
  // Anybody may ask for a challenge, and for the public keys.
  const isPublic = event.type === 'endpoint' && ['challenge', 'jwks.json'].includes(event.endpoint);
  return isPublic ? 'debug' : 'info';
}
