/** The optional sound of a new alert, made by the browser itself. */
import { createChoice } from "../parts/choice.ts";

export const soundChoice = createChoice<"on" | "off">("gatehouse.sound", ["on", "off"], () => "off");

/** Two notes, twice. Browsers let it ring only after the reader has touched the page. */
export function chime(): void {
  if (!("AudioContext" in globalThis)) return;
  const audio = new AudioContext();
  const volume = audio.createGain();
  volume.gain.value = 0.2;
  volume.connect(audio.destination);
  const notes = [880, 660, 880, 660];
  for (const [index, pitch] of notes.entries()) {
    const note = audio.createOscillator();
    note.frequency.value = pitch;
    note.connect(volume);
    note.start(audio.currentTime + index * 0.22);
    note.stop(audio.currentTime + index * 0.22 + 0.18);
    if (index === notes.length - 1) note.onended = () => void audio.close();
  }
}
