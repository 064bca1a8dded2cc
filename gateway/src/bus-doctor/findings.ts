/** What the figures of a line mean, in sentences for whoever has to mend it. Pure. */
import type { AddressTally, LineReport } from "./tally.ts";

type Figures = Omit<LineReport, "findings">;

/** So many questions before anything is said about an address. */
const ENOUGH = 5;
const MANY = 0.3;
const FEW = 0.05;
const NOISY = 0.02;
const MIN_TWICE = 2;

export function findings(
  line: Figures,
  nameOf: (address: string) => string | undefined,
  unasked: boolean,
): readonly string[] {
  const who = ({ address }: AddressTally): string => {
    const name = nameOf(address);
    return name === undefined ? `address ${address}` : `address ${address} (${name})`;
  };
  const asked = line.addresses.filter((row) => row.asked >= ENOUGH);
  const others = (row: AddressTally) => asked.filter((other) => other !== row);
  const isGarbled = (row: AddressTally) =>
    damage(row) >= MANY &&
    others(row).some((other) => other.answered > 0) &&
    others(row).every((other) => damage(other) <= FEW);
  const found = [...aboutLine(line, asked, asked.some(isGarbled))];
  for (const row of asked) {
    if (row.twice >= MIN_TWICE)
      found.push(
        `${who(row)}: ${row.twice} of ${row.asked} questions were answered twice: two devices have this address`,
      );
    if (isGarbled(row))
      found.push(
        `${who(row)}: ${row.damaged} of ${row.asked} answers are garbled while the others are whole: two devices have this address and speak at once, or its branch is too long`,
      );
    if (row.answered === 0 && row.damaged === 0 && line.framesHeard > 0)
      found.push(`${who(row)}: never answered: check its power, its address and its baud rate`);
  }
  for (const row of line.addresses)
    if (!unasked && row.asked === 0 && row.unexpected > 0)
      found.push(
        `${who(row)}: speaks though nobody asked it, ${row.unexpected} times: it is not in the site file, or does not stop`,
      );
  return found;
}

/** `explained`: the noise is that of one address. */
function aboutLine(line: Figures, asked: readonly AddressTally[], explained: boolean): readonly string[] {
  const found: string[] = [];
  const { bytesHeard, noiseBytes, framesHeard, foreign } = line;
  if (asked.length > 0 && bytesHeard === 0)
    found.push("nothing was heard at all: check power, A and B (try them swapped), and that the port is the right one");
  else if (framesHeard === 0 && noiseBytes > 0)
    found.push("only noise was heard: the baud rate or parity is another, or A and B are swapped");
  else if (asked.length > 1 && asked.every((row) => damage(row) > MANY))
    found.push("every device's answers are garbled: check the termination at both ends, the shield, and the baud rate");
  else if (!explained && noiseBytes > NOISY * bytesHeard)
    found.push(`${noiseBytes} of ${bytesHeard} bytes heard are noise: check termination, bias and shield`);
  if (foreign > 0)
    found.push(`another controller speaks on this line, ${foreign} frames of it: take one of the two off it`);
  return found;
}

const damage = (row: AddressTally): number => (row.asked === 0 ? 0 : row.damaged / row.asked);
