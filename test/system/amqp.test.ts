import { join } from 'node:path';
import { CUSTOM_DNS } from './azure.ts';
import { targetsOf } from './judge.ts';
import { rabbitmq } from './rabbitmq.ts';
import { ARGUMENTS, type Scene, scene } from './scene.ts';
import { NAMES } from './services.ts';

const HOST = `${NAMES.eventHubs}.servicebus.windows.net`;

const RUN = [...ARGUMENTS, '--only', 'event-hubs'];

const body: Scene = async (t, subnet) => {
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
  const outcome = await subnet.vm.probe(RUN);
  // AMQPLAIN is RabbitMQ's own: where no certificate proves Event Hubs, it disproves it.
  for (const [port, expected] of [
    [
      5671,
      { status: /^reachable$/, failure: null, attempts: [{ ok: true, facts: { proof: 'certificate' } }] },
    ],
    [5672, { status: 'unreachable', failure: 'protocol_mismatch', cause: 'wrong-service' }],
  ] as const) {
    const target = targetsOf(outcome, 'event-hubs').find((one) => one.port === port);
    t.match(target, expected, `${HOST}:${port}`);
    const { amqp } = target?.attempts[0]?.facts ?? {};
    t.equal(amqp?.header, 'SASL 1.0.0');
    t.strictSame([...(amqp?.mechanisms ?? [])].sort(), ['AMQPLAIN', 'ANONYMOUS', 'PLAIN']);
  }
  const own = await subnet.vm.probe(['--only', 'custom', '--target', `amqp://${CUSTOM_DNS}`]);
  t.match(
    targetsOf(own, 'custom')[0],
    { status: /^reachable$/, attempts: [{ facts: { proof: 'reply' } }] },
    'the user’s own broker',
  );
};

await scene('AMQP 1.0 with RabbitMQ', ['rabbitmq-server'], body, { args: RUN });
