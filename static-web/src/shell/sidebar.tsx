import type { JSX } from "preact";
import { incidents } from "../lists.ts";
import { connection } from "../live.ts";
import { route } from "../navigation.ts";
import { useLive } from "../resource.ts";
import { principal } from "../session.ts";
import { applyTheme, theme, type Theme } from "../theme.ts";
import { Brand, Icon, type IconName } from "../ui/icons.tsx";
import { KillSwitch } from "./kill-switch.tsx";

function OpenCount(): JSX.Element | null {
  const open = useLive(incidents.open, ({ kind }) => kind === "incident");
  if (open.status !== "done" || open.value.incidents.length === 0) return null;
  const waiting = open.value.incidents.some(({ state }) => state === "awaitingApproval");
  return (
    <span class={`count tone-${waiting ? "waiting" : "neutral"}`}>
      {open.value.incidents.length}
      <span class="visually-hidden">{waiting ? " open, a decision is waited for" : " open"}</span>
    </span>
  );
}

type Item = { to: string; text: string; icon: IconName; screens: readonly string[] };
const ITEMS: readonly Item[] = [
  { to: "/", text: "Servers", icon: "servers", screens: ["servers"] },
  { to: "/incidents", text: "Incidents", icon: "incidents", screens: ["incidents", "incident"] },
  { to: "/timeline", text: "Timeline", icon: "timeline", screens: ["timeline"] },
  { to: "/playbooks", text: "Playbooks", icon: "playbooks", screens: ["playbooks", "playbook", "newPlaybook"] },
  { to: "/instructions", text: "Instructions", icon: "instructions", screens: ["instructions"] },
  { to: "/autonomy", text: "Autonomy", icon: "autonomy", screens: ["autonomy"] },
];

const CONNECTIONS = {
  connecting: { text: "Connecting", tone: "neutral" },
  live: { text: "Live", tone: "good" },
  interrupted: { text: "Interrupted", tone: "bad" },
  signedOut: { text: "Signed out", tone: "waiting" },
} as const;

const NEXT_THEME: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };

function ThemeButton(): JSX.Element {
  return (
    <button type="button" class="quiet-button" onClick={() => applyTheme(NEXT_THEME[theme.value])}>
      <Icon name="theme" />
      <span>
        <span class="visually-hidden">Theme: </span>
        <span class="wide-only">{theme.value}</span>
      </span>
    </button>
  );
}

export function Sidebar(): JSX.Element {
  const { name, roles } = principal.value;
  const { text, tone } = CONNECTIONS[connection.value];
  return (
    <header class="sidebar">
      <a class="brand" href="/">
        <Brand />
        <span>PgMedic</span>
      </a>
      <nav aria-label="Main">
        {ITEMS.map(({ to, text: label, icon, screens }) => (
          <a key={to} href={to} aria-current={screens.includes(route.value.screen) ? "page" : undefined}>
            <Icon name={icon} />
            <span class="nav-text">{label}</span>
            {icon === "incidents" ? <OpenCount /> : null}
          </a>
        ))}
      </nav>
      <div class="sidebar-foot">
        <KillSwitch />
        <div class="foot-row">
          <span class={`live tone-${tone}`} role="status">
            <span class="dot" aria-hidden="true" />
            {text}
          </span>
          <ThemeButton />
        </div>
        <div class="person">
          <span class="person-name">{name}</span>
          <span class="person-role">{roles.at(-1) ?? "no role"}</span>
          <a href="/.auth/logout">Sign out</a>
        </div>
      </div>
    </header>
  );
}
