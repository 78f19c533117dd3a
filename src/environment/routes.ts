/** The routes of this machine, as Linux lists those of the main table. */
import { open } from 'node:fs/promises';
import ipaddr from 'ipaddr.js';
import { printable } from '../../probes/printable.ts';
import type { Environment } from '../model/report.ts';

type Route = NonNullable<Environment['network']['routes']>[number];

/** RTF_REJECT of the kernel's route.h: an unreachable or prohibiting route. */
const REJECTS = 0x200;
/** More routes than a VM of a virtual network has; then the list is not used. */
const MOST_ROUTES = 128;
const LARGEST_FILE = 65_536;

/** @returns the IPv4 routes of /proc/net/route (proc_net(5)); undefined where they are not known */
export async function readRoutes(file: string): Promise<Route[] | undefined> {
  const text = await readStart(file).catch(() => null);
  if (text === null || text.length === LARGEST_FILE) return undefined;
  const routes = text.split('\n').slice(1).flatMap(readRoute);
  return routes.length > MOST_ROUTES ? undefined : routes;
}

async function readStart(file: string): Promise<string> {
  await using handle = await open(file);
  const buffer = Buffer.alloc(LARGEST_FILE);
  let length = 0;
  // The kernel hands out a few lines for each read.
  for (let read = -1; read !== 0 && length < LARGEST_FILE; length += read) {
    read = (await handle.read(buffer, length, LARGEST_FILE - length)).bytesRead;
  }
  return buffer.toString('latin1', 0, length);
}

function readRoute(line: string): Route[] {
  const [name = '', destination = '', , flags = '', , , , mask = ''] = line.split('\t');
  const [network, netmask] = [readAddress(destination), readAddress(mask)];
  if (network === null || netmask === null || !/^[0-9A-F]{4}$/i.test(flags)) return [];
  const prefix = netmask.prefixLengthFromSubnetMask();
  if (prefix === null) return [];
  return [
    {
      destination: `${network}/${prefix}`,
      interface: printable(name, 64),
      // A blackhole has no interface and no flag of its own.
      rejects: (Number.parseInt(flags, 16) & REJECTS) !== 0 || name === '*',
    },
  ];
}

/** The kernel prints the four bytes as one number, in the machine's byte order; all our platforms are little-endian. */
function readAddress(hex: string): ipaddr.IPv4 | null {
  return /^[0-9A-F]{8}$/i.test(hex) ? new ipaddr.IPv4([...Buffer.from(hex, 'hex')].reverse()) : null;
}
