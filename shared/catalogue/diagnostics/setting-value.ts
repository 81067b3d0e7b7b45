import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";

const Row = z.strictObject({ setting: z.string(), unit: z.string().nullable(), context: z.string() });
export type SettingValue = z.infer<typeof Row>;

/** The server's value of the setting `$1`, in its own unit. */
export const settingValue: Statement<SettingValue> = {
  name: "setting-value",
  text: "select reset_val as setting, unit, context from pg_settings where name = $1",
  row: Row,
};
