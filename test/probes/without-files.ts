/** Probes with no file descriptor left; run under a low limit. */
import { closeSync, openSync } from 'node:fs';
import { tryOnce } from './try.ts';

const NOWHERE = { address: '127.0.0.1', port: 9 };
// Loads all lazy modules now, because later no file can be opened.
await tryOnce('tcp', NOWHERE);
await tryOnce('dns', NOWHERE);

const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // No file descriptor is left.
}
const tcp = await tryOnce('tcp', NOWHERE);
const dns = await tryOnce('dns', NOWHERE);
for (const file of taken) closeSync(file);
process.stdout.write(JSON.stringify({ tcp, dns }));
