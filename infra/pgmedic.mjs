#!/usr/bin/env node
// `npx pgmedic …`: the command line, on a machine that has only Node ≥ 18 and npm.
process.env.PGMEDIC_CALLED_FROM = process.cwd();
process.argv.splice(2, 0, "--no-build", "functions/cli/main.ts");
await import("./bootstrap.mjs");
