import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { autonomy, deadLetters } from "../lists.ts";
import { connection } from "../live.ts";
import { route } from "../navigation.ts";
import { type Resource, useLive } from "../resource.ts";
import { signIn } from "../session.ts";
import { Icon } from "../ui/icons.tsx";
import { Ago } from "../ui/time.tsx";

const SWITCH_MS = 10_000;
const LETTERS_MS = 60_000;

/** Asks now and then for something that has no change entry of its own; `follows` asks with every change as well. */
function useNowAndThen<Value>(shown: Resource<Value>, { everyMs, follows }: { everyMs: number; follows: boolean }) {
  const loaded = useLive(shown, () => follows);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void shown.reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, []);
  return loaded;
}

/** Says that the page is not live, and what to do. */
export function ConnectionBanner(): JSX.Element | null {
  if (connection.value === "signedOut") {
    return (
      <div class="banner tone-waiting" role="alert">
        <p>
          <strong>You are signed out.</strong> What you see is no longer fresh.
        </p>
        <button type="button" class="button" onClick={signIn}>
          Sign in
        </button>
      </div>
    );
  }
  if (connection.value !== "interrupted") return null;
  return (
    <div class="banner tone-waiting" role="alert">
      <p>
        <strong>PgMedic cannot be reached.</strong> The page tries again every two seconds; what you see may be old.
      </p>
    </div>
  );
}

/** Everybody must know that nothing is executed. */
export function KillSwitchBanner(): JSX.Element | null {
  const loaded = useNowAndThen(autonomy, { everyMs: SWITCH_MS, follows: true });
  if (loaded.status !== "done" || !loaded.value.killSwitch.on) return null;
  const { by, at } = loaded.value.killSwitch;
  return (
    <div class="banner tone-bad" role="alert">
      <Icon name="stop" />
      <p>
        <strong>The kill switch is on:</strong> PgMedic looks and proposes, but executes nothing.
        {by === null ? null : ` Turned on by ${by}`}
        {at === null ? "." : null} {at === null ? null : <Ago at={at} />}
      </p>
    </div>
  );
}

/** A message that nobody took may be an incident that nobody works on. */
export function DeadLetterBanner(): JSX.Element | null {
  const loaded = useNowAndThen(deadLetters, { everyMs: LETTERS_MS, follows: false });
  if (loaded.status !== "done" || route.value.screen === "deadLetters") return null;
  const left = loaded.value.letters.filter(({ sentAgain }) => sentAgain === null).length;
  if (left === 0) return null;
  return (
    <div class="banner tone-waiting" role="status">
      <p>
        <strong>{left === 1 ? "A message was" : `${left} messages were`} not delivered</strong> within PgMedic.{" "}
        <a href="/undelivered">Look at {left === 1 ? "it" : "them"}</a>
      </p>
    </div>
  );
}
