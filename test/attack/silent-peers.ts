/** A program: peers that stop answering at one step. Prints a line when they listen. */
import { sends, silent } from '../servers/behaviours.ts';
import { openPeer, UNTIL_KILLED } from '../servers/peer.ts';

await openPeer(UNTIL_KILLED, silent, { port: 7001 });
// A proxy that opens every tunnel, in which no peer answers.
await openPeer(UNTIL_KILLED, sends('HTTP/1.1 200 Connection established\r\n\r\n'), { port: 7002 });
process.stdout.write('ready\n');
