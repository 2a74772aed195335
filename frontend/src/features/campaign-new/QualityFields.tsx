/** How a campaign makes sure of its answers: three practices, each off or on, and what stands beside the completions. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { gold } from "../../api/gold";
import type { CampaignForm } from "../../domain/newCampaign";
import { t, tn } from "../../i18n";
import { type FormProps, Tick } from "./Field";
import { NumberField } from "./NumberField";

interface PracticeProps extends FormProps {
  field: "training" | "gold" | "repeats";
  label: string;
  hint: string;
  children: ReactNode;
}

/** One practice; what it needs to be told shows once it is on. */
function Practice({ field, label, hint, children, form, wrong, set }: PracticeProps) {
  return (
    <>
      <Tick label={label} hint={hint} problem={wrong[field]} checked={form[field]} onTick={(on) => set({ [field]: on } as Partial<CampaignForm>)} />
      {form[field] && <div className="field-row practice">{children}</div>}
    </>
  );
}

/** Of a campaign that is copied: the answers that are known there, for the same form and the same runs. */
function KnownAnswers({ form, wrong, set }: FormProps) {
  const items = useQuery({ queryKey: ["gold", form.like], queryFn: () => gold.items(form.like) });
  const n = items.data?.filter((item) => !item.retired_at).length ?? 0;
  if (n === 0) return null;
  return (
    <Tick
      label={tn(n, "Take its {{n}} known answer along", "Take its {{n}} known answers along")}
      hint={t("from {{campaign}}: those about the runs that are chosen, while the form stays as it is. Whoever has met one there may meet it again.", { campaign: form.like })}
      problem={wrong.takeGold}
      checked={form.takeGold}
      onTick={(takeGold) => set({ takeGold })}
    />
  );
}

export function QualityFields(props: FormProps) {
  const { form, wrong, set } = props;
  return (
    <>
      <p className="hint practice-note">
        {t("Paid from the reserve, which is as large as they need unless you say otherwise. What each is for, and what people notice of it, is in docs/MANAGING.md.")}
      </p>
      <Practice
        {...props}
        field="repeats"
        label={t("Repeats")}
        hint={t("show people a few of their own cards again, turned round: how steady are they, and do they prefer a side?")}
      >
        <NumberField {...props} field="repeatShare" label={t("Of a person's cards, %")} hint={t("About 3 shows within some hundred answers how steady somebody is.")} />
      </Practice>
      <Practice
        {...props}
        field="gold"
        label={t("Known answers")}
        hint={t("mix in cards whose right answer you state, where nobody can tell. You state them after drafting.")}
      >
        <NumberField {...props} field="goldShare" label={t("Of everybody's cards, %")} hint={t("Nobody meets the same one twice: have as many as a person will need.")} />
        <NumberField
          {...props}
          field="goldPass"
          label={t("Paused below, %")}
          hint={t("Empty: nobody is paused. People differ: above 85 nearly everybody would be.")}
        />
        <NumberField {...props} field="goldJudged" label={t("Judged by the last")} hint={t("Known answers that count, and that somebody must have met.")} />
      </Practice>
      <Practice
        {...props}
        field="training"
        label={t("Training round")}
        hint={t("newcomers first answer cards whose right answer they are then told, with your reason.")}
      >
        <NumberField {...props} field="trainingCards" label={t("Training cards")} hint={t("Per person. Their answers teach no model.")} />
        <NumberField {...props} field="trainingPass" label={t("Paused below, %")} hint={t("Empty: whoever answered them all goes on.")} />
      </Practice>
      {form.like && (form.gold || form.training) && <KnownAnswers {...props} />}
      <h3 className="field-title">{t("Shown beside the completions")}</h3>
      <Tick
        label={t("The reference answer")}
        hint={t("where a group's meta has one. It helps with facts, and draws people towards its wording.")}
        problem={wrong.showReference}
        checked={form.showReference}
        onTick={(showReference) => set({ showReference })}
      />
      <Tick
        label={t("What verifiers and reward parts say")}
        hint={t("of each completion. Who sees a verdict judges the verdict: leave it off to learn what people think.")}
        problem={wrong.showEvidence}
        checked={form.showEvidence}
        onTick={(showEvidence) => set({ showEvidence })}
      />
    </>
  );
}
