import { createReadStream, statSync } from "node:fs";
import { extname, join, normalize, sep } from "node:path";
import { sendProblem, type Exchange } from "./answers.ts";
import { matchesPattern, type SiteConfig } from "./routes.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

type File = { path: string; bytes: number; etag: string };

function findFile(root: string, urlPath: string): File | null {
  const path = normalize(join(root, urlPath.endsWith("/") ? `${urlPath}index.html` : urlPath));
  if (!path.startsWith(root + sep)) return null;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) return null;
  return { path, bytes: stats.size, etag: `"${stats.size.toString(16)}-${Math.trunc(stats.mtimeMs).toString(16)}"` };
}

function fileOrFallback(root: string, config: SiteConfig, urlPath: string): File | null {
  const file = findFile(root, urlPath);
  const fallback = config.navigationFallback;
  if (file !== null || fallback === undefined) return file;
  const isExcluded = fallback.exclude.some((pattern) => matchesPattern(pattern, urlPath));
  return isExcluded ? null : findFile(root, fallback.rewrite);
}

export type Site = { root: string; config: SiteConfig };

/** Serves one file of the built dashboard; returns false when there is none for this path. */
export function serveFile(site: Site, exchange: Exchange, urlPath: string): boolean {
  const { request, response } = exchange;
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    sendProblem(exchange, "method-not-allowed", { title: "Only GET and HEAD are allowed here", status: 405 });
    return true;
  }
  const file = fileOrFallback(site.root, site.config, urlPath);
  if (file === null) return false;
  response.setHeader("content-type", TYPES[extname(file.path)] ?? "application/octet-stream");
  response.setHeader("etag", file.etag);
  if (!response.hasHeader("cache-control")) response.setHeader("cache-control", "no-cache");
  if (request.headers["if-none-match"] === file.etag) {
    response.writeHead(304).end();
    return true;
  }
  response.setHeader("content-length", file.bytes);
  if (request.method === "HEAD") response.writeHead(200).end();
  else
    createReadStream(file.path)
      .on("error", () => response.destroy())
      .pipe(response.writeHead(200));
  return true;
}
