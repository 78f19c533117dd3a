/** Faults of the VM's own resolver: resolv.conf, nsswitch.conf and the hosts file. */
import { AZURE_DNS } from '../../../test/system/names.ts';
import { BLOB, BY_NAME, SILENT, SQL, VAULT } from '../names.ts';
import type { Chapter, Expected, Shape } from '../situation.ts';

/** With this file the system never asks a DNS server of its network. */
const withFile = (
  shape: string,
  name: 'resolv.conf' | 'nsswitch.conf',
  content: string,
  explains: Expected['explains'],
): Shape => ({
  shape,
  apply: (stage) => stage.write(name, content),
  expected: {
    causes: ['dns-not-configured'],
    explains,
    verdict: 'blocked',
    owner: 'vm',
    text: new RegExp(name.replace('.', '\\.')),
  },
});

export const RESOLVER: Chapter = {
  title: 'The VM’s resolver',
  kind: 'fault',
  situations: [
    {
      id: 'dns-not-configured',
      what: 'This VM names no DNS server, or its sources never ask one',
      shapes: [
        withFile('resolv.conf is empty', 'resolv.conf', '', 'all'),
        withFile('its one line is not understood', 'resolv.conf', `nameserver ${AZURE_DNS}#53\n`, 'all'),
        withFile('nsswitch.conf has files alone', 'nsswitch.conf', 'hosts: files\n', BY_NAME),
        withFile(
          'nsswitch.conf stops before DNS',
          'nsswitch.conf',
          'hosts: files [NOTFOUND=return] dns\n',
          BY_NAME,
        ),
      ],
    },
    {
      id: 'hosts-file-override',
      what: 'An entry in /etc/hosts contradicts DNS',
      shapes: [
        {
          shape: 'and leads to a silent address',
          apply: (stage) => stage.write('hosts', `127.0.0.1 localhost\n${SILENT} ${SQL}\n`),
          expected: {
            causes: ['hosts-file-override'],
            explains: { groups: ['sql'] },
            verdict: 'blocked',
            owner: 'vm',
          },
        },
        {
          shape: 'and leads to another service',
          apply: (stage) =>
            stage.write('hosts', `127.0.0.1 localhost\n${stage.subnet.addressOf(BLOB)} ${VAULT}\n`),
          expected: {
            causes: ['hosts-file-override'],
            explains: { groups: ['key-vault'] },
            verdict: 'blocked',
            owner: 'vm',
          },
        },
      ],
    },
  ],
};
