/** What a manager does with a campaign: open, pause, top up, close. What it means is said before it cannot be undone. */

import { type UseMutationResult, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { api } from "../../api/client";
import type { Campaign } from "../../api/types";
import { compares } from "../../domain/newForm";
import { t } from "../../i18n";
import { Dialog, Problem } from "../../ui/parts";
import { useReadAgain } from "../campaigns/useCampaign";
import { useTopUp } from "./TopUp";

export type Move = "open" | "pause" | "close";
type Moving = UseMutationResult<Campaign, Error, Move>;

export function useActions(slug: string) {
  const refresh = useReadAgain(slug);
  const move = useMutation({ mutationFn: (to: Move) => api.moveCampaign(slug, to), onSettled: refresh });
  const retrain = useMutation({ mutationFn: () => api.retrain(slug), onSettled: refresh });
  return { move, retrain };
}

interface CloseProps {
  campaign: Campaign;
  move: Moving;
  onDone: () => void;
}

function CloseDialog({ campaign, move, onDone }: CloseProps) {
  const go = (to: Move) => move.mutate(to, { onSuccess: onDone });
  return (
    <Dialog title={t("Close this campaign for good?")} dismiss={t("Keep it")} onClose={onDone}>
      <ul className="dialog-points">
        <li>{t("Nothing is asked any more, and it cannot be opened again.")}</li>
        <li>{t("Cards that nobody has answered are withdrawn, and what they had reserved goes back to the budget.")}</li>
        <li>{t("Who is answering one right now is not lost: the answer is kept, and paid while the reserve lasts.")}</li>
        <li>{t("Answers, label sets and versions stay; answers can no longer be corrected.")}</li>
      </ul>
      {move.isError && <Problem error={move.error} />}
      <div className="actions">
        {campaign.state === "open" && (
          <button type="button" className="button primary" onClick={() => go("pause")} disabled={move.isPending}>
            {t("Only pause it")}
          </button>
        )}
        <button type="button" className="button danger" onClick={() => go("close")} disabled={move.isPending}>
          {t("Close for good")}
        </button>
      </div>
    </Dialog>
  );
}

export function Actions({ campaign, actions }: { campaign: Campaign; actions: ReturnType<typeof useActions> }) {
  const { move, retrain } = actions;
  const { state } = campaign;
  const [closing, setClosing] = useState(false);
  const topUp = useTopUp();
  const session = useQuery({ queryKey: ["session"], queryFn: api.session, staleTime: Infinity });
  const [mayDraft, keeps] = [session.data?.scopes.includes("manage"), session.data?.scopes.includes("admin")];
  const next: Record<Campaign["state"], [Move, string] | []> = {
    draft: ["open", t("Open")],
    open: ["pause", t("Pause")],
    paused: ["open", t("Open again")],
    closed: [],
  };
  const [to, label] = next[state];
  return (
    <>
      {/* First, far from where "Open" and "Pause" stand: a second click on those must not begin what cannot be undone. */}
      {(state === "open" || state === "paused") && (
        <button type="button" className="button quiet-button" onClick={() => setClosing(true)} disabled={move.isPending}>
          {t("Close…")}
        </button>
      )}
      {keeps && (
        <Link className="button quiet-button" to={`/audit?campaign=${encodeURIComponent(campaign.slug)}`}>
          {t("Its audit log")}
        </Link>
      )}
      {mayDraft && (
        <Link className="button quiet-button" to={`/campaigns/new?like=${encodeURIComponent(campaign.slug)}`}>
          {t("New one like this")}
        </Link>
      )}
      {state === "draft" && (
        <Link className="button" to={`/campaigns/${campaign.slug}/people`}>
          {t("People")}
        </Link>
      )}
      {state !== "draft" && compares(campaign.form, campaign.completions) && (
        <button type="button" className="button" onClick={() => retrain.mutate()} disabled={retrain.isPending}>
          {t("Retrain now")}
        </button>
      )}
      {/* One button in every state, so that the focus stays on it whether the news or the answer comes first. */}
      {to && (
        <button type="button" className={to === "open" ? "button primary" : "button"} onClick={() => move.mutate(to)} disabled={move.isPending}>
          {label}
        </button>
      )}
      {(state === "open" || state === "paused") && (
        <button type="button" className="button" onClick={topUp.show}>
          {t("Top up")}
        </button>
      )}
      {closing && <CloseDialog campaign={campaign} move={move} onDone={() => setClosing(false)} />}
    </>
  );
}

/** What a state means for the people, where nobody is asked. */
export function StateNote({ state }: { state: Campaign["state"] }) {
  const notes = {
    paused: t("Paused: nobody gets new cards. Who holds one may still answer it, and the answers that came go on teaching."),
    closed: t("Closed for good: nothing is asked any more. Answers, label sets and versions stay."),
  };
  return <div role="status">{(state === "paused" || state === "closed") && <p className="state-note">{notes[state]}</p>}</div>;
}
