/** Each format, parsed as its consumer would. test/system/records.test.ts uses the consumers themselves. */
import fc from 'fast-check';
import t from 'tap';
import { parseHosts } from '../../src/environment/hosts-file.ts';
import { nothingMissing, renderRecords } from '../../src/records/render.ts';
import { RECORD_FORMATS, ZONE_MODES } from '../../src/records/types.ts';
import { ELSEWHERE, HOSTS, IPV6, recordsWith } from './samples.ts';

const SINGLE = RECORD_FORMATS.filter((format) => format !== 'all');

t.test('hosts files: a line for each name, and comments', async (t) => {
  for (const format of ['hosts', 'windows'] as const) {
    const text = renderRecords(recordsWith({ elsewhere: [ELSEWHERE] }), format);
    t.same(
      [...parseHosts(text, true)],
      HOSTS.map((host) => [host, ['10.0.1.5']]),
    );
    t.match(text, `\n# ADDRESS ${ELSEWHERE}`);
    t.match(text, /^#/, 'a last line without an end in the file is not torn apart');
  }
  t.match(renderRecords(recordsWith(), 'hosts'), 'sudo tee -a /etc/hosts <records.hosts\n');
  t.same([...parseHosts(renderRecords(recordsWith({ vip: IPV6 }), 'hosts'), true).values()][0], ['fd00::5']);
});

t.test('Windows gets its own line ends and its own way to append', async (t) => {
  const text = renderRecords(recordsWith(), 'windows');
  t.notMatch(text, /[^\r]\n/);
  t.match(text, 'Add-Content -Encoding ascii $env:SystemRoot\\System32\\drivers\\etc\\hosts\r\n');
  t.notMatch(renderRecords(recordsWith(), 'all'), '\r', 'but for one part of several');
});

t.test('Azure CLI: a zone, a link and a record for each name', async (t) => {
  const text = renderRecords(recordsWith(), 'az');
  for (const host of HOSTS) {
    t.match(
      text,
      `az network private-dns zone create --resource-group "$resource_group" --name ${host} --output none\n`,
    );
    t.match(
      text,
      `az network private-dns link vnet create --resource-group "$resource_group" --zone-name ${host} `,
    );
    t.match(
      text,
      `az network private-dns record-set a add-record --resource-group "$resource_group" --zone-name ${host} ` +
        '--record-set-name @ \\\n  --ipv4-address 10.0.1.5 --output none\n',
    );
  }
  t.equal(text.match(/--registration-enabled false/g)?.length, HOSTS.length);
  t.match(text, /hide the public names of all other API Management\n# services/);
  const ipv6 = renderRecords(recordsWith({ vip: IPV6 }), 'az');
  t.match(ipv6, /record-set aaaa add-record .*\\\n {2}--ipv6-address fd00::5 /);
  t.notMatch(ipv6, /record-set a |ipv4/);
});

t.test('Azure CLI: a name of one label cannot be a private zone', async (t) => {
  const text = renderRecords(recordsWith({ hosts: ['gateway', 'api.contoso.com'] }), 'az');
  t.match(text, '# Left out: gateway: a private zone has a name of two labels at least\n');
  t.notMatch(text, '--name gateway ');
  t.match(text, '--name api.contoso.com ');
});

t.test('BIND: a stanza and a zone file for each name', async (t) => {
  const text = renderRecords(recordsWith(), 'bind');
  for (const host of HOSTS) {
    t.match(
      text,
      [
        `cat >"$directory/apim-probe.${host}" <<'ZONE'`,
        '$TTL 300',
        '@ IN SOA localhost. hostmaster.localhost. 2026050400 3600 600 604800 300',
        '@ IN NS localhost.',
        '@ IN A 10.0.1.5',
        'ZONE',
        '',
      ].join('\n'),
    );
    t.match(text, `\nzone "${host}" { type primary; file "$directory/apim-probe.${host}"; };\n`);
  }
  t.match(renderRecords(recordsWith({ vip: IPV6 }), 'bind'), '\n@ IN AAAA fd00::5\n');
});

t.test('one zone for all has relative names, and a warning', async (t) => {
  const records = recordsWith({ zone: 'suffix', elsewhere: [ELSEWHERE] });
  const az = renderRecords(records, 'az');
  t.same(
    az.match(/zone create .*? --name (\S+)/g)?.map((match) => match.split(' ').at(-1)),
    ['azure-api.net', 'api.contoso.com'],
  );
  t.match(az, '--zone-name azure-api.net --record-set-name contoso \\');
  t.match(az, '--zone-name azure-api.net --record-set-name contoso.portal \\');
  t.match(az, '--zone-name api.contoso.com --record-set-name @ \\');
  t.match(az, /^# az .* --record-set-name contoso-uksouth-01\.regional \\\n# {3}--ipv4-address ADDRESS /m);
  const bind = renderRecords(records, 'bind');
  t.match(
    bind,
    /\ncontoso IN A 10\.0\.1\.5\ncontoso\.portal IN A 10\.0\.1\.5\n; contoso-uksouth-01\.regional IN A ADDRESS\nZONE/,
  );
  for (const text of [az, bind]) t.match(text, '# WARNING: this is one zone for the whole of azure-api.net.');
  t.notMatch(renderRecords(recordsWith(), 'all'), 'WARNING');
  const none = renderRecords(recordsWith({ zone: 'suffix', hosts: ['api.contoso.com'] }), 'az');
  t.notMatch(none, 'WARNING', 'without a name under the suffix, there is no such zone');
});

t.test('records without an address are comments', async (t) => {
  for (const zone of ZONE_MODES) {
    for (const format of SINGLE) {
      const text = renderRecords(recordsWith({ hosts: [], elsewhere: [ELSEWHERE], zone }), format);
      const live = text.split(/\r?\n/).filter((line) => !line.startsWith('#') && !line.startsWith(';'));
      t.notMatch(live.join('\n'), /ADDRESS|uksouth/, `${format}, ${zone}`);
      t.match(text, /has its own private address\. Replace ADDRESS with it/);
    }
  }
});

t.test('a name that is left out has a reason', async (t) => {
  const leftOut = [{ host: 'contoso-<region>-01.regional.azure-api.net', why: 'give --region NAME' }];
  for (const format of SINGLE) {
    t.match(
      renderRecords(recordsWith({ leftOut }), format),
      /^# Left out: contoso-<region>-01\.regional\.azure-api\.net: give --region NAME\r?$/m,
    );
  }
});

t.test('all of them stand under headings', async (t) => {
  const text = renderRecords(recordsWith(), 'all');
  t.same(text.match(/^# ==== .*$/gm), [
    '# ==== Linux hosts file (--format hosts)',
    '# ==== Windows hosts file (--format windows)',
    '# ==== Azure private DNS zones (--format az)',
    '# ==== BIND 9 (--format bind)',
  ]);
  t.ok(text.includes(renderRecords(recordsWith(), 'bind')));
});

t.test('nothing missing is one comment', async (t) => {
  const nothing = { hosts: [], elsewhere: [], leftOut: [] };
  const { vip } = recordsWith();
  t.equal(
    nothingMissing(nothing, vip, 8),
    '# Nothing is missing: on every DNS server that was asked, 8 of 8 host names lead to 10.0.1.5.\n',
  );
  const leftOut = [{ host: 'contoso.azure-api.net', why: 'it was not looked up in that run' }];
  t.equal(
    nothingMissing({ ...nothing, leftOut }, vip, 0),
    '# No record to print: no host name of the instance was looked up in that run.\n' +
      '# Left out: contoso.azure-api.net: it was not looked up in that run\n',
  );
});

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));

t.test('files of any system: ASCII, and comments that nothing gets out of', async () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1, maxLength: 6 }),
      fc.uniqueArray(name, { maxLength: 2 }),
      fc.constantFrom(...RECORD_FORMATS),
      fc.constantFrom(...ZONE_MODES),
      (hosts, elsewhere, format, zone) => {
        const text = renderRecords(recordsWith({ hosts, elsewhere, zone }), format);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
        return /^[\x0a\x0d\x20-\x7e]*$/.test(text) && text.endsWith('\n');
      },
    ),
  );
});
