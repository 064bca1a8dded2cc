/** A new box lets MQTT in from itself alone: says so, and opens it on the devices' network. */
import { Alert, Button, Input } from "antd";
import { useState } from "react";
import { Field } from "../../parts/field.tsx";
import { useWords } from "../../words/language.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import { isListenAddress, likelyListen } from "./mqtt-way.ts";

interface OpenBrokerProps {
  readonly busy: boolean;
  readonly onOpen: (listen: string) => void;
}

export function OpenBroker({ busy, onOpen }: OpenBrokerProps) {
  const words = useWords(setUpTakingWords);
  const [listen, setListen] = useState(likelyListen(globalThis.location.hostname));
  const [tried, setTried] = useState(false);
  const wrong = tried && !isListenAddress(listen.trim()) ? words.mqttListenWrong : undefined;
  const open = () => {
    setTried(true);
    if (isListenAddress(listen.trim())) onOpen(listen.trim());
  };
  return (
    <Alert
      type="warning"
      showIcon
      title={words.mqttClosed}
      description={
        <>
          <Field label={words.mqttListen} help={words.mqttListenHint} wrong={wrong}>
            {(bind) => (
              <Input
                {...bind}
                value={listen}
                onChange={(event) => setListen(event.target.value)}
                onPressEnter={(event) => {
                  // Else it is the step's own: on to the next.
                  event.preventDefault();
                  open();
                }}
              />
            )}
          </Field>
          <Button onClick={open} loading={busy}>
            {words.mqttOpen}
          </Button>
        </>
      }
    />
  );
}
