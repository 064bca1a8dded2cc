/** The card of a page that nobody is signed in to. */
import type { ReactNode } from "react";
import { ColourSwitch, LanguageSwitch } from "../../shell/preferences.tsx";

export function Alone({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="alone">
      <section className="card alone-card">
        <img src="/icon.svg" alt="" width="44" height="44" />
        <h1>{title}</h1>
        {children}
      </section>
      <div className="alone-switches">
        <LanguageSwitch />
        <ColourSwitch />
      </div>
    </main>
  );
}
