import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUSTOM_DNS } from './azure.ts';
import { targetsOf } from './judge.ts';
import { endpointMapper } from './samba.ts';
import { ARGUMENTS, type Scene, scene } from './scene.ts';

const HOST = 'azkms.core.windows.net';
const KMS = ['51c82175-844e-4750-b0d8-ec255555bc06', '1.0'];
const ENDPOINT_MAPPER = ['e1af8308-5d1f-11c9-91a4-08002b14a0fa', '3.0'];
const IMPACKET = fileURLToPath(new URL('rpc_and_smb.py', import.meta.url));
const BIND_TO = fileURLToPath(new URL('bind-to.ts', import.meta.url));

const RUN = [...ARGUMENTS, '--only', 'kms'];

const body: Scene = async (t, subnet) => {
  const { machine } = subnet.vm;

  await t.test('impacket understands the lab’s server', async (t) => {
    const binds = (about: readonly string[]) =>
      machine.run('/usr/bin/python3', IMPACKET, 'bind', subnet.addressOf(HOST), '1688', ...about);
    t.equal(await binds(KMS), 'accepted\n');
    t.match(await binds(ENDPOINT_MAPPER), /rejected: provider_rejection; abstract_syntax_not_supported/);
  });

  await t.test('Samba’s endpoint mapper is an RPC server, and not the service', async (t) => {
    await using _mapper = await endpointMapper(subnet.azure, join(subnet.folder, 'samba'), CUSTOM_DNS);
    const facts = JSON.parse(
      await machine.run(process.execPath, BIND_TO, CUSTOM_DNS, '135', ...ENDPOINT_MAPPER),
    );
    t.match(facts, { proof: 'reply', kms: { result: 'acceptance', reason: null, secondaryAddress: '135' } });

    await using _divert = await subnet.divert(
      `ip daddr ${subnet.addressOf(HOST)} tcp dport 1688 dnat ip to ${CUSTOM_DNS}:135`,
    );
    const outcome = await subnet.vm.probe(RUN);
    const target = targetsOf(outcome, 'kms').find(({ host }) => host === HOST);
    t.match(target, {
      status: 'unreachable',
      failure: 'protocol_mismatch',
      cause: 'wrong-service',
      attempts: [
        {
          facts: {
            kms: {
              result: 'provider_rejection',
              reason: 'abstract_syntax_not_supported',
              secondaryAddress: '135',
            },
          },
        },
      ],
    });
  });
};

await scene('KMS over DCE/RPC', ['impacket', 'smbd'], body, { args: RUN });
