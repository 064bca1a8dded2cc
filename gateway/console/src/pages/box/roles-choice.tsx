/** Roles of an account, each with what it may do. */
import { Checkbox } from "antd";
import type { Role } from "../../../../src/console/table/route.ts";
import { boxWords } from "../../words/box.ts";
import { useWords } from "../../words/language.ts";
import { shellWords } from "../../words/shell.ts";

const ROLES = ["technician", "manager", "auditor"] as const satisfies readonly Role[];

export interface RolesChoiceProps {
  readonly value: readonly Role[];
  readonly onChange: (roles: Role[]) => void;
}

export function RolesChoice({ value, onChange }: RolesChoiceProps) {
  const words = useWords(boxWords);
  const shell = useWords(shellWords);
  const says = { technician: words.technicianMay, manager: words.managerMay, auditor: words.auditorMay };
  return (
    <fieldset className="field">
      <legend>{words.roles}</legend>
      {ROLES.map((role) => (
        <Checkbox
          key={role}
          className="role-line"
          checked={value.includes(role)}
          onChange={({ target }) =>
            onChange(ROLES.filter((one) => (one === role ? target.checked : value.includes(one))))
          }
        >
          <strong>{shell[role]}</strong>: {says[role]}
        </Checkbox>
      ))}
    </fieldset>
  );
}
