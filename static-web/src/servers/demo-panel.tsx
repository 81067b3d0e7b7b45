import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { adviceFor, api, type DemoCommand, type DemoStatus } from "../api.ts";
import { can } from "../can.ts";
import { formatFigure, formatMs } from "../format.ts";
import { notify } from "../notices.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Dot } from "../ui/chip.tsx";

const STATUS_MS = 2_000;

type Play = { text: string; command: DemoCommand; said: string };
const PLAYS: readonly Play[] = [
  {
    text: "Hammer orders.customer_id",
    command: { do: "hammer", column: "customer_id" },
    said: "The workload now asks for orders by customer. CPU rises, and an alert follows within seconds.",
  },
  {
    text: "Hammer orders.product_id",
    command: { do: "hammer", column: "product_id" },
    said: "The workload now asks for orders by product. Where an instruction allows it, nobody is asked.",
  },
  { text: "Calm down", command: { do: "calm" }, said: "The workload is calm again." },
];

function Hammers({ hammers }: DemoStatus): JSX.Element {
  if (hammers.length === 0)
    return <p class="demo-note">Light load only. Each button puts real load on the database.</p>;
  return (
    <ul class="demo-note">
      {hammers.map(({ column, clients, recent }) => (
        <li key={column}>
          <Dot tone="bad" /> orders.{column}: {clients} clients, {formatFigure(recent.calls / 5)} calls/s
          {recent.meanMs === null ? null : `, ${formatMs(recent.meanMs)} each`}
        </li>
      ))}
    </ul>
  );
}

/** Local only: puts load on the demo database. Where there is no demo, this shows nothing. */
export function DemoPanel(): JSX.Element | null {
  const status = useSignal<DemoStatus | null>(null);
  useEffect(() => {
    const ask = async () => {
      const answer = await api.demo();
      status.value = answer.ok ? answer.value : null;
      // There is no demo here: asking again would not bring one.
      if (!answer.ok && answer.problem.status === 404) clearInterval(timer);
    };
    const timer = setInterval(() => {
      if (!document.hidden) void ask();
    }, STATUS_MS);
    void ask();
    return () => clearInterval(timer);
  }, []);
  if (status.value === null) return null;
  const play = async ({ command, said }: Play) => {
    const answer = await api.playDemo(command);
    if (!answer.ok) return notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
    status.value = answer.value;
    notify("good", said);
  };
  const capability = can.playDemo(principal.value);
  return (
    <section class="demo" aria-labelledby="demo-title">
      <div>
        <h2 id="demo-title">Play the demo</h2>
        {capability.allowed ? <Hammers {...status.value} /> : <p class="demo-note">{capability.because}</p>}
      </div>
      <div class="demo-buttons">
        {PLAYS.map((one) => (
          <ActionButton key={one.text} text={one.text} capability={capability} act={() => play(one)} />
        ))}
      </div>
    </section>
  );
}
