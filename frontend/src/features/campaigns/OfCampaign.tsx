/** The pages of one campaign open to whoever may read it: who may not is told so once, and not by each part of a page. */

import { Suspense } from "react";
import { Outlet, useParams } from "react-router";

import { ApiError } from "../../api/client";
import { t } from "../../i18n";
import { Waiting } from "../../ui/parts";
import { outOfReach, Stopped } from "../../ui/Stopped";
import { useCampaign } from "./useCampaign";

/** `managed` pages are for those who manage the campaign; the others for all who belong to it. */
export function OfCampaign({ managed = false }: { managed?: boolean }) {
  const { slug = "" } = useParams();
  const { data, error, refetch } = useCampaign(slug);
  const back = managed ? { to: "/campaigns", place: t("All campaigns") } : { to: "/judge", place: t("Back to judging") };
  if (error && (!data || outOfReach(error))) return <Stopped error={error} {...back} retry={() => void refetch()} />;
  if (!data) return <Waiting />;
  if (managed && data.annotators === undefined) {
    return <Stopped error={new ApiError(403, "not_allowed", t("Your role does not allow this."))} {...back} />;
  }
  // A frame of its own for what is still loading: the one around all pages would keep two of them at once.
  return (
    <Suspense fallback={<Waiting />}>
      <Outlet />
    </Suspense>
  );
}
