/** The answers of the management API that several operations share. */

export interface ManagementResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; undefined sends no body. */
  readonly body?: unknown;
}

export const empty = (status: number): ManagementResponse => ({ status });

export const NOT_LOCAL: ManagementResponse = {
  status: 501,
  body: { Message: "This operation is not supported locally." },
};

/** An error as the extension writes it, without its .NET stack. */
export function problem(
  status: number,
  message: string,
  exception?: { type: string; message: string },
): ManagementResponse {
  if (exception === undefined) return { status, body: { Message: message } };
  const { type, message: details } = exception;
  return { status, body: { Message: message, ExceptionMessage: details, ExceptionType: type, StackTrace: "" } };
}

export const GENERAL_PROBLEM = "Something went wrong while processing your request";

export type JsonText =
  | { readonly kind: "json"; readonly text: string }
  /** `cutOff`: it began as JSON and ended too early. */
  | { readonly kind: "invalid" | "cutOff"; readonly message: string };

/** Checks a body and takes the white space out. */
export function readJson(body: string): JsonText {
  try {
    return { kind: "json", text: JSON.stringify(JSON.parse(body)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isCutOff = body !== "" && (message.includes("end of JSON") || message.includes(`position ${body.length} `));
    return { kind: isCutOff ? "cutOff" : "invalid", message };
  }
}
