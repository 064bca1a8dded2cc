import { expect, test } from "vitest";
import { ConfigError, FrameError, formatProblem, LinkError } from "./errors.ts";

test("a problem is one line: where, what, what to write instead", () => {
  const problem = { path: "portals[0].to", reason: 'there is no space "x"', fix: 'did you mean "y"?' };
  expect(formatProblem(problem)).toBe('portals[0].to: there is no space "x" -> did you mean "y"?');
  expect(formatProblem({ ...problem, file: "site.yaml", line: 12 })).toBe(
    'site.yaml:12: portals[0].to: there is no space "x" -> did you mean "y"?',
  );
  expect(formatProblem({ path: "", reason: "is empty", file: "site.yaml" })).toBe("site.yaml: is empty");
  expect(formatProblem({ path: "", reason: "is empty" })).toBe("(file): is empty");
});

test("a ConfigError carries all its problems, in its message too", () => {
  const problems = [
    { path: "a", reason: "is wrong" },
    { path: "b", reason: "is wrong too" },
  ];
  const error = new ConfigError(problems);
  expect(error.problems).toEqual(problems);
  expect(error.message).toBe("a: is wrong\nb: is wrong too");
});

test("errors keep their code and their cause", () => {
  const cause = new Error("ECONNRESET");
  expect(new LinkError("closed", "city: connection lost", { cause })).toMatchObject({ code: "closed", cause });
  expect(new FrameError("checksum", "0x1234", { cause })).toMatchObject({ name: "FrameError", code: "checksum" });
});
