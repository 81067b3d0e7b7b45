import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ setting: z.string(), unit: z.string().nullable(), context: z.string() });
export type SettingValue = z.infer<typeof Row>;

/** The server's value of the setting `$1`, in its own unit. */
export const settingValue: Diagnostic<SettingValue> = {
  name: "setting-value",
  finds: "one setting",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
  text: "select reset_val as setting, unit, context from pg_settings where name = $1",
  row: Row,
};
