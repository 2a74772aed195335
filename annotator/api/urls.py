"""Every path of /api/v1."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from annotator.campaigns.models import Campaign

from . import (  # noqa: F401 - schema registers itself
    account,
    annotate,
    audit,
    campaigns,
    disputes,
    exports,
    gold,
    learning,
    people,
    quality,
    runs,
    schema,
    single_sign_on,
)
from .desk_urls import urlpatterns as desk_paths
from .exceptions import unknown_path
from .ingest import IngestRollouts
from .permissions import Anyone
from .session import Session

State = Campaign.State
urlpatterns = [
    path("schema", SpectacularAPIView.as_view(permission_classes=[Anyone], authentication_classes=[])),
    path("session", Session.as_view()),
    path("sso/start", single_sign_on.start),
    path("sso/callback", single_sign_on.callback, name="single-sign-on-callback"),
    path("account/password", account.Password.as_view()),
    path("account/sessions", account.Sessions.as_view()),
    path("account/sessions/<slug:session>", account.OneSession.as_view()),
    path("account/tokens", account.Tokens.as_view()),
    path("account/tokens/<int:token>", account.OneToken.as_view()),
    path("invitations/look", people.LookAtInvitation.as_view()),
    path("invitations/accept", people.AcceptInvitation.as_view()),
    path("people", people.People.as_view()),
    path("people/<int:user>", people.OnePerson.as_view()),
    path("audit", audit.Audit.as_view()),
    path("audit.csv", audit.AuditCsv.as_view()),
    path("runs", runs.Runs.as_view()),
    path("runs/<slug:run>", runs.OneRun.as_view()),
    path("runs/<slug:run>/rollouts", IngestRollouts.as_view()),
    path("runs/<slug:run>/groups", runs.Groups.as_view()),
    path("campaigns", campaigns.Campaigns.as_view()),
    path("campaigns/<slug:slug>", campaigns.OneCampaign.as_view()),
    path("campaigns/<slug:slug>/open", campaigns.Move.as_view(to=State.OPEN)),
    path("campaigns/<slug:slug>/pause", campaigns.Move.as_view(to=State.PAUSED)),
    path("campaigns/<slug:slug>/close", campaigns.Move.as_view(to=State.CLOSED)),
    path("campaigns/<slug:slug>/budget", campaigns.Budget.as_view()),
    path("campaigns/<slug:slug>/top-up", campaigns.TopUp.as_view()),
    path("campaigns/<slug:slug>/dashboard", campaigns.DashboardView.as_view()),
    path("campaigns/<slug:slug>/preview", campaigns.PreviewView.as_view()),
    path("campaigns/<slug:slug>/quality", quality.CampaignQuality.as_view()),
    path("campaigns/<slug:slug>/gold", gold.Gold.as_view()),
    path("campaigns/<slug:slug>/gold/card", gold.CardForGold.as_view()),
    path("campaigns/<slug:slug>/gold/<int:item>/retire", gold.RetireGold.as_view()),
    path("campaigns/<slug:slug>/disputes", disputes.Disputes.as_view()),
    path("campaigns/<slug:slug>/disputes/<int:task>", disputes.Decide.as_view()),
    path("campaigns/<slug:slug>/members", people.Members.as_view()),
    path("campaigns/<slug:slug>/members/<int:user>", people.OneMember.as_view()),
    path("campaigns/<slug:slug>/invitations", people.Invitations.as_view()),
    path("campaigns/<slug:slug>/invitations/<int:invitation>", people.OneInvitation.as_view()),
    path("campaigns/<slug:slug>/claim", annotate.Claim.as_view()),
    path("campaigns/<slug:slug>/my-answers", annotate.MyAnswers.as_view()),
    path("campaigns/<slug:slug>/retrain", learning.Retrain.as_view()),
    path("campaigns/<slug:slug>/label-sets", learning.LabelSets.as_view()),
    path("campaigns/<slug:slug>/annotations/export", exports.AnswersExport.as_view()),
    path("assignments/<int:assignment>/annotation", annotate.Submit.as_view()),
    path("assignments/<int:assignment>/renew", annotate.Renew.as_view()),
    path("assignments/<int:assignment>/release", annotate.Release.as_view()),
    path("annotations/<int:annotation>/revise", annotate.Revise.as_view()),
    path("reward-models", learning.RewardModels.as_view()),
    path("reward-models/<slug:name>", learning.RewardModel.as_view()),
    path("jobs", learning.Jobs.as_view()),
    path("jobs/<int:job>", learning.Job.as_view()),
    path("jobs/<int:job>/cancel", learning.CancelJob.as_view()),
    path("label-sets/<int:label_set>/export", exports.LabelSetExport.as_view()),
    *desk_paths,
    path("<path:anything>", unknown_path),
]
