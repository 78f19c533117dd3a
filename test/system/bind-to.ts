/** A program: binds to an interface (UUID and version) at an address and prints the evidence as JSON. */
import { bindTo } from '../../probes/kms.ts';
import { dial } from '../../probes/wire/dial.ts';
import { Session } from '../../probes/wire/session.ts';
import { createSystem } from '../../probes/wire/system.ts';
import { TrustStore } from '../../probes/wire/trust.ts';

const [address = '', port = '', uuid = '', version = ''] = process.argv.slice(2);
const [major, minor] = version.split('.');
const session = new Session({
  target: { host: address, port: Number(port), path: '/', question: '', azureService: false },
  address,
  system: createSystem(),
  trust: new TrustStore(),
  budget: { stepMs: 5000, signal: new AbortController().signal },
});
const probe = bindTo({ uuid, major: Number(major), minor: Number(minor) });
if (probe.over === 'tcp') await probe.converse(session, await dial(session));
session.dispose();
process.stdout.write(JSON.stringify(session.facts));
