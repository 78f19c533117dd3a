/** An error that the user of the build can fix: printed without a stack. */
export class BuildError extends Error {
  override readonly name: string = 'BuildError';
}

/** A runtime that is neither installed nor available: its executable can be left out. */
export class RuntimeMissing extends BuildError {
  override readonly name = 'RuntimeMissing';
}
