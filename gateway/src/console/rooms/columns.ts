/** Columns of a list of rooms: their ids, what they are called in a list's first line, and how to fill them in. */
import type { Words } from "@gatehouse/protocol";
import type { ROOM_COLUMNS } from "../table/setup.ts";

export type RoomColumn = (typeof ROOM_COLUMNS)[number];

export interface ColumnWords {
  /** First line of the template. */
  readonly title: Words;
  /** For the template's second sheet. */
  readonly how: Words;
  readonly example: Words;
  /** Other names people give it. */
  readonly also: readonly string[];
}

export const COLUMNS: Readonly<Record<RoomColumn, ColumnWords>> = {
  id: {
    title: { zh: "房间编号", en: "room" },
    how: {
      zh: "必填。字母、数字、“-”“_”“.”，如 3-302；不能重复。",
      en: "Needed. Letters, digits, '-', '_', '.', as 3-302; each once.",
    },
    example: { zh: "3-302", en: "3-302" },
    also: ["id", "房号", "编号", "房间号", "房间", "室号", "room no", "room number", "number"],
  },
  name: {
    title: { zh: "名称", en: "name" },
    how: { zh: "供人看的名称，可不填。", en: "For people; may be empty." },
    example: { zh: "3号楼302室", en: "Building 3, room 302" },
    also: ["房间名称", "room name"],
  },
  kind: {
    title: { zh: "类型", en: "kind" },
    how: {
      zh: "成套住宅、单间、工棚宿舍、走廊、院落、楼层、楼栋之一；不填为成套住宅。",
      en: "flat, room, shed, corridor, yard, floor or building; flat where empty.",
    },
    example: { zh: "成套住宅", en: "flat" },
    also: ["房间类型", "type"],
  },
  parent: {
    title: { zh: "所在", en: "in" },
    how: {
      zh: "所在楼层或楼栋的编号，须在本表或站点中；可不填。",
      en: "Number of the floor or building it lies in, of this list or the site; may be empty.",
    },
    example: { zh: "", en: "" },
    also: ["上级", "所属", "楼栋", "楼层", "parent", "building", "floor"],
  },
  areas: {
    title: { zh: "居室面积（平方米）", en: "areas (m2)" },
    how: {
      zh: "每间居室的使用面积，用空格、顿号或逗号隔开，如 14.2, 11；厨房、卫生间、阳台不算。",
      en: "Usable area of each living room, with commas or spaces between, as 14.2, 11; no kitchens, bathrooms, balconies.",
    },
    example: { zh: "14.2, 11", en: "14.2, 11" },
    also: ["面积", "居室面积", "房间面积", "使用面积", "area", "areas", "area (m2)", "m2"],
  },
  registered: {
    title: { zh: "登记人数", en: "registered" },
    how: { zh: "已登记居住的人数，可不填。", en: "How many people are registered; may be empty." },
    example: { zh: "2", en: "2" },
    also: ["登记", "人数", "registered people", "people"],
  },
  family: {
    title: { zh: "家庭", en: "family" },
    how: {
      zh: "是／否：一家人居住时不按每间人数限制。",
      en: "yes or no: a family is exempt from the number of people in a room.",
    },
    example: { zh: "否", en: "no" },
    also: ["是否家庭", "家庭户"],
  },
  risk: {
    title: { zh: "风险等级", en: "risk" },
    how: { zh: "红、黄、蓝之一，可不填。", en: "red, yellow or blue; may be empty." },
    example: { zh: "蓝", en: "blue" },
    also: ["风险", "等级", "risk level"],
  },
  code: {
    title: { zh: "标准地址编码", en: "address code" },
    how: { zh: "可不填。", en: "May be empty." },
    example: { zh: "", en: "" },
    also: ["地址编码", "code"],
  },
  grid: {
    title: { zh: "网格", en: "grid" },
    how: { zh: "网格编码，可不填：随站点。", en: "Code of the grid; where empty, the site's." },
    example: { zh: "", en: "" },
    also: ["网格编码", "grid code"],
  },
  plate: {
    title: { zh: "门牌二维码", en: "door plate" },
    how: { zh: "门上二维码门牌的编号，可不填。", en: "Number of the QR plate at the door; may be empty." },
    example: { zh: "", en: "" },
    also: ["二维码", "门牌", "门牌号", "plate"],
  },
};

/** The console's own words for kinds stand first of each; the others are what people write. In small letters. */
export const KIND_WORDS: Readonly<Record<string, string>> = {
  成套住宅: "flat",
  套房: "flat",
  套间: "flat",
  户: "flat",
  单间: "room",
  房间: "room",
  宿舍: "room",
  工棚宿舍: "shed",
  工棚: "shed",
  "site hut": "shed",
  走廊: "corridor",
  过道: "corridor",
  院落: "yard",
  院子: "yard",
  楼层: "floor",
  楼栋: "building",
  楼: "building",
};

export const RISK_WORDS: Readonly<Record<string, string>> = {
  红: "red",
  红色: "red",
  黄: "yellow",
  黄色: "yellow",
  蓝: "blue",
  蓝色: "blue",
};

export const YES: readonly string[] = ["是", "yes", "y", "true", "1", "√", "✓"];
export const NO: readonly string[] = ["否", "no", "n", "false", "0", ""];

/**
 * Rooms that the templates begin with, to show how a row is filled in. Their numbers can be none of a room's: as they stand they are left out, and
 * whoever changes the rest of one and keeps its number is told so.
 */
export const EXAMPLES: Readonly<Record<"zh" | "en", readonly Partial<Record<RoomColumn, string>>[]>> = {
  zh: [
    {
      id: "（示例）3-302",
      name: "3号楼302室",
      kind: "成套住宅",
      areas: "14.2, 11",
      registered: "2",
      family: "否",
      risk: "蓝",
    },
    { id: "（示例）3-303", name: "3号楼303室", kind: "单间", areas: "12.5", registered: "1", family: "否" },
  ],
  en: [
    {
      id: "(example) 3-302",
      name: "Building 3, room 302",
      kind: "flat",
      areas: "14.2, 11",
      registered: "2",
      family: "no",
      risk: "blue",
    },
    { id: "(example) 3-303", name: "Building 3, room 303", kind: "room", areas: "12.5", registered: "1", family: "no" },
  ],
};

/** Spaces, brackets with units, stars of columns that are needed, width of letters: none of it matters. */
const plain = (title: string): string =>
  title
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[*:\s]/g, "")
    .replace(/[(（].*?[)）]/g, "");

const byTitle = new Map<string, RoomColumn>();
for (const [id, { title, also }] of Object.entries(COLUMNS) as [RoomColumn, ColumnWords][])
  for (const name of [id, title.zh, title.en, ...also]) byTitle.set(plain(name), id);

export const columnOf = (title: string): RoomColumn | undefined => byTitle.get(plain(title));
