/** The frame of one step: what it is for, what is wrong, and the way on and back. */
import { Alert, Button, Flex, Spin, Typography } from "antd";
import type { ReactNode } from "react";
import { useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { TroubleSays } from "./trouble-says.tsx";
import type { SetUp } from "./use-set-up.ts";

export interface StepProps {
  readonly setUp: SetUp;
  readonly onNext: () => void;
  readonly onBack: (() => void) | undefined;
}

interface FrameProps {
  readonly setUp: SetUp;
  readonly purpose: string;
  readonly onBack: (() => void) | undefined;
  /** The one thing this step leads to; Enter in a field does it as well. */
  readonly main: { readonly text: string; readonly act: () => void; readonly off?: boolean };
  readonly also?: ReactNode;
  readonly children: ReactNode;
}

export function StepFrame({ setUp, purpose, onBack, main, also, children }: FrameProps) {
  const words = useWords(setUpWords);
  const away = setUp.busy === "restarting" || setUp.busy === "long";
  return (
    <form
      className="gh-step"
      onSubmit={(event) => {
        event.preventDefault();
        if (main.off !== true && setUp.busy === "no") main.act();
      }}
    >
      <Flex vertical gap="middle" className="gh-step-body">
        <Typography.Paragraph type="secondary">{purpose}</Typography.Paragraph>
        <TroubleSays trouble={setUp.trouble} />
        {away && (
          <Alert
            type={setUp.busy === "long" ? "warning" : "info"}
            showIcon
            icon={<Spin size="small" />}
            title={setUp.busy === "long" ? words.restartLong : words.restarting}
          />
        )}
        {children}
        <Flex gap="small" wrap justify="flex-end" className="gh-step-foot">
          {onBack !== undefined && <Button onClick={onBack}>{words.back}</Button>}
          {also}
          <Button type="primary" htmlType="submit" disabled={main.off === true} loading={setUp.busy !== "no"}>
            {main.text}
          </Button>
        </Flex>
      </Flex>
    </form>
  );
}
