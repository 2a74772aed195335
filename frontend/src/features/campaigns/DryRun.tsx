/** What the settings of a form would ask first, before anything is drafted. */

import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";

import { desk } from "../../api/desk";
import type { NewCampaign } from "../../api/types";
import { t } from "../../i18n";
import { Loading, Panel, Problem } from "../../ui/parts";
import { PreviewList } from "../dashboard/PreviewPanel";

interface Props {
  request: () => NewCampaign;
  acquisition: string;
  /** Without a run there is nothing to ask about. */
  ready: boolean;
  /** Settings that cannot be tried: what is wrong belongs to their fields too. */
  onRefused: (error: unknown) => void;
}

export function DryRun({ request, acquisition, ready, onRefused }: Props) {
  // Shown with what it was asked for, though the form may have changed since.
  const asked = useRef(acquisition);
  const run = useMutation({
    mutationFn: () => {
      asked.current = acquisition;
      return desk.dryRun(request());
    },
    onError: onRefused,
  });
  return (
    <Panel
      title={t("Dry run")}
      aside={
        <button type="button" className="button" onClick={() => run.mutate()} disabled={!ready || run.isPending}>
          {run.data ? t("Look again") : t("Show the first 20 cards")}
        </button>
      }
    >
      <p className="quiet" role="status">
        {ready ? t("What these settings would ask first. Nothing is stored, reserved or asked.") : t("Choose a run first.")}
      </p>
      {run.isPending && <Loading />}
      {run.isError && <Problem error={run.error} />}
      {run.data && <PreviewList preview={run.data} acquisition={asked.current} />}
    </Panel>
  );
}
