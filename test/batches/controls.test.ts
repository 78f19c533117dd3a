import t from 'tap';
import { runBatch } from './batches.ts';

await runBatch(t, 'controls');
