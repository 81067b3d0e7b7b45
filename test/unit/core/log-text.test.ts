import { describe, expect, test } from "vitest";
import { failureText, scrubbed } from "../../../shared/core/log-text.ts";

describe("a line of the log that leaves the process", () => {
  test.each([
    "Authorization: Bearer abcdefghijklmnop.qrs",
    "got eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2VjcmV0",
    "postgres://ann:s3cret@db.example.org/shop is not there",
    "password=s3cret rejected",
    '{"password":"s3cret"}',
    "Endpoint=sb://bus/;SharedAccessKeyName=send;SharedAccessKey=s3cret=",
    "AccountKey=s3cret;EndpointSuffix=core.windows.net",
    "https://store/blob?sv=1&sig=s3cret&se=2",
  ])("carries no secret: %s", (line) => {
    expect(scrubbed(line)).not.toMatch(/s3cret|abcdefgh|eyJ|c2Vj/);
    expect(scrubbed(line)).toContain("(hidden)");
  });

  test("keeps what is no secret", () => {
    for (const line of [
      "pgmedic.sweep: done",
      "pgmedic.silence: the sign of life was not taken: 503",
      "at f (a.js:1:2)",
    ])
      expect(scrubbed(line)).toBe(line);
  });

  test("is of bounded length, and cutting it takes no time", () => {
    const startedAt = performance.now();
    for (const part of ["password=", "eyJ", "://a:", "bearer ", "key", "a"])
      expect(scrubbed(part.repeat(200_000)).length).toBeLessThan(10_000);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  test("names a failure of PostgreSQL by its SQLSTATE alone", () => {
    const failure = Object.assign(new Error('invalid input syntax for type integer: "ann@example.org"'), {
      severity: "ERROR",
      code: "22P02",
    });
    expect(failureText(failure)).toBe("PostgreSQL answered with SQLSTATE 22P02");
    expect(failureText(Object.assign(failure, { code: "57014" }))).toMatch(
      /SQLSTATE 57014: the statement was cancelled/,
    );
    // One that only says so is no failure of PostgreSQL's.
    expect(failureText(Object.assign(new Error("text"), { severity: "x", code: "x".repeat(9) }))).toBe("text");
    expect(failureText(new Error("connect ECONNREFUSED 127.0.0.1:5432"))).toBe("connect ECONNREFUSED 127.0.0.1:5432");
    expect(failureText("gone")).toBe("gone");
  });
});

test("a failure without words is told by its name and code", () => {
  expect(failureText(Object.assign(new Error(""), { code: 404 }))).toBe("Error 404");
  expect(failureText(new TypeError(""))).toBe("TypeError");
});
