import { targetsOf } from './judge.ts';
import { ARGUMENTS, type Scene, scene } from './scene.ts';
import { NAMES } from './services.ts';

const HOST = `${NAMES.sql}.database.windows.net`;
const PYTHON = '/usr/bin/python3';

/** Logs in over TLS; the arguments are the address and the root that the certificate must lead to. */
const PYTDS = `
import pytds, sys
try:
    pytds.connect(sys.argv[1], user="nobody", password="none", cafile=sys.argv[2], validate_host=False)
except (pytds.LoginError, pytds.OperationalError) as error:
    print(error.msg_no, error)
`;

/** PRELOGIN alone: this client's TLS has a defect of its own in Debian 12. */
const IMPACKET = `
import sys
from impacket import tds
client = tds.MSSQL(sys.argv[1], 1433)
client.connect()
reply = client.preLogin()
client.disconnect()
print(reply["Encryption"], reply["Version"].hex())
`;

const RUN = [...ARGUMENTS, '--only', 'sql'];

const body: Scene = async (t, subnet) => {
  const address = subnet.addressOf(HOST);

  /** All that a client prints, whatever it ends with. */
  const printedBy = (...argv: readonly string[]): Promise<string> =>
    subnet.vm.machine
      .run(...argv)
      .catch(({ stdout, stderr }: { stdout?: string; stderr?: string }) => `${stdout}${stderr}`);

  await t.test('takes clients that are none of ours as far as their login', async (t) => {
    const tsql = await printedBy('tsql', '-H', address, '-p', '1433', '-U', 'nobody', '-P', 'none');
    t.match(tsql, /Msg 18456 .*\s+"Login failed\."/, 'FreeTDS');
    const pytds = await printedBy(PYTHON, '-c', PYTDS, address, subnet.authority.root);
    t.match(pytds, /^18456 Login failed\./, 'python3-tds');
    const impacket = await printedBy(PYTHON, '-c', IMPACKET, address);
    t.equal(impacket.trim(), '3 0c0007d00000', 'impacket reads encryption and version');
  });

  await t.test('is reached by its reply and its certificate', async (t) => {
    const outcome = await subnet.vm.probe(RUN);
    const [sql] = targetsOf(outcome, 'sql');
    t.match(sql, { status: /^reachable$/, failure: null }, 'reached', { stderr: outcome.stderr });
    t.match(sql?.attempts[0], {
      steps: [{ name: 'connect' }, { name: 'handshake' }, { name: 'tls' }],
      facts: {
        proof: 'reply',
        tds: { mode: 'tds7', encryption: 'required', fedAuthRequired: true },
        tls: { serverName: HOST, version: 'TLSv1.2', nameMatches: true },
      },
    });
  });

  await t.test('is not reached when something else listens there', async (t) => {
    const monitor = subnet.addressOf('gcs.prod.monitoring.core.windows.net');
    await using _ = await subnet.divert(`ip daddr ${address} tcp dport 1433 dnat ip to ${monitor}:443`);
    const outcome = await subnet.vm.probe(RUN);
    const [sql] = targetsOf(outcome, 'sql');
    t.equal(sql?.status, 'unreachable', 'unreachable', { stderr: outcome.stderr });
    t.match(sql?.failure, /^(protocol_mismatch|tls_name_mismatch)$/);
  });
};

// And what listens in its place.
await scene('SQL', ['impacket', 'pytds', 'tsql'], body, { args: [...RUN, '--only', 'azure-monitor'] });
