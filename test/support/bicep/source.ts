// Bicep files as syntax trees, by the grammar of tree-sitter.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { Language, type Node, Parser } from "web-tree-sitter";

/** One fault of a Bicep file. `rule` is the kind of fault, for tests that plant them. */
export type Problem = { file: string; line: number; rule: string; message: string };

/** A parsed file; `path` is absolute, `file` as problems name it. */
export type Source = { path: string; file: string; root: Node };

const ROOT = `${import.meta.dirname}/../../..`;
let parser: Parser | undefined;

/** Loads the grammar; once, before any file is read. */
export async function loadBicepGrammar(): Promise<void> {
  if (parser !== undefined) return;
  await Parser.init();
  const language = await Language.load(`${ROOT}/node_modules/tree-sitter-bicep/tree-sitter-bicep.wasm`);
  parser = new Parser();
  parser.setLanguage(language);
}

/** Parses one file. `text` takes the place of what is on disk. */
export function readSource(path: string, text?: string): Source {
  const known = onDisk.get(path);
  if (text === undefined && known !== undefined) return known;
  const source = parseSource(path, text ?? readFileSync(path, "utf8"));
  if (text === undefined) onDisk.set(path, source);
  return source;
}

/** Files as they are on disk, parsed once. */
const onDisk = new Map<string, Source>();

function parseSource(path: string, text: string): Source {
  if (parser === undefined) throw new Error("call loadBicepGrammar first");
  // The grammar knows `param` with a type only; in a parameter file it is an assignment.
  const parsed = parser.parse(path.endsWith(".bicepparam") ? text.replaceAll(/^param /gm, "var   ") : text);
  if (parsed === null) throw new Error(`${path} was not parsed`);
  return { path, file: relative(ROOT, path), root: parsed.rootNode };
}

/** Where the grammar does not know what it reads, and where something is missing. */
export function syntaxProblems({ file, root }: Source): Problem[] {
  const problems: Problem[] = [];
  const visit = (node: Node): void => {
    if (!node.hasError) return;
    if (node.isError || node.isMissing) {
      const what = node.isMissing ? `${node.type} is missing` : `unexpected: ${node.text.slice(0, 40)}`;
      problems.push({ file, line: node.startPosition.row + 1, rule: "syntax", message: what });
      return;
    }
    for (const child of node.children) visit(child);
  };
  visit(root);
  return problems;
}
