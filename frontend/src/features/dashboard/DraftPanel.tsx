/** A draft may still be changed in everything, or be got rid of. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";

import { api } from "../../api/client";
import type { Campaign } from "../../api/types";
import { t } from "../../i18n";
import { Dialog, Panel, Problem } from "../../ui/parts";

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
  const [discarding, setDiscarding] = useState(false);
  return (
    <Panel title={t("This draft")}>
      <div className="actions">
        <Link className="button" to={`/campaigns/${campaign.slug}/edit`}>
          {t("Change its settings")}
        </Link>
        <button type="button" className="button" onClick={() => setDiscarding(true)}>
          {t("Discard…")}
        </button>
      </div>
      {discarding && <DiscardDialog campaign={campaign} onClose={() => setDiscarding(false)} />}
    </Panel>
  );
}
