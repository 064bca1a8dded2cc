/** A QR code as a drawing of the page itself: no picture is fetched, no foreign markup comes in. */
import { create } from "qrcode";
import { useMemo } from "react";

const QUIET = 2;

/** Dark modules row by row, as runs of unit squares. */
export function pathOf(size: number, isDark: (row: number, column: number) => boolean): string {
  const runs: string[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const from = column;
      while (column < size && isDark(row, column)) column++;
      if (column > from) runs.push(`M${from + QUIET} ${row + QUIET}h${column - from}v1H${from + QUIET}z`);
    }
  }
  return runs.join("");
}

/** Black on white in dark mode too: scanners want it so. */
export function QrCode({ text, alt }: { readonly text: string; readonly alt?: string }) {
  const { size, path } = useMemo(() => {
    const { modules } = create(text, { errorCorrectionLevel: "M" });
    return { size: modules.size, path: pathOf(modules.size, (row, column) => modules.get(row, column) === 1) };
  }, [text]);
  const whole = size + 2 * QUIET;
  return (
    <svg
      className="qr-code"
      viewBox={`0 0 ${whole} ${whole}`}
      role="img"
      aria-label={alt ?? text}
      shapeRendering="crispEdges"
    >
      <rect width={whole} height={whole} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
