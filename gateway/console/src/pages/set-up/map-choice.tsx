/** Which register map a Modbus device has: the line does not tell, its plate does. */
import { Select } from "antd";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import type { Decision } from "./candidates.ts";

export type RegisterMaps = AnswerOf<"GET /api/1/register-maps">["maps"];

interface MapChoiceProps {
  readonly name: string;
  readonly maps: RegisterMaps;
  readonly map: string | undefined;
  readonly disabled: boolean;
  /** With the kind that a device of this map is. */
  readonly onMap: (change: Decision) => void;
}

export function MapChoice({ name, maps, map, disabled, onMap }: MapChoiceProps) {
  const words = useWords(setUpTakingWords);
  const language = useLanguage();
  const choose = (id: string) => {
    const kind = maps.find((one) => one.id === id)?.kind ?? undefined;
    onMap({ map: id, ...(kind === undefined ? {} : { kind }) });
  };
  return (
    <>
      <Select
        className="gh-wide"
        aria-label={`${words.map} ${name}`}
        placeholder={words.map}
        popupMatchSelectWidth={false}
        disabled={disabled}
        {...(map === undefined ? {} : { value: map })}
        onChange={choose}
        options={maps.map((one) => ({ value: one.id, label: one.name[language] }))}
      />
      {map === undefined && <div className="gh-hint">{words.mapHint}</div>}
    </>
  );
}
