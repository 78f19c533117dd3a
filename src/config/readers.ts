/**
 * What reads the files that options name. With the parsers of YAML and of Azure's documents it takes a third of the start
 * of a command, and most commands have no such file.
 */
export { caFileNotes, caFileProblem } from './ca-file.ts';
export { documentLayer } from './document-layer.ts';
export { fileLayer } from './file.ts';
export { readImport } from './import-file.ts';
