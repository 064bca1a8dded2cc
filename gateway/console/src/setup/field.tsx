/** A labelled field with its hint, as all forms of the set-up have it. */
import { Form } from "antd";
import type { ReactNode } from "react";

interface FieldProps {
  readonly label: string;
  readonly id: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly children: ReactNode;
}

export function Field({ label, id, hint, problem, children }: FieldProps) {
  return (
    <Form.Item
      label={label}
      htmlFor={id}
      help={problem ?? hint}
      validateStatus={problem === undefined ? "" : "error"}
      layout="vertical"
    >
      {children}
    </Form.Item>
  );
}
