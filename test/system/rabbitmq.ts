/** RabbitMQ with its AMQP 1.0 plug-in: a broker of another hand, in another language. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from './certificates.ts';
import type { Machine } from './net.ts';
import type { Background } from './processes.ts';

/** Debian's own script around this one changes to another user, who cannot read the test's folder. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** RabbitMQ at this address on 5672 and, with TLS, on 5671; ready when it prints so. */
export async function rabbitmq(
  machine: Machine,
  folder: string,
  address: string,
  { chain, key }: Certificate,
): Promise<Background> {
  await mkdir(folder);
  const configuration = [
    `listeners.tcp.1 = ${address}:5672`,
    `listeners.ssl.1 = ${address}:5671`,
    `ssl_options.certfile = ${chain}`,
    `ssl_options.cacertfile = ${chain}`,
    `ssl_options.keyfile = ${key}`,
    'ssl_options.verify = verify_none',
  ];
  await writeFile(join(folder, 'rabbitmq.conf'), `${configuration.join('\n')}\n`);
  await writeFile(join(folder, 'plugins'), '[rabbitmq_amqp1_0].\n');
  const program = machine.serve([SERVER], {
    HOME: folder,
    // A node has to find itself by name, and nothing but this name is sure to resolve.
    RABBITMQ_NODENAME: 'rabbit@localhost',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_LOGS: '-',
    // One scheduler that does not spin: the rest of the test shares the processors.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
  });
  await program.printed('Server startup complete');
  return program;
}
