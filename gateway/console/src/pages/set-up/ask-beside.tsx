/** Nobody puts a second device of one kind to a door by mistake: asked first, with the name of the one that is there. */
import { App } from "antd";
import { fill, useWords } from "../../words/language.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import type { Doubled } from "./candidates.ts";

const idOf = (place: string): string => place.slice(place.indexOf(":") + 1);

/** True when there is nothing to ask, or both are meant to be there. */
export function useAskBeside(): (doubled: readonly Doubled[]) => Promise<boolean> {
  const words = useWords(setUpTakingWords);
  const { modal } = App.useApp();
  return (doubled) => {
    if (doubled.length === 0) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    modal.confirm({
      title: words.besideTitle,
      content: (
        <ul>
          {doubled.map(({ name, place, beside }) => (
            <li key={name} dir="auto">
              {fill(words.besideLine, { name, place: idOf(place), beside })}
            </li>
          ))}
        </ul>
      ),
      okText: words.besideBoth,
      cancelText: words.besideBack,
      onOk: () => resolve(true),
      onCancel: () => resolve(false),
    });
    return promise;
  };
}
