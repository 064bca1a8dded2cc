import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Configuration } from "./configuration.ts";
import { writeNewSite } from "./new-site.ts";

describe("a new site", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "gatehouse-new-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const options = () => ({
    siteFile: join(dir, "etc/site.yaml"),
    stateDir: join(dir, "state"),
    clock: systemClock,
    onChange: () => {},
  });

  it("is right as it is, with a warning that nothing is counted", () => {
    const { siteFile, stateDir } = options();
    expect(writeNewSite(siteFile, stateDir, () => "a1b2")).toBe(true);
    const configuration = new Configuration(options());
    expect(configuration.check(configuration.text)).toMatchObject({
      problems: [],
      warnings: [{ path: "spaces", reason: "there are none yet: nothing is counted" }],
    });
  });

  it("is never made over a file, nor beside a state that is in use", () => {
    const { siteFile, stateDir } = options();
    mkdirSync(stateDir);
    writeFileSync(join(stateDir, "gateway.db"), "");
    expect(writeNewSite(siteFile, stateDir, () => "a1b2")).toBe(false);
    rmSync(stateDir, { recursive: true });
    mkdirSync(join(dir, "etc"));
    writeFileSync(siteFile, "mine");
    expect(writeNewSite(siteFile, stateDir, () => "a1b2")).toBe(false);
    expect(readFileSync(siteFile, "utf8")).toBe("mine");
  });

  it("is new until somebody says that it is set up, and keeps secrets beside it", () => {
    const { siteFile, stateDir } = options();
    writeNewSite(siteFile, stateDir, () => "a1b2");
    const configuration = new Configuration(options());
    configuration.setNew(true);
    expect(new Configuration(options()).isNew).toBe(true);
    configuration.setNew(false);
    expect(configuration.isNew).toBe(false);
    expect(configuration.writeSecret("city.key", "s3cret")).toBe("secrets/city.key");
    expect(readFileSync(join(dir, "etc/secrets/city.key"), "utf8")).toBe("s3cret");
  });

  it("keeps a hundred versions, refuses a change of another file, and goes back past one that failed", () => {
    const { siteFile, stateDir } = options();
    writeNewSite(siteFile, stateDir, () => "a1b2");
    const configuration = new Configuration(options());
    configuration.noteInUse();
    configuration.noteInUse();
    expect(configuration.versions).toHaveLength(1);
    const first = configuration.text;
    for (let n = 0; n < 105; n++) configuration.apply(`${first}# ${n}\n`, configuration.hash, { by: "li", note: "" });
    expect(configuration.versions.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, index) => index + 7));
    expect(() => configuration.apply(first, "0", { by: "li", note: "" })).toThrow("has changed meanwhile");
    expect(() => configuration.versionText(1)).toThrow("there are 7 to 106");
  });

  it("puts back what ran last, keeps what did not start, and never undoes what is the same file", () => {
    const { siteFile, stateDir } = options();
    writeNewSite(siteFile, stateDir, () => "a1b2");
    const configuration = new Configuration(options());
    const ran = configuration.text;
    configuration.noteInUse();
    expect(configuration.putBack("no port")).toBeUndefined();
    for (const change of ["# never ran\n", "# neither\n"])
      configuration.apply(`${ran}${change}`, configuration.hash, { by: "li", note: "" });
    writeFileSync(siteFile, `${ran}# by hand\n`);
    expect(configuration.putBack("no port")?.by).toBe("gateway");
    expect(configuration.text).toBe(ran);
    expect(configuration.versions.map(({ n }) => configuration.versionText(n))).toContain(`${ran}# by hand\n`);
  });

  it("puts back a file that was taken and never ran, after processes enough have died of it", () => {
    const { siteFile, stateDir } = options();
    writeNewSite(siteFile, stateDir, () => "a1b2");
    const first = new Configuration(options());
    const ran = first.text;
    first.noteInUse();
    first.apply(`${ran}# kills\n`, first.hash, { by: "li", note: "" });
    for (let start = 0; start < 3; start++) expect(new Configuration(options()).startsAgain()).toBeUndefined();
    expect(first.text).toContain("# kills");
    expect(new Configuration(options()).startsAgain()?.note).toContain("never ran in 3 starts");
    expect(first.text).toBe(ran);
    expect(new Configuration(options()).startsAgain()).toBeUndefined();
  });

  it("leaves a file that was edited by hand, and one that ran after power cuts", () => {
    const { siteFile, stateDir } = options();
    writeNewSite(siteFile, stateDir, () => "a1b2");
    const first = new Configuration(options());
    first.noteInUse();
    first.apply(`${first.text}# cut off\n`, first.hash, { by: "li", note: "" });
    for (let start = 0; start < 3; start++) new Configuration(options()).startsAgain();
    new Configuration(options()).noteInUse();
    for (let start = 0; start < 5; start++) expect(new Configuration(options()).startsAgain()).toBeUndefined();
    writeFileSync(siteFile, "site: {");
    for (let start = 0; start < 5; start++) expect(new Configuration(options()).startsAgain()).toBeUndefined();
    expect(readFileSync(siteFile, "utf8")).toBe("site: {");
  });
});
