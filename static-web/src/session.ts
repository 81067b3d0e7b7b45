import { signal } from "@preact/signals";
import { api, type Answer } from "./api.ts";
import { principalFrom, type Principal } from "./principal.ts";

/** Who is signed in. The start of the page fills it before anything is shown. */
export const principal = signal<Principal>({ userId: "", name: "", roles: [] });

/** Sends the person to the sign-in page and back to where they are. */
export function signIn(): void {
  const here = encodeURIComponent(location.pathname + location.search);
  location.assign(`/.auth/login/aad?post_login_redirect_uri=${here}`);
}

/** Asks who is signed in; false when nobody is. */
export async function loadPrincipal(): Promise<Answer<boolean>> {
  const answer = await api.me();
  if (!answer.ok) return answer;
  const person = principalFrom(answer.value);
  if (person !== null) principal.value = person;
  return { ok: true, value: person !== null };
}
