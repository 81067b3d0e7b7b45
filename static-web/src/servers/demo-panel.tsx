import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { adviceFor, api, type DemoCommand } from "../api.ts";
import { can } from "../can.ts";
import { notify } from "../notices.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";

type Play = { text: string; command: DemoCommand; said: string };
const PLAYS: readonly Play[] = [
  {
    text: "Hammer orders.customer_id",
    command: { do: "hammer", column: "customer_id" },
    said: "The workload now asks for orders by customer. Watch the incidents: the alert comes within seconds.",
  },
  {
    text: "Hammer orders.product_id",
    command: { do: "hammer", column: "product_id" },
    said: "The workload now asks for orders by product. With an instruction in force, nobody is asked.",
  },
  { text: "Calm down", command: { do: "calm" }, said: "The workload is calm again." },
];

/** Local only: puts load on the demo database. Where there is no demo, this shows nothing. */
export function DemoPanel(): JSX.Element | null {
  const isThere = useSignal(false);
  useEffect(() => {
    void api.demo().then((answer) => (isThere.value = answer.ok));
  }, []);
  if (!isThere.value) return null;
  const play = async ({ command, said }: Play) => {
    const answer = await api.playDemo(command);
    if (answer.ok) notify("good", said);
    else notify("bad", `${answer.problem.title}. ${adviceFor(answer.problem)}`);
  };
  const capability = can.playDemo(principal.value);
  return (
    <section class="demo" aria-labelledby="demo-title">
      <div>
        <h2 id="demo-title">Play the demo</h2>
        <p class="quiet">
          {capability.allowed
            ? "Real load on the demo database: CPU rises, the alert fires, PgMedic investigates."
            : capability.because}
        </p>
      </div>
      <div class="demo-buttons">
        {PLAYS.map((one) => (
          <ActionButton key={one.text} text={one.text} icon="play" capability={capability} act={() => play(one)} />
        ))}
      </div>
    </section>
  );
}
