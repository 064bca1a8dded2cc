/** What the box still has for a platform that was removed goes to the next of its name: nobody gives it to another platform by mistake. */
import { App } from "antd";
import { fill, useWords } from "../../words/language.ts";
import { setUpFinishWords } from "../../words/set-up-finish.ts";
import { type Inherited, inheritedBy, type LeftBehind } from "./heirs.ts";
import type { UplinkDraft } from "./uplink-draft.ts";

/** True when there is nothing for the name, or it is meant for the platform that is added. */
export function useAskHeir(): (draft: UplinkDraft, removed: readonly LeftBehind[]) => Promise<boolean> {
  const words = useWords(setUpFinishWords);
  const { modal } = App.useApp();
  return (draft, removed) => {
    const left = inheritedBy(draft, removed);
    if (left === undefined) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    modal.confirm({
      title: fill(words.heirTitle, { id: draft.id }),
      content: <Left left={left} />,
      okText: words.heirSame,
      cancelText: words.heirOther,
      onOk: () => resolve(true),
      onCancel: () => resolve(false),
    });
    return promise;
  };
}

function Left({ left: { waiting, again } }: { readonly left: Inherited }) {
  const words = useWords(setUpFinishWords);
  return (
    <>
      {waiting > 0 && <p>{fill(words.heirSays, { n: waiting })}</p>}
      {again > 0 && <p>{fill(words.heirAgain, { n: again })}</p>}
      <p>{words.heirIf}</p>
    </>
  );
}
