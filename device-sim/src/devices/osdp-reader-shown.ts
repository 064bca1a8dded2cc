/** What somebody in front of a simulated OSDP reader sees and hears, as plain data. */
import { COLOURS, isOutputOn, ledColour, type Pd } from "@gatehouse/protocol";

export function shownByReader(pd: Pd, nowMs: number): object {
  const colour = ledColour(pd.state, nowMs);
  const buzzer = pd.state.buzzers.get(0);
  return {
    address: pd.address,
    baud: pd.baud,
    secure: pd.isSecure,
    install: pd.installMode,
    outputs: pd.state.outputs.map((_, output) => isOutputOn(pd.state, output, nowMs)),
    led: colour === undefined ? null : (COLOURS[colour] ?? colour),
    buzzer: buzzer === undefined ? null : { tone: buzzer.tone, count: buzzer.count },
    text: pd.state.texts.get(0)?.text ?? null,
    waiting: pd.events.waiting,
  };
}
