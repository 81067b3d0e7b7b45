// Archives again and again until it is killed: what the runner's sweep does, without the minutes between.
import { archiveAudit } from "../../functions/archive-audit.ts";

const tell = (line: unknown): void => console.error(String(line));
const context = { log: tell, warn: tell, error: tell };

await archiveAudit(context);
console.log('{"ready":true,"port":1}');
for (;;) await archiveAudit(context);
