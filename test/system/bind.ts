/** BIND as a customer's own DNS server: zones that it holds itself, and everything else forwarded. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Zone, zoneFile } from './names.ts';
import type { Machine } from './net.ts';
import type { Background } from './processes.ts';

/** named(8) on this address, authoritative for `zones`; `forwarder` gets every other question. */
export async function named(
  machine: Machine,
  folder: string,
  address: string,
  { zones = [], forwarder }: { readonly zones?: readonly Zone[]; readonly forwarder: string },
): Promise<Background> {
  await mkdir(folder, { recursive: true });
  // It gives up root for a user of its own.
  await chmod(folder, 0o777);
  const clauses: string[] = [];
  for (const [index, zone] of zones.entries()) {
    const file = join(folder, `${index}.zone`);
    await writeFile(file, zoneFile(zone));
    clauses.push(`zone "${zone.name}" { type primary; file "${file}"; };`);
  }
  const file = join(folder, 'named.conf');
  const options = [
    `directory "${folder}"; pid-file none; session-keyfile none; managed-keys-directory "${folder}";`,
    `listen-on { ${address}; }; listen-on-v6 { none; }; allow-query { any; }; allow-recursion { any; };`,
    `forward only; forwarders { ${forwarder}; }; dnssec-validation no; empty-zones-enable no; recursion yes;`,
  ];
  await writeFile(file, ['options {', ...options, '};', 'controls { };', ...clauses, ''].join('\n'));
  // It listens on addresses of interfaces alone, not on those that are merely routed here.
  await machine.run('ip', 'address', 'replace', `${address}/32`, 'dev', 'lo');
  const program = machine.serve(['named', '-g', '-c', file]);
  await program.until(async () => (await machine.listening()).has(`${address}:53`));
  return program;
}
