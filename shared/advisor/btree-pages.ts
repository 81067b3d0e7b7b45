import { closeSync, openSync, writeSync } from "node:fs";

const PAGE_BYTES = 8192;
/** Behind the header of the first page, the magic number and the version (src/include/access/nbtree.h). */
const ROOT_OFFSET = 24 + 8;
const ROOT_BLOCK = 1;
const HEADER_BYTES = 24;
const SPECIAL_AT = PAGE_BYTES - 16;
const TUPLE_BYTES = 8;
/** Page size with layout version 4. */
const PAGE_VERSION = 0x2004;
const LEAF = 1;
const ROOT = 2;
/** A tuple above the leaves, which points to a page: here one without key attributes, less than any value. */
const PIVOT = 0x2000;

/**
 * Lets an empty b-tree have a height: the planner charges each level for a search, which decides between a nested loop and a hash join.
 * One page a level leads down to an empty leaf, so that the planner's own look for a column's extremes finds nothing. The pages'
 * checksums are wrong: the clone ignores them.
 */
export function writeHeight(path: string, height: number): void {
  const file = openSync(path, "r+");
  try {
    const meta = Buffer.alloc(16);
    for (const [at, word] of [ROOT_BLOCK, height, ROOT_BLOCK, height].entries()) meta.writeUInt32LE(word, at * 4);
    writeSync(file, meta, 0, meta.length, ROOT_OFFSET);
    for (let level = height; level >= 0; level -= 1) {
      const block = ROOT_BLOCK + height - level;
      writeSync(file, pageAt(level, block, height), 0, PAGE_BYTES, block * PAGE_BYTES);
    }
  } finally {
    closeSync(file);
  }
}

function pageAt(level: number, block: number, height: number): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  const isLeaf = level === 0;
  const tupleAt = SPECIAL_AT - TUPLE_BYTES;
  const bounds = isLeaf ? [HEADER_BYTES, SPECIAL_AT] : [HEADER_BYTES + 4, tupleAt];
  for (const [at, word] of [...bounds, SPECIAL_AT, PAGE_VERSION].entries()) page.writeUInt16LE(word, 12 + at * 2);
  if (!isLeaf) {
    // A line pointer: where the tuple is, that it is in use, and its length (src/include/storage/itemid.h).
    page.writeUInt32LE(tupleAt + 2 ** 15 + TUPLE_BYTES * 2 ** 17, HEADER_BYTES);
    for (const [at, word] of [0, block + 1, 0, PIVOT + TUPLE_BYTES].entries())
      page.writeUInt16LE(word, tupleAt + at * 2);
  }
  page.writeUInt32LE(level, SPECIAL_AT + 8);
  page.writeUInt16LE((isLeaf ? LEAF : 0) + (level === height ? ROOT : 0), SPECIAL_AT + 12);
  return page;
}

/** The levels above the leaves of a b-tree with so many pages and keys of this width. */
export function heightOf(pages: number, keyBytes: number): number {
  // A page above the leaves holds the first key of each page below it, with its header and line pointer.
  const fanout = Math.max(4, ((PAGE_BYTES - 40) * 0.7) / (Math.ceil(keyBytes / 8) * 8 + 12));
  return pages <= 2 ? 0 : Math.ceil(Math.log(pages) / Math.log(fanout));
}
