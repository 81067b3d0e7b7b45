import type { z } from "zod";
import {
  PlaybookCheck,
  type PlaybookCheckRequest,
  PlaybookDetail,
  PlaybookEdit,
  type PlaybookRequest,
} from "../../../shared/contracts/playbook-edit.ts";
import { call } from "../api.ts";

const pathOf = (name: string): string => `/api/playbooks/${encodeURIComponent(name)}`;

/** The calls about one playbook; the list is shown elsewhere as well. */
export const playbookApi = {
  read: (name: string) => call(pathOf(name), { schema: PlaybookDetail }),
  version: (name: string, version: number) => call(`${pathOf(name)}/versions/${version}`, { schema: PlaybookEdit }),
  check: (body: z.infer<typeof PlaybookCheckRequest>) =>
    call("/api/playbooks/validate", { method: "POST", body, schema: PlaybookCheck }),
  save: (name: string, body: z.infer<typeof PlaybookRequest>) =>
    call(pathOf(name), { method: "PUT", body, schema: PlaybookDetail }),
  remove: (name: string, version: number) =>
    call(`${pathOf(name)}?version=${version}`, { method: "DELETE", body: {}, schema: PlaybookDetail }),
};
