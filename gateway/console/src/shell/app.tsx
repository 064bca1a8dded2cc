/** Everything around the pages: language, colours, who is signed in. */
import { App as Antd, ConfigProvider } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { Failed } from "../parts/failed.tsx";
import { Guard } from "../parts/guard.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { useLanguage } from "../words/language.ts";
import { askStanding, useStanding } from "./box.ts";
import { Frame } from "./frame.tsx";
import { THEMES, useScheme } from "./theme.ts";

const SignIn = lazy(() => import("../pages/session/sign-in.tsx").then(({ SignIn }) => ({ default: SignIn })));
const Claim = lazy(() => import("../pages/session/claim.tsx").then(({ Claim }) => ({ default: Claim })));

const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";

function Surroundings({ children }: { readonly children: ReactNode }) {
  const language = useLanguage();
  const scheme = useScheme();
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset["scheme"] = scheme;
  }, [language, scheme]);
  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={language === "zh" ? zh : en}
      theme={THEMES[scheme]}
      button={{ autoInsertSpace: false }}
    >
      <Antd className="antd-app">{children}</Antd>
    </ConfigProvider>
  );
}

function Gate() {
  const standing = useStanding();
  switch (standing.is) {
    case "loading":
      return <Waiting />;
    case "unreachable":
      return (
        <main className="alone">
          <Failed problem={standing.problem} again={() => void askStanding()} />
        </main>
      );
    case "unclaimed":
      return <Claim hello={standing.hello} />;
    case "signed-out":
      return <SignIn hello={standing.hello} />;
    case "signed-in":
      // Until a given password is changed the box answers nothing else: all is read anew then.
      return <Frame key={String(standing.session.mustChangePassword)} session={standing.session} />;
  }
}

export function App() {
  return (
    <Surroundings>
      <Guard>
        <Suspense fallback={<Waiting />}>
          <Gate />
        </Suspense>
      </Guard>
    </Surroundings>
  );
}
