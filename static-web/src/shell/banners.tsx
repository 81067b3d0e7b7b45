import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { autonomy } from "../lists.ts";
import { connection } from "../live.ts";
import { useLive } from "../resource.ts";
import { signIn } from "../session.ts";
import { Icon } from "../ui/icons.tsx";
import { Ago } from "../ui/time.tsx";

const SWITCH_MS = 10_000;

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
  // The switch has no change entry of its own, so it is asked for now and then as well.
  const loaded = useLive(autonomy, () => true);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void autonomy.reload();
    }, SWITCH_MS);
    return () => clearInterval(timer);
  }, []);
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
