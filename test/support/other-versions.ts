// Documents that another version of PgMedic wrote, and the API's answers about them.
import { HttpRequest, type HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { services } from "../../functions/services.ts";
import type { Address } from "../../shared/adapters/documents.ts";

export const incidentAt = (incidentId: string): Address => ({
  container: "incidents",
  id: incidentId,
  partition: incidentId,
});
export const systemAt = (id: string): Address => ({ container: "system", id, partition: id });

/** The document as it is stored, whatever its fields are. */
export const stored = async (at: Address): Promise<unknown> =>
  (await services().documents.read(at, z.looseObject({})))?.value;

export const later = { ofALaterVersion: { deep: [1] } };

/** Puts what a later version may write beside the fields of today, at the top and below it. */
export const extended = (value: object): object => ({
  ...Object.fromEntries(
    Object.entries(value).map(([name, part]: [string, unknown]) => [name, isPlain(part) ? extended(part) : part]),
  ),
  ...later,
});
const isPlain = (part: unknown): part is object => typeof part === "object" && part !== null && !Array.isArray(part);

export const asking = (params: Record<string, string> = {}): HttpRequest =>
  new HttpRequest({ url: "http://localhost/api", method: "GET", params });
export const bodyOf = ({ body }: HttpResponseInit): unknown => JSON.parse(typeof body === "string" ? body : "null");
