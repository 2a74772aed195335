/** What a draft asks, while it may still be changed, and the way to be rid of it. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";

import { api } from "../../api/client";
import type { Campaign } from "../../api/types";
import { t } from "../../i18n";
import { Dialog, Panel, Problem } from "../../ui/parts";
import { useReadAgain } from "../campaigns/useCampaign";

interface Draft {
  name: string;
  question: string;
  guidelines: string;
  labels: string;
}

const draftOf = (campaign: Campaign): Draft => ({
  name: campaign.name,
  question: campaign.question,
  guidelines: campaign.guidelines,
  labels: String(campaign.budget.labels),
});

function DiscardDialog({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const [client, navigate] = [useQueryClient(), useNavigate()];
  const discard = useMutation({
    mutationFn: () => api.discardCampaign(campaign.slug),
    onSuccess: async () => {
      await navigate("/campaigns");
      await client.invalidateQueries({ queryKey: ["campaigns"] });
    },
  });
  return (
    <Dialog title={t("Discard this draft?")} onClose={onClose}>
      <p>{t("It is removed for good, with its people, its invitations and its known answers. The rollouts stay.")}</p>
      {discard.isError && <Problem error={discard.error} />}
      <div className="actions">
        <button type="button" className="button primary" onClick={() => discard.mutate()} disabled={discard.isPending}>
          {t("Discard it")}
        </button>
      </div>
    </Dialog>
  );
}

export function DraftPanel({ campaign }: { campaign: Campaign }) {
  const [draft, setDraft] = useState(() => draftOf(campaign));
  const [discarding, setDiscarding] = useState(false);
  const edit = useMutation({
    mutationFn: () =>
      api.editCampaign(campaign.slug, { name: draft.name, question: draft.question, guidelines: draft.guidelines, budget_labels: Number(draft.labels) }),
    onSuccess: useReadAgain(campaign.slug),
  });
  const set = (field: keyof Draft) => ({
    value: draft[field],
    onChange: (event: { target: { value: string } }) => {
      edit.reset();
      setDraft((before) => ({ ...before, [field]: event.target.value }));
    },
  });
  const save = (event: FormEvent) => {
    event.preventDefault();
    edit.mutate();
  };
  return (
    <Panel title={t("Change this draft")} wide>
      <form className="form" onSubmit={save}>
        <label className="field">
          <span>{t("Name")}</span>
          <input {...set("name")} maxLength={200} required />
        </label>
        <label className="field">
          <span>{t("Question")}</span>
          <input {...set("question")} maxLength={1000} required />
        </label>
        <label className="field">
          <span>{t("Guidelines")}</span>
          <textarea {...set("guidelines")} rows={4} />
        </label>
        <label className="field">
          <span>{t("Labels")}</span>
          <input {...set("labels")} type="number" min={1} required />
        </label>
        {edit.isError && <Problem error={edit.error} />}
        <div className="actions">
          <button type="submit" className="button" disabled={edit.isPending}>
            {t("Save changes")}
          </button>
          <button type="button" className="button" onClick={() => setDiscarding(true)}>
            {t("Discard…")}
          </button>
          <span className="quiet" role="status">
            {edit.isSuccess ? t("Saved.") : t("Everything else can be changed over the API.")}
          </span>
        </div>
      </form>
      {discarding && <DiscardDialog campaign={campaign} onClose={() => setDiscarding(false)} />}
    </Panel>
  );
}
