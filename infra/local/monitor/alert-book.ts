// What the monitor must remember over a restart: fired alerts, and payloads that nobody has taken yet.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { FiredAlert } from "./alert-state.ts";

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  create table if not exists fired (rule text primary key, alert text not null);
  create table if not exists undelivered (id text primary key, rule text not null, payload text not null);
`;
const FiredRow = z.object({ alert: z.string() });
const UndeliveredRow = z.object({ id: z.string(), rule: z.string(), payload: z.string() });
const Payload = z.looseObject({});

export type Undelivered = { id: string; rule: string; payload: object };

export type AlertBook = ReturnType<typeof openAlertBook>;

export function openAlertBook(folder: string) {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, "monitor.sqlite"));
  database.exec(SCHEMA);
  const fired = database.prepare("select alert from fired where rule = ?");
  const everyFired = database.prepare("select rule, alert from fired order by rule");
  const keep = database.prepare("insert or replace into fired values (?, ?)");
  const drop = database.prepare("delete from fired where rule = ?");
  const add = database.prepare("insert into undelivered values (?, ?, ?)");
  const all = database.prepare("select id, rule, payload from undelivered order by rowid");
  const forget = database.prepare("delete from undelivered where id = ?");
  return {
    fired(rule: string): FiredAlert | undefined {
      const row = FiredRow.safeParse(fired.get(rule));
      return row.success ? FiredAlert.parse(JSON.parse(row.data.alert)) : undefined;
    },
    allFired: (): { rule: string; alert: FiredAlert }[] =>
      z
        .array(FiredRow.extend({ rule: z.string() }))
        .parse(everyFired.all())
        .map(({ rule, alert }) => ({ rule, alert: FiredAlert.parse(JSON.parse(alert)) })),
    keep: (rule: string, alert: FiredAlert) => keep.run(rule, JSON.stringify(alert)),
    /** The change of state and its message are written together. */
    change(rule: string, alert: FiredAlert | undefined, message: Undelivered): void {
      database.exec("begin");
      if (alert === undefined) drop.run(rule);
      else keep.run(rule, JSON.stringify(alert));
      add.run(message.id, message.rule, JSON.stringify(message.payload));
      database.exec("commit");
    },
    undelivered: (): Undelivered[] =>
      z
        .array(UndeliveredRow)
        .parse(all.all())
        .map((row) => ({ ...row, payload: Payload.parse(JSON.parse(row.payload)) })),
    forget: (id: string) => forget.run(id),
    close: () => database.close(),
  };
}
