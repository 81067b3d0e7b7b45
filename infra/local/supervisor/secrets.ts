// Secrets of one state folder: made on first use, readable by its owner only.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Secret = z.string().min(32);
const Secrets = z.strictObject({
  frontProof: Secret,
  postgres: Secret,
  investigator: Secret,
  executor: Secret,
  shopApp: Secret,
});
export type Secrets = z.infer<typeof Secrets>;

export function secretsOf(stateFolder: string): Secrets {
  const file = join(stateFolder, "secrets.json");
  if (existsSync(file)) return Secrets.parse(JSON.parse(readFileSync(file, "utf8")));
  const secret = () => randomBytes(24).toString("base64url");
  const secrets = {
    frontProof: secret(),
    postgres: secret(),
    investigator: secret(),
    executor: secret(),
    shopApp: secret(),
  };
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(secrets), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
}
