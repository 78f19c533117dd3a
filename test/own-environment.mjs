/**
 * Loaded before every test file. tap's processinfo adds NODE_OPTIONS to every child process, to learn of it; the agent
 * refuses the runtime's variables, so the processes that a test starts get the environment that the test gives them.
 */
import { resolve } from 'node:path';
import processOnSpawn from 'process-on-spawn';

processOnSpawn.removeAllListeners();
// Set by .taprc, and of use to each runtime that a test starts: compiling is half the work of a short command.
process.env.NODE_COMPILE_CACHE = resolve(process.env.NODE_COMPILE_CACHE ?? '.tap/compiled');
