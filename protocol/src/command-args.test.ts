import { describe, expect, it } from "vitest";
import { CommandAction as Actions, type CommandAction } from "./command.ts";
import { COMMAND_ARGS, parseCommandArgs } from "./command-args.ts";

const good: readonly (readonly [CommandAction, unknown])[] = [
  ["unlock", undefined],
  ["unlock", { seconds: 5, door: 2 }],
  ["lock", {}],
  ["output", { output: 0, on: true, seconds: 0.5 }],
  ["led", { color: "red", offColor: "green", onSeconds: 0.2, offSeconds: 0.2, seconds: 30, led: 1, reader: 0 }],
  ["buzzer", { onSeconds: 0.1, offSeconds: 0.1, times: 3 }],
  ["buzzer", undefined],
  ["text", { text: "请联系房东", row: 1, column: 1, seconds: 10 }],
  ["text", { text: "" }],
  ["identify", undefined],
  ["configure", { baud: 115_200, quiet: true, name: "gate" }],
];

const bad: readonly (readonly [CommandAction, unknown, string, RegExp])[] = [
  ["unlock", { seconds: 0 }, "args.seconds", />=0\.1/],
  ["unlock", { seconds: 86_400 }, "args.seconds", /<=3600/],
  ["unlock", { second: 5 }, "args", /does not know "second"; it knows seconds, door/],
  ["unlock", [5], "args", /expected object/],
  ["lock", { seconds: 1 }, "args", /does not know "seconds"/],
  ["output", { on: true }, "args.output", /expected/],
  ["output", { output: 1.5, on: true }, "args.output", /int/],
  ["output", { output: 1, on: "yes" }, "args.on", /boolean/],
  ["led", { color: "pink" }, "args.color", /red/],
  ["led", undefined, "args.color", /off/],
  ["buzzer", { times: 0 }, "args.times", />=1/],
  ["buzzer", { onSeconds: 60 }, "args.onSeconds", /<=25\.5/],
  ["text", { text: "x".repeat(256) }, "args.text", /<=255/],
  ["text", {}, "args.text", /string/],
  ["configure", {}, "args", /1 to 32 settings/],
  ["configure", { "; rm": 1 }, "args.; rm", /.+/],
  ["configure", { baud: { of: 9600 } }, "args.baud", /a text, a number/],
];

describe("what a command may be given", () => {
  it.each(good)("%s takes %j", (action, args) => {
    expect(parseCommandArgs(action, args)).toEqual({ ok: true, args: args ?? {} });
  });

  it.each(bad)("%s refuses %j at %s", (action, args, path, reason) => {
    expect(parseCommandArgs(action, args)).toMatchObject({ ok: false, path, reason: expect.stringMatching(reason) });
  });

  it("knows every action", () => {
    expect(Object.keys(COMMAND_ARGS).sort()).toEqual([...Actions.options].sort());
  });
});
