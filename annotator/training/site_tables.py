"""Tables of more than one campaign: campaigns, runs, jobs, people, rollouts. Only reads; who asks says how far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Max, Min

from annotator.campaigns import budget
from annotator.campaigns.reach import Reach
from annotator.rollouts import tallies
from annotator.rollouts.models import PolicyRun, PromptGroup

from . import explorer, explorer_rows, trends
from .explorer_wanted import Wanted
from .group import labels_of, whole_group
from .tables import CHUNK, Table, columns, records


def all_jobs(found: Any) -> Table:
    return columns(
        found.order_by("-id"),
        "id campaign__slug kind state because progress message attempt error__message label_set_id version__number"
        " produced__number created_at started_at finished_at",
    )


def campaigns(found: Any) -> Table:
    heads = "slug name state question reward_model runs labels spent reserved left created_at opened_at closed_at"
    return records(
        heads,
        (
            {
                **{name: getattr(one, name, None) for name in heads.split()},
                "runs": ", ".join(one.runs.order_by("name").values_list("name", flat=True)),
                **budget.balance(one).as_dict(),
            }
            for one in found.order_by("-id")
        ),
    )


def runs(found: Any) -> Table:
    heads = "name trainer groups rollouts first_step last_step created_at"
    return records(
        heads,
        (
            {
                "name": run.name,
                "trainer": run.trainer,
                "created_at": run.created_at,
                "groups": tally.groups,
                "rollouts": tally.rollouts,
                **run.groups.aggregate(first_step=Min("step"), last_step=Max("step")),
            }
            for run in found
            for tally in [tallies.of_run(run)]
        ),
    )


def group_rollouts(group: PromptGroup, within: Reach) -> Table:
    """A group's completions as its page shows them; what each version thinks of one is written out in its cell."""
    heads = "id external_id ordinal reward reward_parts generator completion scores meta"
    rows = whole_group(group, within)["rollouts"]
    return records(heads, rows)


def group_labels(group: PromptGroup, within: Reach) -> Table:
    heads = "annotation at campaign annotator stream rollouts answer skip flagged comment active_ms revised"
    rows = labels_of(group, within)
    return records(heads, rows)


def everybody(found: Any) -> Table:
    return columns(
        found.annotate(member_of=Count("memberships")).order_by("username"),
        "id username email role is_active date_joined last_login member_of",
    )


def run_trends(run: PolicyRun, within: Reach) -> Table:
    heads = "step groups rollouts reward_mean reward_sd sd_in_group saturated_share length_mean labels"
    return records(heads, trends.trends(run, within)["points"])


def rollouts(wanted: Wanted) -> Table:
    """Everything a search finds, page by page from the database."""
    heads = "id run group_id step ordinal reward mean spread version length labels prompt completion reasoning"

    def found() -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            page = explorer.find(wanted, limit=CHUNK, after=after)
            for row in explorer_rows.rows(page.ids, wanted):
                yield {**row, **(row["score"] or {})}
            if page.next is None:
                return
            after = page.next

    return records(heads, found())
