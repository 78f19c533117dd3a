/** Something that whoever runs the build can put right: said without a stack. */
export class BuildError extends Error {
  override readonly name: string = 'BuildError';
}

/** A runtime that is neither installed nor to be fetched: its executable can be left out. */
export class RuntimeMissing extends BuildError {
  override readonly name = 'RuntimeMissing';
}
