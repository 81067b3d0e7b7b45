import { z } from "zod";

/** Whether a field that a schema does not name is kept, or left out. What a schema says of unknown fields itself, as a record does, stays. */
type Mode = "keep" | "drop";
type Schema = z.core.$ZodType;

const made: Record<Mode, WeakMap<Schema, Schema>> = { keep: new WeakMap(), drop: new WeakMap() };

/** For a document that another version wrote: what its schema does not name is kept, at every depth, so that writing it back loses nothing. */
export const tolerant = <T>(schema: z.ZodType<T>): z.ZodType<T> => relaxed(schema, "keep") as z.ZodType<T>;

/** For what another version says: what the schema does not name is left out. */
export const lenient = <T>(schema: z.ZodType<T>): z.ZodType<T> => relaxed(schema, "drop") as z.ZodType<T>;

/** For an answer: what its schema does not name stays inside. */
export const withoutUnknown = <T>(schema: z.ZodType<T>, value: T): T => lenient(schema).parse(value);

function relaxed(schema: Schema, mode: Mode): Schema {
  const known = made[mode].get(schema);
  if (known !== undefined) return known;
  const next = relaxedAnew(schema, mode);
  made[mode].set(schema, next);
  return next;
}

/** The same schema with its parts relaxed. `catch` is not entered: it says itself what becomes of a value that does not fit. */
function relaxedAnew(schema: Schema, mode: Mode): Schema {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const each = <Part extends Schema>(part: Part): Part => relaxed(part, mode) as Part;
  if (def.type === "object") {
    const isClosed = def.catchall === undefined || def.catchall._zod.def.type === "never";
    const shape = Object.fromEntries(Object.entries(def.shape).map(([name, part]) => [name, each(part)]));
    return changed(schema, { shape, ...(isClosed ? { catchall: mode === "keep" ? z.unknown() : undefined } : {}) });
  }
  if (def.type === "array") return changed(schema, { element: each(def.element) });
  if (def.type === "union") return changed(schema, { options: def.options.map(each) });
  if (def.type === "record") return changed(schema, { valueType: each(def.valueType) });
  if (def.type === "lazy") return changed(schema, { getter: () => each(def.getter()) });
  if (def.type === "nullable" || def.type === "optional" || def.type === "default")
    return changed(schema, { innerType: each(def.innerType) });
  return schema;
}

const changed = (schema: Schema, parts: object): Schema =>
  z.core.clone(schema, z.core.util.mergeDefs(schema._zod.def, parts) as Schema["_zod"]["def"]);
