import { join } from 'node:path';
import { CUSTOM_DNS } from './azure.ts';
import { targetsOf } from './judge.ts';
import { rabbitmq } from './rabbitmq.ts';
import { ARGUMENTS, scene } from './scene.ts';
import { NAMES } from './services.ts';

const HOST = `${NAMES.eventHubs}.servicebus.windows.net`;

await scene('AMQP 1.0 with RabbitMQ', ['rabbitmq-server'], async (t, subnet) => {
  const certificate = await subnet.authority.issue(['*.servicebus.windows.net']);
  await using _broker = await rabbitmq(
    subnet.azure,
    join(subnet.folder, 'rabbitmq'),
    CUSTOM_DNS,
    certificate,
  );
  await using _divert = await subnet.divert(
    `ip daddr ${subnet.addressOf(HOST)} tcp dport { 5671, 5672 } dnat ip to ${CUSTOM_DNS}`,
  );
  const outcome = await subnet.vm.probe([...ARGUMENTS, '--only', 'event-hubs']);
  for (const port of [5671, 5672]) {
    const target = targetsOf(outcome, 'event-hubs').find((one) => one.port === port);
    t.match(
      target,
      {
        status: /^reachable$/,
        failure: null,
        attempts: [
          {
            ok: true,
            facts: {
              proof: 'reply',
              amqp: { header: 'SASL 1.0.0' },
            },
          },
        ],
      },
      `${HOST}:${port}`,
    );
    // AMQPLAIN is RabbitMQ's own: it is known who answered.
    const offered = target?.attempts[0]?.facts.amqp?.mechanisms ?? [];
    t.strictSame([...offered].sort(), ['AMQPLAIN', 'ANONYMOUS', 'PLAIN']);
  }
});
