/** Start of the page. */
import { createRoot } from "react-dom/client";
import { keepShell } from "./offline/keep-shell.ts";
import { App } from "./shell/app.tsx";
import { askStanding, feed } from "./shell/box.ts";
import "./styles.css";

const place = document.getElementById("page");
if (place !== null) createRoot(place).render(<App />);
void askStanding();
globalThis.addEventListener("online", () => feed.retryNow());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") feed.retryNow();
});
keepShell();
