/** The frame of a signed-in page: navigation at the side or the foot, what must not be overlooked at the top, the page itself. */
import { Suspense, useEffect, useRef } from "react";
import { Guard } from "../parts/guard.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";
import { AlertWatch, useOpenAlerts } from "./alert-watch.tsx";
import { BacklogWatch } from "./backlog-watch.tsx";
import { Banners } from "./banners.tsx";
import type { Session } from "./box.ts";
import { FootBar, SideBar } from "./navigation.tsx";
import { mayOpen, pageAt } from "./pages.tsx";
import { go, useHash, usePlace } from "./route.ts";
import { SessionContext } from "./session.ts";
import { SiteWatch } from "./site.tsx";

export function Frame({ session }: { readonly session: Session }) {
  return (
    <SessionContext value={session}>
      <SiteWatch>
        <AlertWatch>
          <BacklogWatch>
            <Inside session={session} />
          </BacklogWatch>
        </AlertWatch>
      </SiteWatch>
    </SessionContext>
  );
}

function Inside({ session }: { readonly session: Session }) {
  const words = useWords(shellWords);
  const content = useRef<HTMLElement>(null);
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={() => content.current?.focus()}>
        {words.skip}
      </button>
      <SideBar session={session} />
      <div className="middle">
        <Banners />
        <main className="content" ref={content} tabIndex={-1}>
          <Opened session={session} />
        </main>
      </div>
      <FootBar session={session} />
    </div>
  );
}

function Opened({ session }: { readonly session: Session }) {
  const words = useWords(shellWords);
  const language = useLanguage();
  const { path } = usePlace();
  const hash = useHash();
  const { waiting } = useOpenAlerts();
  // Whoever was given a password changes it first.
  const found = pageAt(session.mustChangePassword ? "/account" : path);
  const title = found?.row.title[language];
  useEffect(() => {
    const count = waiting.length === 0 ? "" : `(${waiting.length}) `;
    document.title = `${count}${title === undefined ? "" : `${title} · `}Gatehouse`;
  }, [title, waiting.length]);
  if (found === undefined) return <Refused text={words.notFound} />;
  if (!mayOpen(found.row, session.roles)) return <Refused text={words.notAllowed} />;
  const { page: Page } = found.row;
  return (
    <Guard key={hash}>
      <Suspense fallback={<Waiting />}>
        <Page params={found.params} />
      </Suspense>
    </Guard>
  );
}

function Refused({ text }: { readonly text: string }) {
  const words = useWords(shellWords);
  return (
    <div className="empty">
      <p>{text}</p>
      <button type="button" className="plain-link" onClick={() => go("#/")}>
        {words.toBoard}
      </button>
    </div>
  );
}
