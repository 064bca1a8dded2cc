/**
 * What must not be overlooked, above every page: a fire, alerts nobody took, a lost connection, a restart. It has its room always and lies over what has not:
 * whatever comes or goes, nothing moves that somebody is about to click.
 */
import { AlertFilled, CheckSquareOutlined, DisconnectOutlined, FireOutlined } from "@ant-design/icons";
import { systemClock } from "@gatehouse/protocol";
import { useEffect, useRef, useState } from "react";
import { useAnswer, useLive } from "../client/use-answer.ts";
import type { EgressStatus } from "../pages/safety/roll-call.ts";
import { fill, useWords } from "../words/language.ts";
import { setUpWords } from "../words/set-up.ts";
import { shellWords } from "../words/shell.ts";
import { useOpenAlerts } from "./alert-watch.tsx";
import { useLiveState } from "./box.ts";
import { usePlace } from "./route.ts";
import { useMay } from "./session.ts";
import { useSite, useTimes } from "./site.tsx";

/** So long it is said that the connection is back. */
const RETURNED_MS = 6_000;

export function Banners() {
  return (
    <div className="banners no-print">
      <div className="banners-row">
        <StandingFire />
        <WaitingAlerts />
        <NotSetUp />
      </div>
      <Connection />
    </div>
  );
}

/** A fire stands until its end is said; its alert may have been taken long before. */
function StandingFire() {
  const words = useWords(shellWords);
  const { answer } = useAnswer("GET /api/1/fire", {}, { reloadOn: ["alerts"] });
  const { time } = useTimes();
  const since = (answer as EgressStatus | undefined)?.since ?? null;
  if (since === null) return null;
  return (
    <div className="banner banner-urgent" role="status" data-fire="standing">
      <FireOutlined />
      <span>{fill(words.fireStands, { at: time(since) })}</span>
      <a href="#/fire">{words.toFire}</a>
    </div>
  );
}

function WaitingAlerts() {
  const words = useWords(shellWords);
  const { waiting } = useOpenAlerts();
  const { path } = usePlace();
  if (waiting.length === 0 || path === "/alerts") return null;
  const urgent = waiting.some(({ level }) => level === "emergency" || level === "red");
  return (
    <div className={urgent ? "banner banner-urgent" : "banner banner-alert"} role="status">
      <AlertFilled />
      <span>{fill(words.openAlerts, { n: waiting.length })}</span>
      <a href="#/alerts">{words.toAlerts}</a>
    </div>
  );
}

/** Whoever may set the site up is led there until it is done. */
function NotSetUp() {
  const words = useWords(setUpWords);
  const site = useSite();
  const technician = useMay("technician");
  const { path } = usePlace();
  if (!technician || site?.setUp !== false || path.startsWith("/set-up")) return null;
  return (
    <div className="banner banner-alert" role="status">
      <CheckSquareOutlined />
      <span>{words.notSetUp}</span>
      <a href="#/set-up">{words.toSetUp}</a>
    </div>
  );
}

function Connection() {
  const words = useWords(shellWords);
  const state = useLiveState();
  const [restart, setRestart] = useState(false);
  const returned = useReturned(state === "up", state === "lost");
  useLive({ watch: [] }, (message) => {
    if (message.about === "restart") setRestart(true);
    else if (message.about === "hello") setRestart(false);
  });
  if (state === "lost")
    return (
      <div className="banner banner-lost" role="status" data-connection="lost">
        <DisconnectOutlined />
        <span>{restart ? words.restarting : words.lost}</span>
      </div>
    );
  if (!returned) return null;
  return (
    <div className="banner banner-returned" role="status" data-connection="returned">
      <span>{words.returned}</span>
    </div>
  );
}

function useReturned(up: boolean, lost: boolean): boolean {
  const [returned, setReturned] = useState(false);
  const wasLost = useRef(false);
  useEffect(() => {
    if (lost) wasLost.current = true;
    if (!up || !wasLost.current) return;
    wasLost.current = false;
    setReturned(true);
    return systemClock.after(RETURNED_MS, () => setReturned(false));
  }, [up, lost]);
  return returned;
}
