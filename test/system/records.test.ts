/** The records in the hands of those who will read them: bash, and BIND's own checkers. */
import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { renderRecords } from '../../src/records/render.ts';
import type { Records } from '../../src/records/types.ts';
import { ELSEWHERE, HOSTS, IPV6, recordsWith } from '../records/samples.ts';
import { CLEAN_ENVIRONMENT, command } from './processes.ts';
import { withPrograms } from './scene.ts';

const execute = promisify(execFile);

/** Runs a script to its end, with these variables beside the clean ones. */
async function run(shell: string, file: string, environment: Readonly<Record<string, string>>) {
  return execute(shell, [file], { env: { ...CLEAN_ENVIRONMENT, ...environment } });
}

await withPrograms('BIND takes the zones, and answers with the records', ['named-checkconf'], async (t) => {
  const folder = t.testdir({});
  const script = join(folder, 'records.sh');
  const zones = async (changes: Partial<Records>) => {
    await writeFile(script, renderRecords(recordsWith(changes), 'bind'));
    return (await run('sh', script, { BIND_DIRECTORY: folder })).stdout;
  };
  const recordsOf = (zone: string) =>
    command(['named-checkzone', '-D', '-i', 'local', zone, join(folder, `apim-probe.${zone}`)]);

  const loaded = await zones({ elsewhere: [ELSEWHERE] });
  for (const host of HOSTS) {
    t.match(loaded, `zone ${host}/IN: loaded serial 2026050400`);
    t.match(
      await recordsOf(host),
      new RegExp(`^${host.replaceAll('.', '\\.')}\\.\\s+300\\s+IN\\s+A\\s+10\\.0\\.1\\.5$`, 'm'),
    );
  }
  t.notMatch(loaded, ELSEWHERE);

  const again = await zones({ hosts: [HOSTS[0]], vip: IPV6 });
  for (const host of HOSTS) t.match(again, `zone ${host}/IN: loaded`, 'those of an earlier run stay');
  t.equal((await readFile(join(folder, 'apim-probe.conf'), 'utf8')).match(/^zone /gm)?.length, HOSTS.length);
  t.match(await recordsOf(HOSTS[0]), /\sAAAA\s+fd00::5$/m);

  t.match(await zones({ zone: 'suffix', elsewhere: [ELSEWHERE] }), 'zone azure-api.net/IN: loaded');
  t.match(
    await recordsOf('azure-api.net'),
    /^contoso\.portal\.azure-api\.net\.\s+300\s+IN\s+A\s+10\.0\.1\.5$/m,
  );
});

/** A fake Azure CLI: records each call, and knows only the resources of the test. */
const AZ = `#!/bin/bash
printf '%s|' "$@" >>"$CALLS"; echo >>"$CALLS"
case " $* " in
  *' zone show '*|*' link vnet show '*) [ "$EXISTS" = yes ] ;;
esac
`;

t.test('bash takes the commands, and calls what is missing', async (t) => {
  const folder = t.testdir({ az: AZ, calls: '' });
  await chmod(join(folder, 'az'), 0o755);
  const calls = async (changes: Partial<Records>, exists: 'yes' | 'no') => {
    const [script, log] = [join(folder, 'records.sh'), join(folder, 'calls')];
    await writeFile(script, renderRecords(recordsWith(changes), 'az'));
    await writeFile(log, '');
    const path = `${folder}:${CLEAN_ENVIRONMENT.PATH}`;
    const { stdout, stderr } = await run('bash', script, { PATH: path, CALLS: log, EXISTS: exists });
    t.equal(stdout + stderr, '', 'nothing else happens');
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
    return lines.map((line) => line.split('|').slice(2, -1).join(' '));
  };
  const group = '--resource-group RESOURCE-GROUP';
  const vnet = '/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/virtualNetworks/VNET';
  const [host] = HOSTS;
  const zone = `${group} --zone-name ${host}`;
  const added = [
    `record-set a delete ${zone} --name @ --yes`,
    `record-set a add-record ${zone} --record-set-name @ --ipv4-address 10.0.1.5 --output none`,
  ];
  const looked = [
    `zone show ${group} --name ${host} --output none`,
    `link vnet show ${zone} --name VNET --output none`,
  ];
  const link = `link vnet create ${zone} --name VNET --virtual-network ${vnet} --registration-enabled false --output none`;
  t.same(await calls({ hosts: [host], elsewhere: [ELSEWHERE] }, 'no'), [
    looked[0],
    `zone create ${group} --name ${host} --output none`,
    looked[1],
    link,
    ...added,
  ]);
  t.same(await calls({ hosts: [host] }, 'yes'), [...looked, ...added], 'what exists is left as it is');
  const wide = await calls({ zone: 'suffix', vip: IPV6 }, 'no');
  t.ok(wide.includes(`zone create ${group} --name azure-api.net --output none`));
  t.ok(
    wide.includes(
      `record-set aaaa add-record ${group} --zone-name azure-api.net --record-set-name contoso.portal --ipv6-address fd00::5 --output none`,
    ),
  );
});
