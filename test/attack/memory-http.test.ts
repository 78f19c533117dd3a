import t from 'tap';
import { endsInBoundedMemory } from './bounded-memory.ts';
import { HTTP } from './hostile-peers.ts';

endsInBoundedMemory(t, HTTP);
