import type { Server } from 'node:http';
import { addressOf, type Address, type Settings } from '../config/schema.js';
import type { AskContext } from './ask.js';
import { grpcServer, type GrpcServer } from './grpc/server.js';
import { questionServer } from './listener.js';
import { Repeats } from './repeats.js';

/** The servers of questions; without gRPC unless it is configured. */
export interface QuestionServers {
  readonly http: Server;
  readonly grpc: GrpcServer | undefined;
}

export function questionServers(
  { listen, grpc, requestIdsByProxy = false }: NonNullable<Settings['authorization']>,
  context: Pick<AskContext, 'use' | 'isDraining' | 'onEvent' | 'now'>,
): QuestionServers {
  const repeats = new Repeats(context.now);
  const contextOf = (address: string): AskContext => ({
    ...context,
    isLocal: 'path' in (addressOf(address) as Address),
    requestIdsByProxy,
    repeats,
  });
  return {
    http: questionServer(contextOf(listen)),
    grpc: grpc && grpcServer(contextOf(grpc.listen)),
  };
}
