/** The start of the single executable: each part of the program is an asset, packed if large, and V8's code another. */
import { getAsset, getAssetKeys, getRawAsset } from 'node:sea';
import { pathToFileURL } from 'node:url';
import { CODE, PACKED, startProgram } from './loader.ts';

/** Put in by the build. */
declare const ENTRY: string;

const assets = new Set(getAssetKeys());

startProgram(
  ENTRY,
  (name) => {
    const code = name + CODE;
    const cachedData = assets.has(code) ? Buffer.from(getRawAsset(code)) : undefined;
    return { text: assets.has(name) ? getAsset(name, 'utf8') : unpacked(name + PACKED), cachedData };
  },
  require,
  pathToFileURL(process.execPath).href,
);

function unpacked(name: string): string {
  // Loaded here, because not every command has such a part.
  const { zstdDecompressSync } = process.getBuiltinModule('node:zlib');
  return zstdDecompressSync(Buffer.from(getRawAsset(name))).toString();
}
