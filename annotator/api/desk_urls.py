"""Paths of the desk's own pages: the explorer, tables to take away, what changes live."""

from django.urls import path

from . import dry_run, explorer, live, review, tables

urlpatterns = [
    path("dry-run", dry_run.DryRun.as_view()),
    path("campaigns.csv", tables.CampaignsTable.as_view()),
    path("runs.csv", tables.RunsTable.as_view()),
    path("jobs.csv", tables.JobsTable.as_view()),
    path("rollouts", explorer.Rollouts.as_view()),
    path("rollouts.csv", tables.RolloutsTable.as_view()),
    path("groups/<int:group>", explorer.WholeGroup.as_view()),
    path("groups/<int:group>/rollouts.csv", tables.GroupRolloutsTable.as_view()),
    path("groups/<int:group>/labels.csv", tables.GroupLabelsTable.as_view()),
    path("people.csv", tables.PeopleTable.as_view()),
    path("runs/<slug:run>/trends", explorer.Trends.as_view()),
    path("runs/<slug:run>/trends.csv", tables.TrendsTable.as_view()),
    path("campaigns/<slug:slug>/answers", review.Answers.as_view()),
    path("campaigns/<slug:slug>/answers.csv", tables.LookedAtTable.as_view()),
    path("campaigns/<slug:slug>/returned", review.ReturnedToMe.as_view()),
    path("annotations/<int:annotation>/review", review.ReviewAnswer.as_view()),
    path("campaigns/<slug:slug>/live", live.Live.as_view()),
    path("campaigns/<slug:slug>/tables/<slug:table>.csv", tables.CampaignTable.as_view()),
]
