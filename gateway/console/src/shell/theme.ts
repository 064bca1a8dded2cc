/** Colours: light, dark or as the system says; every pair of text and ground has the contrast of WCAG AA. */
import { type ThemeConfig, theme } from "antd";
import { useSyncExternalStore } from "react";
import { createChoice } from "../parts/choice.ts";

export type Scheme = "light" | "dark";
export const schemeChoice = createChoice<Scheme | "system">(
  "gatehouse.colours",
  ["light", "dark", "system"],
  () => "system",
);

const ofSystem = () => globalThis.matchMedia("(prefers-color-scheme: dark)");
/** Paper is white. */
const onPaper = () => globalThis.matchMedia("print");

function subscribe(listener: () => void): () => void {
  const media = [ofSystem(), onPaper()];
  const end = schemeChoice.subscribe(listener);
  for (const each of media) each.addEventListener("change", listener);
  return () => {
    end();
    for (const each of media) each.removeEventListener("change", listener);
  };
}

function schemeNow(): Scheme {
  if (onPaper().matches) return "light";
  const chosen = schemeChoice.get();
  if (chosen !== "system") return chosen;
  return ofSystem().matches ? "dark" : "light";
}

export const useScheme = (): Scheme => useSyncExternalStore(subscribe, schemeNow);

const shape = {
  fontFamily: "var(--letters)",
  borderRadius: 8,
  controlHeight: 36,
  motionDurationMid: "0.12s",
  motionDurationSlow: "0.16s",
  // A button at work says so, and is read meanwhile.
  opacityLoading: 1,
};

export const THEMES: Readonly<Record<Scheme, ThemeConfig>> = {
  light: {
    algorithm: theme.defaultAlgorithm,
    token: {
      ...shape,
      colorPrimary: "#0b57d0",
      colorPrimaryHover: "#0a4ab1",
      colorLink: "#0b57d0",
      // What antd makes of it under the mouse is too pale to read.
      colorLinkHover: "#0a4ab1",
      colorLinkActive: "#083b8c",
      colorInfo: "#0b57d0",
      colorError: "#b3261e",
      colorSuccess: "#146c2e",
      colorWarning: "#8a5300",
      colorErrorBg: "#fbe4e2",
      colorErrorBorder: "#e3a29d",
      colorSuccessBg: "#e0f3e4",
      colorSuccessBorder: "#9fcfab",
      colorWarningBg: "#fff0d2",
      colorWarningBorder: "#e5c37f",
      colorInfoBg: "#e3edfd",
      colorInfoBorder: "#a9c4ee",
      colorTextPlaceholder: "#5d6470",
      colorTextTertiary: "#565e6a",
      colorTextDescription: "#565e6a",
      colorTextSecondary: "#474f5a",
    },
  },
  dark: {
    algorithm: theme.darkAlgorithm,
    token: {
      ...shape,
      colorPrimary: "#8ab4f8",
      colorPrimaryHover: "#a8c7fa",
      colorLink: "#a8c7fa",
      colorLinkHover: "#c4d8fc",
      colorLinkActive: "#c4d8fc",
      colorInfo: "#a8c7fa",
      colorError: "#f28b82",
      colorSuccess: "#81c995",
      colorWarning: "#fdd663",
      colorErrorBg: "#4a1b18",
      colorErrorBorder: "#7d332e",
      colorSuccessBg: "#15331f",
      colorSuccessBorder: "#2f6540",
      colorWarningBg: "#40310a",
      colorWarningBorder: "#78601f",
      colorInfoBg: "#1d2b45",
      colorInfoBorder: "#34507f",
      colorTextLightSolid: "#0d1320",
      colorTextPlaceholder: "#a3abb8",
      colorTextTertiary: "#aab2be",
      colorTextDescription: "#aab2be",
      colorTextSecondary: "#c2c9d4",
      colorBgLayout: "#0f1115",
      colorBgContainer: "#171a21",
      colorBgElevated: "#1f232c",
    },
    components: { Tooltip: { colorTextLightSolid: "#ffffff" } },
  },
};
