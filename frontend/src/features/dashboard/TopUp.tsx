/** More labels, hours or money for a campaign that goes on. Sent twice, it counts once. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { desk } from "../../api/desk";
import { newKey } from "../../api/outbox";
import type { Campaign } from "../../api/types";
import { t } from "../../i18n";
import { Problem } from "../../ui/parts";
import { Field } from "../campaign-new/Field";

const NOTHING = { labels: "", hours: "", money: "" };

export function TopUp({ campaign }: { campaign: Campaign }) {
  const { slug, budget } = campaign;
  const client = useQueryClient();
  const [more, setMore] = useState(NOTHING);
  const [key, setKey] = useState(newKey);
  const add = useMutation({
    mutationFn: () =>
      desk.topUp(slug, { labels: Number(more.labels), hours: more.hours || "0", money: more.money || "0", idempotency_key: key }),
    onSuccess: async () => {
      setMore(NOTHING);
      setKey(newKey());
      await client.invalidateQueries();
    },
  });
  const fields = [
    ["labels", t("More labels"), "1"],
    ...(budget.hours && budget.hours.cap !== null ? ([["hours", t("More hours"), "any"]] as const) : []),
    ...(budget.money && budget.money.cap !== null ? ([["money", t("More money, {{currency}}", { currency: budget.currency }), "any"]] as const) : []),
  ] as const;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (Object.values(more).some((amount) => Number(amount) > 0)) add.mutate();
  };
  if (campaign.state === "closed") return null;
  return (
    <details>
      <summary>{t("Top up")}</summary>
      <form className="form" onSubmit={submit}>
        <div className="field-row">
          {fields.map(([field, label, step]) => (
            <Field key={field} label={label}>
              {(ids) => (
                <input
                  {...ids}
                  type="number"
                  min={0}
                  step={step}
                  inputMode="decimal"
                  value={more[field]}
                  onChange={(event) => setMore({ ...more, [field]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
        {add.isError && <Problem error={add.error} />}
        <button type="submit" className="button" disabled={add.isPending}>
          {t("Add to the budget")}
        </button>
      </form>
    </details>
  );
}
