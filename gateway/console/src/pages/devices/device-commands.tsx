/** What a device can be told to do; what moves a door is asked about first. */
import { App, Button, Flex } from "antd";
import { Failed } from "../../parts/failed.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { actionWords } from "../../words/device-kinds.ts";
import { devicesWords } from "../../words/devices.ts";
import { fill, useWords } from "../../words/language.ts";
import type { DeviceRow } from "./device-state.ts";

type Action = DeviceRow["actions"][number];

/** Those that need nothing else said; outputs, texts and configuration belong to the command line and the platform. */
const SIMPLE: readonly Action[] = ["identify", "unlock", "lock", "buzzer", "led"];

export function DeviceCommands({ row }: { readonly row: DeviceRow }) {
  const words = useWords(devicesWords);
  const names = useWords(actionWords);
  const doing = useDoing();
  const { modal, message } = App.useApp();
  const actions = SIMPLE.filter((action) => row.actions.includes(action));
  if (actions.length === 0) return null;
  const send = async (action: Action) => {
    const body = { target: row.id, action };
    if (await doing.run(() => call("POST /api/1/commands", { body })))
      void message.success(fill(words.commandSent, { what: names[action] }));
  };
  const ask = (action: Action) => {
    if (action !== "unlock" && action !== "lock") return void send(action);
    const text = action === "unlock" ? words.confirmUnlock : words.confirmLock;
    modal.confirm({
      title: names[action],
      content: fill(text, { door: row.portal ?? row.id }),
      okText: names[action],
      okButtonProps: { danger: action === "unlock" },
      cancelText: words.cancel,
      onOk: () => send(action),
    });
  };
  return (
    <section>
      <h2>{words.commands}</h2>
      <Flex gap="small" wrap>
        {actions.map((action) => (
          <Button key={action} danger={action === "unlock"} loading={doing.busy} onClick={() => ask(action)}>
            {names[action]}
          </Button>
        ))}
      </Flex>
      {doing.problem !== undefined && <Failed problem={doing.problem} />}
    </section>
  );
}
