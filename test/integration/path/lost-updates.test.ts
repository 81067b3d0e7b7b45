// Two people, or a person and a run, change the same document at once: what each of them changed stays changed.
import { HttpRequest } from "@azure/functions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noteSize } from "../../../functions/activities/note-size.ts";
import { putAutonomy } from "../../../functions/api/autonomy.ts";
import { aServer, startDocuments } from "../../support/steps.ts";

const ROUNDS = 20;

let documents: Awaited<ReturnType<typeof startDocuments>>;
beforeAll(async () => {
  documents = await startDocuments();
});
afterAll(() => documents.stopAll());

const put = (body: object, name: string) =>
  putAutonomy(
    new HttpRequest({
      url: "http://localhost/api/autonomy",
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: { string: JSON.stringify(body) },
    }),
    { userId: name, name, roles: new Set(["admin"] as const) },
  );

test("a kill switch that is thrown while somebody else saves the phase stays thrown, and the phase is saved", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await documents.system.changeAutonomy(() => ({
      phase: "assist",
      killSwitch: { on: false, by: null, at: null },
    }));
    const [thrown, saved] = await Promise.all([put({ killSwitch: true }, "Ann"), put({ phase: "shadow" }, "Bob")]);
    expect([thrown.status, saved.status]).toEqual([200, 200]);
    expect(await documents.system.autonomy()).toMatchObject({ phase: "shadow", killSwitch: { on: true, by: "Ann" } });
  }
});

test("the first who throws the kill switch of a new installation does not lose it to the first who saves the phase", async () => {
  await documents.documents.remove({ container: "system", id: "autonomy", partition: "autonomy" });
  await Promise.all([put({ killSwitch: true }, "Ann"), put({ phase: "shadow" }, "Bob")]);
  expect(await documents.system.autonomy()).toMatchObject({ phase: "shadow", killSwitch: { on: true } });
});

test("a server that is disabled while a run notes its new size stays disabled", async () => {
  const { servers } = documents;
  const run = { incidentId: "inc-1", serverId: "shop", runId: "inc-1-r1" };
  const action = { kind: "scale_compute", parameters: { from: "Standard_B1ms", to: "Standard_B2s" } } as const;
  for (let round = 0; round < ROUNDS; round += 1) {
    await servers.put(aServer());
    await Promise.all([noteSize(run, action), servers.put(aServer({ enabled: false }))]);
    expect(await servers.read("shop")).toMatchObject({ enabled: false });
  }
});

test("a registration that was removed does not come back by a change of it", async () => {
  const { servers } = documents;
  await servers.remove("shop");
  await servers.change("shop", (server) => ({ ...server, vCores: 4 }));
  expect(await servers.read("shop")).toBeNull();
});
