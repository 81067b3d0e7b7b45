// `/.auth/*` as Azure Static Web Apps offers it. Where Azure sends people to their identity provider,
// this front shows a small page that asks for a name and a role: it proves nothing and listens on loopback only.
import { readFileSync } from "node:fs";
import { readBody, sendHtml, sendJson, sendProblem, sendRedirect, type Exchange } from "./answers.ts";
import { endedSessionCookie, principalOf, sessionCookie, SignIn, type ClientPrincipal } from "./session.ts";

const STYLE_PATH = "/.auth/local-sign-in.css";
const FORM_LIMIT_BYTES = 4096;
const LOGIN = /^\/\.auth\/login\/([a-z0-9]{1,30})(\/callback)?$/i;

const ROLES = [
  { role: "reader", does: "Looks at everything, changes nothing." },
  { role: "operator", does: "Approves, skips and gives standing instructions." },
  { role: "admin", does: "May also stop PgMedic and change its phase." },
];

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A path on this site, or `/`: a sign-in must not send anybody elsewhere. */
function localPath(wanted: string | null): string {
  return wanted !== null && /^\/(?![/\\])[^\\\s]*$/.test(wanted) ? wanted : "/";
}

function signInPage(provider: string, returnTo: string, complaint: string | null): string {
  const choices = ROLES.map(
    ({
      role,
      does,
    }) => `<label class="role"><input type="radio" name="role" value="${role}"${role === "operator" ? " checked" : ""}>
      <span><strong>${role}</strong><small>${does}</small></span></label>`,
  ).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · PgMedic</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${STYLE_PATH}"></head><body><main>
<h1>PgMedic</h1><p>Local sign-in. In Azure this page is your identity provider's.</p>
${complaint === null ? "" : `<p class="complaint" role="alert">${escapeHtml(complaint)}</p>`}
<form method="post" action="/.auth/login/${escapeHtml(provider)}/callback">
<label for="name">Name</label><input id="name" name="name" required maxlength="60" autocomplete="username" value="Robin" autofocus>
<fieldset><legend>Role</legend>${choices}</fieldset>
<input type="hidden" name="returnTo" value="${escapeHtml(returnTo)}">
<button type="submit">Sign in</button></form></main></body></html>`;
}

async function signIn(secret: string, exchange: Exchange, provider: string): Promise<void> {
  const { request, response } = exchange;
  const origin = request.headers.origin;
  if (origin !== undefined && origin !== `http://${request.headers.host}`) {
    sendProblem(exchange, "foreign-origin", { title: "This form was sent from another site", status: 403 });
    return;
  }
  const body = await readBody(request, FORM_LIMIT_BYTES);
  if (body === null) {
    sendProblem(exchange, "too-large", { title: "The form is larger than 4 KB", status: 413 });
    return;
  }
  const form = new URLSearchParams(body);
  const returnTo = localPath(form.get("returnTo"));
  const given = SignIn.safeParse({ name: form.get("name"), role: form.get("role") });
  if (!given.success) {
    sendHtml(exchange, 400, signInPage(provider, returnTo, "Give a name of 1 to 60 characters and choose a role."));
    return;
  }
  response.setHeader("set-cookie", sessionCookie(secret, principalOf(provider, given.data), Date.now()));
  sendRedirect(exchange, returnTo, 303);
}

export type AuthRequest = { secret: string; principal: ClientPrincipal | null; url: URL };

/** Answers a request below `/.auth/`; returns false for one that Azure does not know either. */
export async function serveAuth({ secret, principal, url }: AuthRequest, exchange: Exchange): Promise<boolean> {
  const { request, response } = exchange;
  if (url.pathname === "/.auth/me") {
    sendJson(exchange, 200, { clientPrincipal: principal });
    return true;
  }
  if (url.pathname === "/.auth/logout") {
    response.setHeader("set-cookie", endedSessionCookie);
    sendRedirect(exchange, localPath(url.searchParams.get("post_logout_redirect_uri")));
    return true;
  }
  if (url.pathname === STYLE_PATH) {
    response.writeHead(200, { "content-type": "text/css; charset=utf-8", "cache-control": "no-cache" });
    response.end(readFileSync(new URL("sign-in.css", import.meta.url)));
    return true;
  }
  const [, provider, isCallback] = LOGIN.exec(url.pathname) ?? [];
  if (provider === undefined) return false;
  if (isCallback !== undefined && request.method === "POST") {
    await signIn(secret, exchange, provider);
    return true;
  }
  const returnTo = localPath(url.searchParams.get("post_login_redirect_uri"));
  sendHtml(exchange, 200, signInPage(provider, returnTo, null));
  return true;
}
