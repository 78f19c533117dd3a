import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUSTOM_DNS } from './azure.ts';
import { targetsOf } from './judge.ts';
import { smbd } from './samba.ts';
import { ARGUMENTS, type Scene, scene } from './scene.ts';
import { NAMES } from './services.ts';

const HOST = `${NAMES.storage}.file.core.windows.net`;
const IMPACKET = fileURLToPath(new URL('rpc_and_smb.py', import.meta.url));

const RUN = [...ARGUMENTS, '--only', 'storage-file'];

const body: Scene = async (t, subnet) => {
  const address = subnet.addressOf(HOST);
  const files = async () => {
    const outcome = await subnet.vm.probe(RUN);
    return targetsOf(outcome, 'storage-file').find(({ port }) => port === 445);
  };

  await t.test('impacket understands the lab’s server', async (t) => {
    const negotiates = (dialect: string) =>
      subnet.vm.machine.run('/usr/bin/python3', IMPACKET, 'negotiate', address, '445', dialect);
    t.equal(await negotiates('any'), '0x300\n', 'the newest of three that it offers');
    for (const dialect of ['0x202', '0x210', '0x300', '0x302', '0x311']) {
      t.equal(await negotiates(dialect), `${dialect}\n`);
    }
  });

  await t.test('Samba is a file server, whatever it insists on', async (t) => {
    for (const [settings, dialect, signingRequired] of [
      [[], '3.1.1', false],
      [['server max protocol = SMB2_10', 'server signing = mandatory'], '2.1', true],
      [['server max protocol = SMB3_02', 'server smb encrypt = required'], '3.0.2', false],
    ] as const) {
      await using _server = await smbd(subnet.azure, join(subnet.folder, 'samba'), CUSTOM_DNS, settings);
      await using _divert = await subnet.divert(`ip daddr ${address} tcp dport 445 dnat ip to ${CUSTOM_DNS}`);
      const target = await files();
      t.match(
        target,
        {
          status: /^reachable$/,
          failure: null,
          attempts: [{ ok: true, facts: { proof: 'reply', smb: { dialect, signingRequired } } }],
        },
        dialect,
      );
      // The beginning of its name is Samba's GUID: it is known who answered.
      t.equal(target?.attempts[0]?.facts.smb?.serverGuid, '74737973-6d65-6574-7374-000000000000');
    }
  });

  await t.test('Samba with SMB 1 alone closes the connection of a client without SMB 1', async (t) => {
    const old = ['server min protocol = CORE', 'server max protocol = NT1'];
    await using _server = await smbd(subnet.azure, join(subnet.folder, 'samba'), CUSTOM_DNS, old);
    await using _divert = await subnet.divert(`ip daddr ${address} tcp dport 445 dnat ip to ${CUSTOM_DNS}`);
    t.match(await files(), { status: 'unreachable', failure: 'protocol_closed' });
  });

  await t.test('Samba that denies this client', async (t) => {
    const denying = ['hosts deny = ALL'];
    await using _server = await smbd(subnet.azure, join(subnet.folder, 'samba'), CUSTOM_DNS, denying);
    await using _divert = await subnet.divert(`ip daddr ${address} tcp dport 445 dnat ip to ${CUSTOM_DNS}`);
    t.match(await files(), {
      status: 'unreachable',
      failure: 'protocol_refused',
      cause: 'service-refused',
      attempts: [{ facts: { refusal: { code: 'negative session response' } } }],
    });
  });
};

await scene('Azure Files over SMB', ['impacket', 'smbd'], body, { args: RUN });
