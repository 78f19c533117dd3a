import { join } from 'node:path';
import { CUSTOM_DNS } from './azure.ts';
import { findingsOf, targetsOf } from './judge.ts';
import { lockedRedis, openRedis, protectedRedis } from './redis.ts';
import { ARGUMENTS, scene } from './scene.ts';

const CACHE = 'systemtest.redis.cache.windows.net';
const OPEN = 'cache.systemtest.example';
const CACHES = [...ARGUMENTS, '--redis', CACHE, '--target', `redis://${OPEN}:6379`, '--only', 'custom'];
const RUN = [...CACHES, '--only', 'redis'];

await scene(
  'Redis',
  ['redis-server'],
  async (t, subnet) => {
    const certificate = await subnet.authority.issue(['*.redis.cache.windows.net']);
    const folder = (name: string): string => join(subnet.folder, name);
    await using _locked = await lockedRedis(subnet.azure, folder('locked'), CUSTOM_DNS, certificate);
    await using open = await openRedis(subnet.azure, folder('open'), CUSTOM_DNS);
    const hosts = [CACHE, OPEN].map((host) => subnet.addressOf(host)).join(', ');
    await using _divert = await subnet.divert(
      `ip daddr { ${hosts} } tcp dport { 6379, 6380 } dnat ip to ${CUSTOM_DNS}`,
    );
    const outcome = await subnet.vm.probe(RUN);
    for (const [group, port, reply] of [
      ['redis', 6380, '-NOAUTH Authentication required.'],
      ['custom', 6379, '+PONG'],
    ] as const) {
      t.match(
        targetsOf(outcome, group).find((target) => target.port === port),
        { status: /^reachable$/, attempts: [{ ok: true, facts: { proof: 'reply', redis: { reply } } }] },
        `${reply} from ${port}`,
      );
    }

    await t.test('in protected mode', async (t) => {
      await open[Symbol.asyncDispose]();
      await using _protected = await protectedRedis(subnet.azure, folder('protected'), CUSTOM_DNS);
      const refused = await subnet.vm.probe(CACHES);
      const [target] = targetsOf(refused, 'custom');
      t.match(target, { status: 'unreachable', failure: 'protocol_refused', cause: 'service-refused' });
      t.match(target?.attempts[0]?.facts.refusal, { code: 'DENIED', text: /protected mode/ });
      t.match(findingsOf(refused, 'service-refused'), [{ remedy: [/Set a password/] }]);
    });
  },
  { args: RUN },
);
