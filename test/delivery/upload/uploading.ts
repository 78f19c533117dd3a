/** A process of its own that puts a report into the spool and then sends all that waits: what is killed. */
import { readFileSync } from 'node:fs';
import { Spool } from '../../../src/delivery/upload/spool.ts';
import { pass } from './trial.ts';

const [folder = '', url = '', file = ''] = process.argv.slice(2);
const spool = new Spool(folder, 64 * 1024 * 1024);
const json = readFileSync(file, 'utf8');
const { id, startedAt } = JSON.parse(json) as { id: string; startedAt: string };
process.stdout.write('ready\n');
await spool.add({ id, startedAt }, json);
process.stdout.write('stored\n');
await pass(spool, url);
