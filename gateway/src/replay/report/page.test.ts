import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Alert } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createBelief } from "../../core/occupancy/belief.ts";
import type { Stand } from "../../core/occupancy/estimate.ts";
import { testConfig } from "../../testing/site.ts";
import { Intake } from "../intake.ts";
import { Outcome } from "../outcome.ts";
import { summaryOf } from "../summary.ts";
import { variantsOf } from "../variants.ts";
import { reportPage } from "./page.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-report-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
const START_MS = Date.parse("2026-03-01T00:00:00+08:00");
const START_DAY = Math.floor((START_MS + 8 * 3_600_000) / DAY_MS);
const NIGHTS = 60;

const alert = (more: Partial<Alert>): Alert => ({
  id: "alr_r1",
  kind: "group-rental",
  level: "red",
  space: "F1",
  state: "raised",
  offence: 1,
  episode: 1,
  raisedAt: "2026-03-20T06:00:00.000+08:00",
  since: "2026-03-18T03:00:00.000+08:00",
  clearedAt: "2026-04-02T06:00:00.000+08:00",
  trigger: null,
  probability: 0.97,
  persons: { residing: 5, low: 4, high: 6, present: 3 },
  limit: { persons: 2, policy: "test-policy", basis: "test" },
  evidence: [
    { source: "counter", says: "5 in at three <b>in the morning</b>", zh: "凌晨三点5人在内", weight: 2.1 },
    { source: "water", says: "little water", weight: -0.6 },
    { source: "lock", says: "a fact", weight: 0 },
  ],
  sla: { acknowledgeBy: "", resolveBy: "" },
  address: { grid: "MQ-053" },
  history: [],
  ...more,
});

const STAND: Stand = {
  sign: "first",
  signSince: "2026-04-28T03:00:00.000+08:00",
  signNights: 1,
  signNeeded: 2,
  signOf: 3,
  abstains: { says: "no counter, 3 of the last 7 days heard", zh: "无人数计数器，近7天有3天收到数据" },
};

/** Two flats for sixty nights; F1 over its limit from the twentieth on. */
function page(limit: readonly string[] = [], rooms = 2, alerts: readonly Alert[] = [alert({})]): string {
  const spaces = Array.from({ length: rooms }, (_, i) => ({ id: `F${i + 1}`, kind: "flat", rooms: [{ areaM2: 12 }] }));
  const portals = spaces.map(({ id }) => ({ id: `D-${id}`, kind: "door", from: "outside", to: id }));
  const devices = portals.map(({ id }) => ({ id: `count-${id}`, kind: "counter", portal: id }));
  const { site, policies } = testConfig({ spaces, portals, devices });
  const grounds = { site, policies: new Map(policies.map((policy) => [policy.id, policy])) };
  const [first, ...others] = variantsOf(grounds, { limit });
  const outcomes = [new Outcome(first, folder), ...others.map((each) => new Outcome(each, folder))] as const;
  for (const outcome of outcomes) {
    outcome.replay.advance(START_MS);
    for (const each of outcome.variant.name === "limit 9" ? [] : alerts) outcome.episodes.record(each);
    for (const [i, { id }] of spaces.entries()) {
      for (let night = 0; night < NIGHTS; night++) {
        const residing = i === 0 && night >= 20 ? 5 : 1 + (i % 2);
        const persons = { residing, low: residing - 1, high: residing + 1, pOver: residing > 2 ? 0.97 : 0.1 };
        outcome.nights.add(id, START_DAY + night, { ...persons, present: (night * 7) % 5 });
      }
    }
    outcome.replay.advance(START_MS + NIGHTS * DAY_MS);
    outcome.replay.state.beliefs.set("F2", { ...createBelief(), stand: STAND });
    outcome.close();
  }
  const timeOf = (ms: number) => `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, -1)}+08:00`;
  return reportPage(summaryOf(new Intake(), outcomes, START_MS, timeOf), outcomes);
}

const sectionOf = (html: string, room: string): string =>
  html.split('<details class="room"').find((part) => part.includes(`id="room-${room}"`)) ?? "";

it("tells a finding with its evidence in words, in both languages, and nothing as markup", () => {
  const room = sectionOf(page(), "F1");
  for (const said of ["群租", "group rental", "97 %", "5 living here (4 to 6), 3 present", "居住 5 人（4–6）"])
    expect(room).toContain(said);
  expect(room).toContain("凌晨三点5人在内");
  expect(room).toContain("5 in at three &#60;b&#62;in the morning&#60;/b&#62;");
  expect(room).toContain("speaks for it, strong (+2.1)");
  expect(room).toContain("speaks against it, some weight (−0.6)");
  expect(room).toContain("a plain fact");
  expect(room).toContain("first above one half: 2026-03-21");
});

it("says of a room that there is a first sign, and that too little is known", () => {
  const room = sectionOf(page(), "F2");
  expect(room).toContain("likely over the limit on 1 of the last 3 nights (an alert needs 2), since 2026-04-28");
  expect(room).toContain("no counter, 3 of the last 7 days heard");
  expect(room).toContain("无人数计数器，近7天有3天收到数据");
  expect(sectionOf(page(), "F1")).not.toContain("First sign");
});

it("draws every night, the limit, the band, and shades the time an alert stood", () => {
  const room = sectionOf(page(), "F1");
  const [wide = "", narrow = ""] = room.split('<div class="plot').slice(1);
  for (const [plot, width] of [
    [wide, 840],
    [narrow, 340],
  ] as const) {
    expect(plot).toContain(`viewBox="0 0 ${width} `);
    const [, dots = ""] = /<path d="((?:M[\d. ]+h0)+)" stroke="var\(--dot\)"/.exec(plot) ?? [];
    expect(dots.match(/M/g)).toHaveLength(NIGHTS);
    for (const colour of ["--line", "--band", "--limit", "--alert"]) expect(plot).toContain(`var(${colour})`);
    expect(plot).toContain("≤ 2");
    // From the twentieth night's morning to the thirty-third's: about a fifth of the way.
    const [, shade = ""] = /<polygon points="([^"]*)" fill="var\(--alert\)"/.exec(plot) ?? [];
    const across = [...shade.matchAll(/([\d.]+) [\d.]+/g)].map(([, x]) => (Number(x) - 30) / (width - 64));
    expect(Math.min(...across)).toBeCloseTo(19.25 / NIGHTS, 1);
    expect(Math.max(...across)).toBeCloseTo(32.25 / NIGHTS, 1);
  }
  expect(sectionOf(page(), "F2")).not.toContain('fill="var(--alert)"');
});

it("opens the rooms with a finding and folds the others; a page without one says so", () => {
  expect(sectionOf(page(), "F1")).toMatch(/^ open>/);
  expect(sectionOf(page(), "F2")).toMatch(/^>/);
  const quiet = page([], 2, []);
  expect(quiet).toContain("<b>No room</b> was found to have more residents than allowed.");
  expect(quiet).not.toContain('fill="var(--alert)"');
});

it("sets what was compared side by side, and draws its limits", () => {
  const html = page(["9"]);
  const [, comparison = ""] = /<section id="comparison">(.*?)<\/section>/s.exec(html) ?? [];
  expect(comparison).toContain("上限 9");
  expect(comparison).toContain("03-20 → 04-02");
  expect(comparison.replace(/<[^>]+>/g, " ")).toMatch(/F1\s+1\s.*\s0\s/s);
  expect(sectionOf(html, "F1")).toContain("≤ 9");
  expect(page()).not.toContain('id="comparison"');
});

it("is the same page twice, within one process", () => {
  const first = page(["9"]);
  expect(page(["9"]) === first).toBe(true);
});

it("stays small: 24 rooms for 60 nights in less than 3 MB", () => {
  const html = page(["3", "9"], 24);
  expect(html.match(/<svg /g)).toHaveLength(24 * 4);
  expect(html.length).toBeLessThan(1_500_000);
});
