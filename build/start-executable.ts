/** The start of the single executable: each part of the program is an asset, and V8's code of it another. */
import { getAsset, getAssetKeys, getRawAsset } from 'node:sea';
import { pathToFileURL } from 'node:url';
import { CODE, startProgram } from './loader.ts';

/** Put in by the build. */
declare const ENTRY: string;

const assets = new Set(getAssetKeys());

startProgram(
  ENTRY,
  (name) => {
    const code = name + CODE;
    const cachedData = assets.has(code) ? Buffer.from(getRawAsset(code)) : undefined;
    return { text: getAsset(name, 'utf8'), cachedData };
  },
  require,
  pathToFileURL(process.execPath).href,
);
