/** More labels, hours or money for a campaign that goes on. Sent twice, it counts once. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";

import { ApiError } from "../../api/client";
import { desk } from "../../api/desk";
import { newKey } from "../../api/outbox";
import type { Campaign } from "../../api/types";
import { count, decimal } from "../../domain/format";
import { numberOf, problemOfNumber } from "../../domain/typedNumber";
import { t } from "../../i18n";
import { Dialog, Problem } from "../../ui/parts";
import { Field } from "../campaign-new/Field";

const NOTHING = { labels: "", hours: "", money: "" };
type What = keyof typeof NOTHING;
const ASKED = "top-up";

/** Whether it is open stands in the address, so that whatever says the budget ends can lead here. */
export function useTopUp() {
  const [address, setAddress] = useSearchParams();
  const say = (open: boolean) =>
    setAddress(
      (before) => {
        const next = new URLSearchParams(before);
        if (open) next.set(ASKED, "yes");
        else next.delete(ASKED);
        return next;
      },
      { replace: true },
    );
  return { shown: address.get(ASKED) === "yes", show: () => say(true), hide: () => say(false) };
}

/** What can be raised: labels always, and what the campaign has a cap on. */
function raisable({ budget }: Campaign): { what: What; label: string; hint: string }[] {
  const { labels, left, hours, money, currency } = budget;
  return [
    { what: "labels", label: t("More labels"), hint: t("{{cap}} now, {{left}} left.", { cap: count(labels), left: count(left) }) },
    ...(hours && hours.cap !== null
      ? [{ what: "hours" as const, label: t("More hours"), hint: t("{{cap}} now, {{left}} left.", { cap: decimal(hours.cap, 1), left: decimal(hours.left, 1) }) }]
      : []),
    ...(money && money.cap !== null
      ? [
          {
            what: "money" as const,
            label: t("More money, {{currency}}", { currency }),
            hint: t("{{cap}} now, {{left}} left.", { cap: decimal(money.cap, 2), left: decimal(money.left, 2) }),
          },
        ]
      : []),
  ];
}

function useAdding(campaign: Campaign, onDone: () => void) {
  const client = useQueryClient();
  const [more, setMore] = useState(NOTHING);
  const [key, setKey] = useState(newKey);
  const [wrong, setWrong] = useState<Partial<Record<What, string>>>({});
  const add = useMutation({
    mutationFn: () =>
      desk.topUp(campaign.slug, { labels: numberOf(more.labels), hours: String(numberOf(more.hours)), money: String(numberOf(more.money)), idempotency_key: key }),
    onSuccess: async () => {
      await client.invalidateQueries();
      onDone();
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      // What was sent first has arrived after all, and the person is told: the next amounts are another top-up.
      if (error.code === "idempotency_key_reused") setKey(newKey());
      const { field, fields } = error.context;
      const named = typeof field === "string" ? [field] : Object.keys((fields as object | undefined) ?? {});
      setWrong(Object.fromEntries(named.filter((one) => one in NOTHING).map((one) => [one, error.message])));
    },
  });
  const set = (what: What, amount: string) => {
    setMore((before) => ({ ...before, [what]: amount }));
    setWrong({});
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.reset();
    const amounts = Object.entries(more).filter(([, amount]) => amount.trim()) as [What, string][];
    const problems = amounts.map(([what, amount]) => [what, problemOfNumber(amount, { least: 0, whole: what === "labels" })] as const);
    const unusable = problems.filter(([, problem]) => problem !== null);
    if (unusable.length > 0) setWrong(Object.fromEntries(unusable));
    else if (amounts.every(([, amount]) => numberOf(amount) === 0)) setWrong({ labels: t("Say how much to add.") });
    else add.mutate();
  };
  return { more, set, wrong, submit, add };
}

export function TopUp({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const { more, set, wrong, submit, add } = useAdding(campaign, onClose);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(wrong).length > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [wrong]);
  const { ended_by: ended } = campaign.budget;
  return (
    <Dialog title={t("Top up the budget")} onClose={onClose}>
      <form ref={form} className="form top-up" onSubmit={submit} noValidate>
        <p className="quiet">
          {t("Budgets only grow; whatever ends first stops the asking. Shares of strata grow along.")}{" "}
          {ended === "labels" && t("The labels have ended it.")}
          {ended === "hours" && t("The paid hours have ended it.")}
          {ended === "money" && t("The money has ended it.")}
        </p>
        <div className="field-row">
          {raisable(campaign).map(({ what, label, hint }) => (
            <Field key={what} label={label} hint={hint} problem={wrong[what]}>
              {(ids) => (
                <input
                  {...ids}
                  autoComplete="off"
                  maxLength={40}
                  inputMode={what === "labels" ? "numeric" : "decimal"}
                  ref={(own) => void own?.toggleAttribute("autofocus", what === "labels")}
                  value={more[what]}
                  onChange={(event) => set(what, event.target.value)}
                />
              )}
            </Field>
          ))}
        </div>
        {add.isError && <Problem error={add.error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={add.isPending}>
            {t("Add to the budget")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
