// Loaded before an entry that does not watch its starter itself: ends the process when the starter is gone.
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  const end = () => process.kill(process.pid, "SIGTERM");
  process.stdin.once("end", end).once("error", end).resume();
  // A broken output pipe must not end the process before it has stopped in order.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
}
