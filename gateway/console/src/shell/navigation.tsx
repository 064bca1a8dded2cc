/** Navigation out of the table of pages: a column on wide screens, a bar and a drawer on a phone. */
import { MenuOutlined } from "@ant-design/icons";
import { Badge, Drawer } from "antd";
import { useState } from "react";
import { fill, type Language, useLanguage, useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";
import { useOpenAlerts } from "./alert-watch.tsx";
import { useBacklog } from "./backlog-watch.tsx";
import type { Session } from "./box.ts";
import type { PageRow } from "./page-row.ts";
import { mayOpen, PAGES } from "./pages.tsx";
import { Preferences } from "./preferences.tsx";
import { usePlace } from "./route.ts";
import { useSite } from "./site.tsx";

const GROUPS = [
  ["site", "groupSite"],
  ["devices", "groupDevices"],
  ["box", "groupBox"],
] as const;

/** `/alerts/alr_1` belongs to the alerts. */
const isAt = (row: PageRow, path: string) =>
  row.path === "/" ? path === "/" || path.startsWith("/rooms/") : path === row.path || path.startsWith(`${row.path}/`);

/** Whoever was given a password is at their account, wherever the address leads. */
function usePathFor({ mustChangePassword }: Session): string {
  const { path } = usePlace();
  return mustChangePassword ? "/account" : path;
}

function Item({ row, language, path }: { readonly row: PageRow; readonly language: Language; readonly path: string }) {
  const { waiting } = useOpenAlerts();
  const { icon: Icon } = row;
  return (
    <a className="nav-item" href={`#${row.path}`} aria-current={isAt(row, path) ? "page" : undefined}>
      <Badge count={row.path === "/alerts" ? waiting.length : 0} size="small" offset={[2, -2]}>
        <span className="nav-icon" aria-hidden="true">
          {Icon === undefined ? null : <Icon />}
        </span>
      </Badge>
      <span className="nav-word">{row.title[language]}</span>
      {row.path === "/uplinks" ? <Backlog /> : null}
    </a>
  );
}

/** Quiet: alerts come first, and people on duty can do little about a platform. */
function Backlog() {
  const words = useWords(shellWords);
  const n = useBacklog();
  if (n === 0) return null;
  return (
    <span className="nav-mark" data-backlog={n} title={words.backlogLong}>
      {fill(words.backlog, { n: n.toLocaleString() })}
    </span>
  );
}

function Groups({ session }: { readonly session: Session }) {
  const words = useWords(shellWords);
  const language = useLanguage();
  const path = usePathFor(session);
  const rows = PAGES.filter((row) => mayOpen(row, session.roles));
  return GROUPS.map(([group, word]) => {
    const own = rows.filter((row) => row.group === group);
    if (own.length === 0) return null;
    return (
      <div key={group} className="nav-group">
        <div className="nav-heading">{words[word]}</div>
        {own.map((row) => (
          <Item key={row.path} row={row} language={language} path={path} />
        ))}
      </div>
    );
  });
}

export function SideBar({ session }: { readonly session: Session }) {
  const words = useWords(shellWords);
  const site = useSite();
  return (
    <nav className="side-bar no-print" aria-label={words.navigation}>
      <a className="brand" href="#/">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <span className="brand-name" dir="auto" title={site?.name}>
          {site === undefined || site.name === "" ? "Gatehouse" : site.name}
        </span>
      </a>
      <div className="nav-groups">
        <Groups session={session} />
      </div>
      <Preferences session={session} />
    </nav>
  );
}

export function FootBar({ session }: { readonly session: Session }) {
  const words = useWords(shellWords);
  const language = useLanguage();
  const path = usePathFor(session);
  const [open, setOpen] = useState(false);
  const backlog = useBacklog();
  const rows = PAGES.filter((row) => row.bar === true && mayOpen(row, session.roles));
  return (
    <nav className="foot-bar no-print" aria-label={words.menu}>
      {rows.map((row) => (
        <Item key={row.path} row={row} language={language} path={path} />
      ))}
      <button type="button" className="nav-item" onClick={() => setOpen(true)} aria-expanded={open}>
        <Badge dot={backlog > 0} color="var(--soft)">
          <span className="nav-icon" aria-hidden="true">
            <MenuOutlined />
          </span>
        </Badge>
        <span className="nav-word">{words.more}</span>
      </button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        title={words.menu}
        placement="right"
        size={300}
        destroyOnHidden
        closable={{ "aria-label": words.close }}
      >
        <div
          className="drawer-nav"
          onClickCapture={(event) => (event.target as Element).closest("a") && setOpen(false)}
        >
          <Groups session={session} />
          <Preferences session={session} />
        </div>
      </Drawer>
    </nav>
  );
}
