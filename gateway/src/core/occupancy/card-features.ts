/** Features of a space's cards: how many are used regularly, by whom, how evenly, which are new and which gone. */
import { DAYS } from "./diary.ts";
import { hasCards, type Member, type Roster, usesOn } from "./roster.ts";

export const CARD_FEATURES = [
  "cards.regular7",
  "cards.regular14",
  "cards.regular28",
  "cards.unlisted14",
  "cards.listed14",
  "cards.effective7",
  "cards.effective28",
  "cards.once14",
  "cards.others14",
  "cards.new14",
  "cards.gone14",
] as const;

/** How often a card was used up to the day before `lastDay`, and on how many days of the last 7, 14 and 28. */
interface Use {
  readonly member: Member;
  readonly days7: number;
  readonly days14: number;
  readonly days28: number;
  readonly week: number;
  readonly month: number;
}

function useOf(member: Member, lastDay: number, fromDay: number): Use {
  let [days7, days14, days28, week, month] = [0, 0, 0, 0, 0];
  for (let back = 1; back < DAYS && lastDay - back >= fromDay; back++) {
    const uses = usesOn(member, lastDay - back);
    if (uses === 0) continue;
    month += uses;
    days28 += 1;
    if (back <= 14) days14 += 1;
    if (back <= 7) {
      days7 += 1;
      week += uses;
    }
  }
  return { member, days7, days14, days28, week, month };
}

const livesHere = ({ member: { role } }: Use): boolean => role === "tenant" || role === "unlisted";

/** In the order of CARD_FEATURES, uses before local day `fromDay` left out; all NaN for a space without cards. */
export function cardValues(roster: Roster, lastDay: number, fromDay: number): readonly number[] {
  if (!hasCards(roster)) return CARD_FEATURES.map(() => Number.NaN);
  const all = [...roster.values()].flatMap((member) =>
    member.role === "pass-key" ? [] : [useOf(member, lastDay, fromDay)],
  );
  const own = all.filter(livesHere);
  const count = (holds: (use: Use) => boolean): number => own.filter(holds).length;
  return [
    count(({ days7 }) => days7 >= 2),
    count(({ days14 }) => days14 >= 3),
    count(({ days28 }) => days28 >= 4),
    count(({ days14, member }) => days14 >= 2 && member.role === "unlisted"),
    count(({ days14, member }) => days14 >= 2 && member.role === "tenant"),
    effective(own.map(({ week }) => week)),
    effective(own.map(({ month }) => month)),
    count(({ days14 }) => days14 === 1),
    all.filter((use) => !livesHere(use) && use.days14 > 0).length,
    count(({ days14, days28 }) => days14 >= 3 && days28 === days14),
    count(({ days14, days28 }) => days28 >= 4 && days14 <= 1),
  ];
}

/** How many equal ones they amount to: the exponential of the entropy of their shares. */
function effective(uses: readonly number[]): number {
  const total = uses.reduce((sum, n) => sum + n, 0);
  if (total === 0) return 0;
  return Math.exp(-uses.reduce((sum, n) => sum + (n === 0 ? 0 : (n / total) * Math.log(n / total)), 0));
}
