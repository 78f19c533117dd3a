import t from 'tap';
import { endsInBoundedMemory } from './bounded-memory.ts';
import { TEXT } from './hostile-peers.ts';

endsInBoundedMemory(t, TEXT);
