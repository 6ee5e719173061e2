import type { Attestation } from 'attestkit';

declare module 'fastify' {
  interface FastifyRequest {
    attestation?: Attestation;
  }
}
