/** Who is here, and which page they asked for. Pages of managers load only for managers. */

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useLayoutEffect } from "react";
import { Navigate, Route, Routes } from "react-router";

import { api } from "./api/client";
import { isPageOf, onSomebodyElse } from "./api/person";
import type { User } from "./api/types";
import { OfCampaign } from "./features/campaigns/OfCampaign";
import { Home } from "./features/home/Home";
import { ENDED_FOR, Login } from "./features/login/Login";
import { t } from "./i18n";
import { loadAnnotate, preloadJudging } from "./preload";
import { Page, Problem, Waiting } from "./ui/parts";
import { Doorstep, Shell } from "./ui/Shell";
import { NothingHere } from "./ui/Stopped";

const Annotate = lazy(loadAnnotate);
const Campaigns = lazy(() => import("./features/campaigns/Campaigns"));
const NewCampaign = lazy(() => import("./features/campaign-new/NewCampaign"));
const EditDraft = lazy(() => import("./features/campaign-new/NewCampaign").then(({ EditDraft: page }) => ({ default: page })));
const Dashboard = lazy(() => import("./features/dashboard/Dashboard"));
const Review = lazy(() => import("./features/review/Review"));
const Explorer = lazy(() => import("./features/explorer/Explorer"));
const GroupPage = lazy(() => import("./features/explorer/GroupPage"));
const Runs = lazy(() => import("./features/runs/Runs"));
const RunGroups = lazy(() => import("./features/runs/RunGroups"));
const Jobs = lazy(() => import("./features/jobs/Jobs"));
const JobPage = lazy(() => import("./features/jobs/JobPage"));
const CampaignPeople = lazy(() => import("./features/people/CampaignPeople"));
const Quality = lazy(() => import("./features/quality/Quality"));
const Gold = lazy(() => import("./features/gold/Gold"));
const NewGold = lazy(() => import("./features/gold/NewGold"));
const Disputes = lazy(() => import("./features/disputes/Disputes"));
const People = lazy(() => import("./features/people/People"));
const AuditLog = lazy(() => import("./features/people/AuditLog"));
const Invite = lazy(() => import("./features/people/Invite"));
const Account = lazy(() => import("./features/account/Account"));
const Accessibility = lazy(() => import("./features/accessibility/Accessibility"));

// Whoever opens their cards by address need not wait for one thing after the other.
if (window.location.pathname.startsWith("/annotate/")) preloadJudging();

/** What the sign-in page needs to know comes with the answer, and is not asked for again. */
async function whoIsHere(client: QueryClient): Promise<User | null> {
  const { user, single_sign_on } = await api.whoIsHere();
  client.setQueryData(["single-sign-on"], single_sign_on);
  return user;
}

/** Before anything on the page asks for anything: whose page it is; and when it is not theirs any more, it ends. */
function useWhose(user: User | null): void {
  const client = useQueryClient();
  useLayoutEffect(() => {
    isPageOf(user?.id ?? null);
    if (!user) return;
    return onSomebodyElse(() => {
      client.setQueryData(ENDED_FOR, user.username);
      client.setQueryData(["session"], null);
    });
  }, [client, user]);
}

export function App() {
  const client = useQueryClient();
  const session = useQuery({ queryKey: ["session"], queryFn: () => whoIsHere(client), staleTime: Infinity });
  useWhose(session.data ?? null);
  if (session.isPending) return <Waiting />;
  if (session.isError) {
    return (
      <Page title="Tiebreak">
        <Problem error={session.error} />
        <button type="button" className="button" onClick={() => void session.refetch()}>
          {t("Try again")}
        </button>
      </Page>
    );
  }
  const user = session.data;
  if (!user) return <SignedOut />;
  const annotates = user.scopes.includes("annotate");
  const managesAll = user.scopes.includes("manage");
  const manages = managesAll || user.manages_campaigns;
  return (
    <Suspense fallback={<Waiting />}>
      <Routes>
        <Route element={<Shell user={user} />}>
          <Route index element={<Navigate replace to={annotates || !manages ? "/judge" : "/campaigns"} />} />
          <Route path="judge" element={<Home user={user} />} />
          {annotates && <Route path="annotate/:slug" element={<Annotate user={user} />} />}
          <Route element={<OfCampaign />}>
            {annotates && <Route path="campaigns/:slug/disputes" element={<Disputes user={user} />} />}
            {(annotates || manages) && <Route path="campaigns/:slug/review" element={<Review user={user} />} />}
          </Route>
          {manages && (
            <>
              <Route path="campaigns" element={<Campaigns mayDraft={managesAll} />} />
              <Route element={<OfCampaign managed />}>
                <Route path="campaigns/:slug" element={<Dashboard />} />
                <Route path="campaigns/:slug/edit" element={<EditDraft />} />
                <Route path="campaigns/:slug/learning" element={<Dashboard page="learning" />} />
                <Route path="campaigns/:slug/people" element={<CampaignPeople />} />
                <Route path="campaigns/:slug/quality" element={<Quality />} />
                <Route path="campaigns/:slug/gold" element={<Gold />} />
                <Route path="campaigns/:slug/gold/new" element={<NewGold user={user} />} />
              </Route>
              <Route path="jobs/:id" element={<JobPage />} />
              <Route path="explorer" element={<Explorer />} />
              <Route path="groups/:group" element={<GroupPage />} />
              <Route path="runs" element={<Runs />} />
              <Route path="runs/:run" element={<RunGroups />} />
            </>
          )}
          {managesAll && (
            <>
              <Route path="campaigns/new" element={<NewCampaign />} />
              <Route path="jobs" element={<Jobs />} />
            </>
          )}
          {user.scopes.includes("admin") && (
            <>
              <Route path="people" element={<People user={user} />} />
              <Route path="audit" element={<AuditLog />} />
            </>
          )}
          <Route path="account" element={<Account user={user} />} />
          <Route path="invite" element={<Invite user={user} />} />
          <Route path="accessibility" element={<Accessibility />} />
          <Route path="*" element={<NothingHere />} />
        </Route>
      </Routes>
    </Suspense>
  );
}

function SignedOut() {
  return (
    <Suspense fallback={<Waiting />}>
      <Routes>
        <Route element={<Doorstep />}>
          <Route path="accessibility" element={<Accessibility />} />
        </Route>
        <Route path="invite" element={<Invite user={null} />} />
        <Route path="*" element={<Login />} />
      </Routes>
    </Suspense>
  );
}
