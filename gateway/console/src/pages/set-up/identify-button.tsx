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
    await doing.run(async () => {
      const report = await call("POST /api/1/commands", { body: { target: device, action: "identify" } });
      if ((report as { readonly outcome?: string }).outcome === "done") void message.success(words.identified);
      else void message.warning(words.noSign);
    });
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
