/** Who is signed in, the language, the colours, the way out. */
import { LogoutOutlined, UserOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useSyncExternalStore } from "react";
import { type Language, languageChoice, useLanguage, useWords } from "../words/language.ts";
import { shellWords } from "../words/shell.ts";
import { type Session, signOut } from "./box.ts";
import { schemeChoice } from "./theme.ts";

export function LanguageSwitch() {
  const words = useWords(shellWords);
  return (
    <Segmented<Language>
      aria-label={words.language}
      size="small"
      value={useLanguage()}
      onChange={languageChoice.set}
      options={[
        { value: "zh", label: "中文" },
        { value: "en", label: "English" },
      ]}
    />
  );
}

export function ColourSwitch() {
  const words = useWords(shellWords);
  const value = useSyncExternalStore(schemeChoice.subscribe, schemeChoice.get);
  return (
    <Segmented
      aria-label={words.colours}
      size="small"
      value={value}
      onChange={schemeChoice.set}
      options={(["light", "dark", "system"] as const).map((scheme) => ({ value: scheme, label: words[scheme] }))}
    />
  );
}

export function Preferences({ session }: { readonly session: Session }) {
  const words = useWords(shellWords);
  return (
    <div className="preferences">
      <LanguageSwitch />
      <ColourSwitch />
      <a className="nav-item" href="#/account" aria-label={`${words.account}: ${session.name}`}>
        <UserOutlined aria-hidden="true" />
        <bdi className="clip" title={session.name}>
          {session.name}
        </bdi>
      </a>
      <Button icon={<LogoutOutlined />} onClick={() => void signOut()}>
        {words.signOut}
      </Button>
    </div>
  );
}
