// Imported for its effect, before a WebAssembly module is compiled.
// PostgreSQL's interpreter and its parser are single functions of 100 kB: optimising the interpreter takes V8 600 MB and a second of
// CPU, more than it saves an investigation. Code that is compiled without the optimiser is good enough here.
import { setFlagsFromString } from "node:v8";

for (const flag of ["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) setFlagsFromString(flag);
