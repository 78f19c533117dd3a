/** What runs in Azure and on Windows alone is at least well-formed, by grammars that are not ours. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import t from 'tap';
import { Language, type Node, Parser } from 'web-tree-sitter';

const INSTALL = join(import.meta.dirname, '../../install');
const require = createRequire(import.meta.url);
const BICEP = require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm');
const POWERSHELL = require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm');

/** @returns the places that the grammar does not know, each as line:column */
async function faults(grammar: string, text: string): Promise<string[]> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  const tree = parser.parse(text);
  if (tree === null) throw new Error('no tree');
  const found: string[] = [];
  const visit = (node: Node): void => {
    const { row, column } = node.startPosition;
    if (node.isError || node.isMissing) found.push(`${row + 1}:${column + 1}`);
    for (const child of node.children) visit(child);
  };
  visit(tree.rootNode);
  return found;
}

for (const [file, grammar, spoiled] of [
  ['test-vm.bicep', BICEP, (text: string) => text.replace("'IPv4' }", "'IPv4'")],
  ['remove-vm.bicep', BICEP, (text: string) => text.replace(" = 'resourceGroup'", " = 'resource")],
  ['install.ps1', POWERSHELL, (text: string) => text.replace('if ($Uninstall) {', 'if ($Uninstall {')],
] as const) {
  t.test(file, async (t) => {
    const text = readFileSync(join(INSTALL, file), 'utf8');
    t.strictSame(await faults(grammar, text), []);
    t.not(spoiled(text), text);
    t.not((await faults(grammar, spoiled(text))).length, 0, 'a fault is seen');
  });
}
