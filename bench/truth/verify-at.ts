/** Verifies the chains on stdin and prints the results; started with another time of day. */
import { json } from 'node:stream/consumers';
import { mapFew } from './peers.ts';
import { type ChainCase, verifyOverTls } from './verify.ts';

const cases = (await json(process.stdin)) as ChainCase[];
process.stdout.write(JSON.stringify(await mapFew(cases, 4, verifyOverTls)));
