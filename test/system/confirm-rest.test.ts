/** Every confirm command of the scenarios that confirm.test.ts leaves out. */
import { SCENARIOS } from '../../src/lab/index.ts';
import { typeCommands } from './confirm.ts';

const HALF = Math.ceil(SCENARIOS.length / 2);

await typeCommands(SCENARIOS.slice(HALF).filter(({ name }) => name !== 'healthy'));
