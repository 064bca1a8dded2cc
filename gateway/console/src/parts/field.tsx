/** One labelled input of a form, with its help or what is wrong with it. */
import { type ReactNode, useId } from "react";

export interface FieldProps {
  readonly label: string;
  readonly help?: string | undefined;
  readonly wrong?: string | undefined;
  /** Draws the input with the ids it is to bear. */
  readonly children: (bind: FieldBinding) => ReactNode;
}

export interface FieldBinding {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
}

export function Field({ label, help, wrong, children }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": note, "aria-invalid": wrong !== undefined })}
      <div
        id={note}
        className={wrong === undefined ? "field-help" : "field-wrong"}
        role={wrong === undefined ? undefined : "alert"}
      >
        {wrong ?? help}
      </div>
    </div>
  );
}
