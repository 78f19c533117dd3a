/** @returns where a log that has grown too large is put when the next one begins */
export function previousLog(path: string): string {
  return `${path}.1`;
}
