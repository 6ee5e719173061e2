import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Controller()
class HelloController {
  @Get()
  hello(): { message: string } {
    return { message: 'Hello, World!' };
  }
}

@Module({ controllers: [HelloController] })
class AppModule {}

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
