/** What waits for a platform that was removed goes to the next of its name: nobody gives it to another platform by mistake. */
import { App } from "antd";
import { fill, useWords } from "../../words/language.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";

export interface LeftBehind {
  readonly id: string;
  readonly waiting: number;
}

/** True when nothing waits under the name `id`, or it is meant for the platform that is added. */
export function useAskHeir(): (id: string, removed: readonly LeftBehind[]) => Promise<boolean> {
  const words = useWords(setUpFinishWords);
  const { modal } = App.useApp();
  return (id, removed) => {
    const left = removed.find((one) => one.id === id);
    if (left === undefined) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    modal.confirm({
      title: fill(words.heirTitle, { id }),
      content: fill(words.heirSays, { n: left.waiting }),
      okText: words.heirSame,
      cancelText: words.heirOther,
      onOk: () => resolve(true),
      onCancel: () => resolve(false),
    });
    return promise;
  };
}
