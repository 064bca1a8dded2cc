/** Reads a QR code with the camera: by the browser's own reader, or by one that is loaded where it has none, as on an iPhone. The picture never leaves the browser. */
import { systemClock } from "@gatehouse/protocol";
import { useEffect, useRef, useState } from "react";
import { cameraWords } from "../../words/camera.ts";
import { useWords } from "../../words/language.ts";
import { type CameraTrouble, cameraTrouble } from "./camera-trouble.ts";

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
interface DetectorMaker {
  new (options: { readonly formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** A camera needs a page the browser trusts. */
export const canScan = (): boolean => globalThis.navigator?.mediaDevices?.getUserMedia !== undefined;

async function detector(): Promise<Detector> {
  const Own = (globalThis as { readonly BarcodeDetector?: DetectorMaker }).BarcodeDetector;
  // Some browsers have the name and no reader behind it.
  const reads = Own === undefined ? [] : await Own.getSupportedFormats().catch(() => []);
  if (Own !== undefined && reads.includes("qr_code")) return new Own({ formats: ["qr_code"] });
  const { pictureDetector } = await import("./picture-detector.ts");
  return pictureDetector();
}

const LOOK_EVERY_MS = 250;

export function CodeCamera({ onCode }: { readonly onCode: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(onCode);
  latest.current = onCode;
  const words = useWords(cameraWords);
  const [trouble, setTrouble] = useState<CameraTrouble>();
  useEffect(() => {
    const ended = new AbortController();
    watch(video.current, (text) => latest.current(text), ended.signal).catch((error: unknown) => {
      if (!ended.signal.aborted) setTrouble(cameraTrouble(error));
    });
    return () => ended.abort();
  }, []);
  return trouble === undefined ? (
    <video ref={video} className="gh-camera" muted playsInline />
  ) : (
    <p className="gh-problem" role="status">
      {words[trouble]}
    </p>
  );
}

async function watch(video: HTMLVideoElement | null, onCode: (text: string) => void, signal: AbortSignal) {
  if (video === null) return;
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) return stop();
  video.srcObject = stream;
  await video.play();
  const reader = await detector();
  let last = "";
  while (!signal.aborted) {
    const text = (await reader.detect(video))[0]?.rawValue ?? "";
    if (text !== "" && text !== last && !signal.aborted) onCode(text);
    last = text;
    await new Promise<void>((done) => void systemClock.after(LOOK_EVERY_MS, done));
  }
}
