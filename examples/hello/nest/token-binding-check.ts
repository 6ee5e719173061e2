import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { guardFromEnv } from 'attestkit/env';
import { AttestationModule } from 'attestkit/nest';

// Only for examples, which listen on the loopback interface: everybody knows their secret. Leave it out.
const guard = guardFromEnv({ allowPublishedSecret: true });

@Controller()
class HelloController {
  @Get()
  hello(): { message: string } {
    return { message: 'Hello, World!' };
  }
}

@Module({
  imports: [AttestationModule.forRoot({ guard, all: { binding: 'authorization' } })],
  controllers: [HelloController],
})
class AppModule {}

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
