import type { GuardRules } from "../../../shared/advisor/select-guard/select-guard.ts";

/** Two tables that may be read; `shop.secrets` and the views of the shop may not. */
export const SHOP: GuardRules = {
  searchPath: ["shop", "public"],
  tables: [
    {
      schema: "shop",
      table: "orders",
      columns: ["id", "customer_id", "status", "total", "created_at", "details", "tags"],
    },
    { schema: "shop", table: "customers", columns: ["id", "name", "email"] },
  ],
};
