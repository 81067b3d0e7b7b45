import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { Calibration } from "../../shared/contracts/memory.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import { calibrationOf } from "../../shared/core/calibration.ts";
import { answerAs, invalid } from "../problem.ts";
import { services } from "../services.ts";

/** `GET /api/memory/calibration?serverId=`: how well confidence agreed with what came of it, on one server or on all. */
export async function readCalibration(request: HttpRequest): Promise<HttpResponseInit> {
  const asked = request.query.get("serverId");
  if (asked === null) return answerAs(Calibration, 200, calibrationOf(await services().memories.all()));
  const serverId = Id.safeParse(asked);
  if (!serverId.success) return invalid(serverId.error);
  return answerAs(Calibration, 200, calibrationOf(await services().memories.ofServer(serverId.data)));
}
