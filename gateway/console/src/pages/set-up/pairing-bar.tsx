/** Listening for MQTT devices nobody knows yet: open or not, until when. */

import { systemClock } from "@gatehouse/protocol";
import { Alert, Button } from "antd";
import { useEffect } from "react";
import type { Loading } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import type { Pairing } from "./candidates.ts";
import { mqttWay } from "./mqtt-way.ts";
import { OpenBroker } from "./open-broker.tsx";
import { minutesLeft, PAIRING_MINUTES } from "./pairing-left.ts";
import type { SetUp } from "./use-set-up.ts";

const ASK_EVERY_MS = 2_000;

interface PairingBarProps {
  readonly pairing: Loading<Pairing>;
  readonly setUp: SetUp;
}

export function PairingBar({ pairing, setUp }: PairingBarProps) {
  const words = useWords(setUpDevicesWords);
  const taking = useWords(setUpTakingWords);
  const doing = useDoing();
  const way = mqttWay(setUp.file.site.broker, globalThis.location.hostname);
  const openBroker = (listen: string) =>
    void setUp.apply([{ op: "set", path: "broker/listen", value: listen }], "set-up: MQTT on the network");
  const open = pairing.answer?.open ?? false;
  const { reload } = pairing;
  useEffect(() => {
    if (!open) return;
    let cancel = () => {};
    const again = () => {
      reload();
      cancel = systemClock.after(ASK_EVERY_MS, again);
    };
    cancel = systemClock.after(ASK_EVERY_MS, again);
    return () => cancel();
  }, [open, reload]);
  const listen = (minutes: number) =>
    void doing.run(async () => {
      await call("PUT /api/1/pairing", { body: { minutes } });
      pairing.reload();
    });
  return (
    <>
      {doing.problem !== undefined && <Failed problem={doing.problem} />}
      <Alert
        type={open ? "success" : "info"}
        showIcon
        title={
          <>
            {open ? fill(words.listening, { n: Math.ceil(minutesLeft(pairing.answer, 0)) }) : words.listenHint}
            {!way.isClosed && <div>{fill(taking.mqttAt, { urls: way.urls.join(", ") })}</div>}
          </>
        }
        action={
          <Button onClick={() => listen(open ? 0 : PAIRING_MINUTES)} loading={doing.busy}>
            {open ? words.stopListening : fill(words.listen, { n: PAIRING_MINUTES })}
          </Button>
        }
      />
      {way.isClosed && <OpenBroker busy={setUp.busy !== "no"} onOpen={openBroker} />}
    </>
  );
}
