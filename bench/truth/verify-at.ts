/** Verifies the chains on stdin and prints the results; started with another time of day. */
import { json } from 'node:stream/consumers';
import { mapInFlight } from '../../src/run/in-flight.ts';
import { type ChainCase, verifyOverTls } from './verify.ts';

const cases = (await json(process.stdin)) as ChainCase[];
process.stdout.write(JSON.stringify(await mapInFlight(cases, 4, verifyOverTls)));
