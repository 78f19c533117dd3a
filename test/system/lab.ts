/** Plays the scenario of its argument, and prints its options and roots as a line of JSON, until it is killed. */
import { startLab } from '../../src/lab/index.ts';

const { options, roots, publicRoots } = await startLab(process.argv[2] ?? '');
process.stdout.write(`${JSON.stringify({ options, roots, publicRoots })}\n`);
