import { useId } from "react";

import type { CampaignRole } from "../../api/people";
import { roleOf } from "../../domain/names";

const ROLES: CampaignRole[] = ["annotator", "adjudicator", "manager"];

interface Props {
  label: string;
  visible?: boolean;
  name?: string;
  value?: CampaignRole;
  onChange?: (role: CampaignRole) => void;
}

/** A role in one campaign; its label is written beside it or only spoken. */
export function RoleSelect({ label, visible = false, name, value, onChange }: Props) {
  const id = useId();
  return (
    <div className="role-select">
      <label htmlFor={id} className={visible ? undefined : "visually-hidden"}>
        {label}
      </label>
      <select
        id={id}
        name={name}
        {...(value ? { value, onChange: (event) => onChange?.(event.target.value as CampaignRole) } : {})}
      >
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {roleOf(role)}
          </option>
        ))}
      </select>
    </div>
  );
}
