import t from 'tap';
import { endsInBoundedMemory } from './bounded-memory.ts';
import { HTTP_HEAD } from './hostile-peers.ts';

endsInBoundedMemory(t, HTTP_HEAD);
