/**
 * Loaded before every test file. tap's processinfo adds NODE_OPTIONS to every child process, to learn of it; the agent
 * refuses the runtime's variables, so the processes that a test starts get the environment that the test gives them.
 */
import processOnSpawn from 'process-on-spawn';

processOnSpawn.removeAllListeners();
// Set by .taprc for this process, which has read it; its path has no meaning in other folders.
delete process.env.NODE_COMPILE_CACHE;
