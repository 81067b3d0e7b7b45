/** The storage parameters of a table that an action may change; null is none of the table's own. */
export type TableOptions = {
  fillfactor: number | null;
  enabled: boolean | null;
  scaleFactor: number | null;
  threshold: number | null;
};

/** Reads `pg_class.reloptions`, which keeps each value as somebody wrote it: `off`, `false` and `0` are one. */
export function tableOptions(options: readonly string[]): TableOptions {
  const own = new Map(
    options.map((option) => [option.slice(0, option.indexOf("=")), option.slice(option.indexOf("=") + 1)]),
  );
  const number = (name: string): number | null => {
    const value = own.get(name);
    return value === undefined ? null : Number(value);
  };
  const enabled = own.get("autovacuum_enabled");
  return {
    fillfactor: number("fillfactor"),
    enabled: enabled === undefined ? null : /^(1|on|t|tr|tru|true|y|ye|yes)$/i.test(enabled),
    scaleFactor: number("autovacuum_vacuum_scale_factor"),
    threshold: number("autovacuum_vacuum_threshold"),
  };
}
