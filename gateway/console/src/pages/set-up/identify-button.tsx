/** Lets a device show itself: it blinks or beeps. */
import { App, Button } from "antd";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";

export function IdentifyButton({ device }: { readonly device: string }) {
  const words = useWords(setUpDevicesWords);
  const { message } = App.useApp();
  const doing = useDoing();
  const identify = async () => {
    if (await doing.run(() => call("POST /api/1/commands", { body: { target: device, action: "identify" } })))
      void message.success(words.identified);
  };
  return (
    <>
      <Button size="small" loading={doing.busy} onClick={() => void identify()}>
        {words.identify}
      </Button>
      {doing.problem !== undefined && (
        <span className="gh-problem" role="alert">
          {doing.problem.message}
        </span>
      )}
    </>
  );
}
