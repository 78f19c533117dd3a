/** Every confirm command of the first half of the lab’s scenarios; confirm-rest.test.ts has the others. */
import { SCENARIOS } from '../../src/lab/index.ts';
import { typeCommands } from './confirm.ts';

const HALF = Math.ceil(SCENARIOS.length / 2);

await typeCommands(SCENARIOS.slice(0, HALF).filter(({ name }) => name !== 'healthy'));
