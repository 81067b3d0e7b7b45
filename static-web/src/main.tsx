import "./zod-setup.ts";
import "./styles/index.css";
import { render } from "preact";
import { followChanges } from "./live.ts";
import { startNavigation } from "./navigation.ts";
import { loadPrincipal, signIn } from "./session.ts";
import { App } from "./shell/app.tsx";
import { applyTheme, theme } from "./theme.ts";
import { ProblemView } from "./ui/view.tsx";

async function start(place: Element): Promise<void> {
  const known = await loadPrincipal();
  if (!known.ok) {
    render(<ProblemView problem={known.problem} what="dashboard" retry={() => start(place)} />, place);
    return;
  }
  if (!known.value) {
    signIn();
    return;
  }
  startNavigation();
  // The cursor comes before the first lists are asked for, so that nothing falls between them.
  await followChanges();
  render(<App />, place);
}

applyTheme(theme.value);
const place = document.querySelector("#app");
if (place !== null) void start(place);
