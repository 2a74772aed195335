"""Everything about asking that would change a result, in one frozen object stored on the campaign."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from annotator.errors import InvalidConfig

from .forms.form import Form
from .limits import StratumCap, check_strata, strata_of
from .strategies import STRATEGIES

DEFAULT_FORM = ({"kind": "pair", "name": "preference"},)
MACHINE = re.compile(r"(reward(:.{1,100})?|judge:[A-Za-z0-9_.-]{1,100})?")


@dataclasses.dataclass(frozen=True)
class CampaignConfig:
    """How a campaign asks, settles, retrains and promotes. Fixed when the campaign opens."""

    form: list[dict[str, Any]] = dataclasses.field(default_factory=lambda: [dict(q) for q in DEFAULT_FORM])
    completions: int = 2  # of one group, judged together; 1 to 8
    acquisition: str = "v_optimal"  # on no public collection shown worse than chance, on some much better
    seed: int = 0
    overlap: int = 1  # answers per task; 1 buys the most prompts per label
    random_share: float = 0.1  # the only unbiased control and test stream: keep it above zero
    pairs_per_group: int = 1  # one pair per prompt per round: near-duplicates teach little
    cold_answers: int = 40  # before these, questions are spread over kinds of prompts: a belief of less is noise
    fall_back: bool = True  # ask at random while the strategy is shown to teach less per answer than chance
    must_prove: bool = False  # and also while, given its chance, it is not shown to teach more
    per_second: bool = False  # value per second of reading instead of per answer
    machine: str = ""  # whose labels people correct: "reward", "reward:PART", "judge:NAME"; "" nobody's
    machine_pairs: int = 4  # pairs per group the machine labels
    open_tasks: int = 64  # asked at once; small, so that what is learnt re-orders most of what is left
    lease_minutes: float = 10.0
    max_skips: int = 3  # a task this many people pass on is withdrawn
    extra_on_disagreement: bool = False  # one more person where answers contradict each other, then an adjudicator
    reserve_share: float = 0.0  # of every budget, kept for gold, repeats, one more person and surplus
    person_labels: int = 0  # most answers of one person; 0 is without end
    person_hours: float = 0.0  # most paid time of one person; 0 is without end
    strata: dict[str, Any] = dataclasses.field(default_factory=dict)  # caps by run or a key of the group's meta
    max_step_age: int = 0  # policy steps after which rollouts are not asked about any more; 0 is never
    priority_decay: float = 0.0  # how much of its value a pair loses per policy step that passed
    show_reference: bool = False  # the reference answer in a group's meta, beside the completions
    show_evidence: bool = False  # what verifiers and reward parts say of each; who sees a verdict judges the verdict
    training_cards: int = 0  # answered first, each followed by the right answer
    training_pass: float = 0.0  # who scores less in training is paused; 0 lets everybody on
    gold_share: float = 0.0  # of everybody's cards, whose right answer is known to us and not to them
    gold_judged: int = 10  # gold answers before anybody is judged by them, and those that count
    gold_pass: float = 0.0  # who scores less is paused; people differ, so above 0.85 nearly everybody would be
    repeat_share: float = 0.0  # of everybody's cards, their own of some time ago in another order
    retrain_every: int = 50  # new answers that make a retrain worth its minute
    min_labels: int = 20  # below this a reward model is noise
    heldout_share: float = 0.2  # of prompts, by hash: a held-out prompt stays held out for every version
    promotion_slack: float = 0.0  # how much worse held-out NLL may be and still be promoted
    training: dict[str, Any] = dataclasses.field(default_factory=dict)  # overrides of TrainingConfig
    hand_off: dict[str, Any] = dataclasses.field(default_factory=dict)  # PolicyConfig to run after each promotion

    def __post_init__(self) -> None:
        checks: list[tuple[str, bool, str]] = [
            ("acquisition", self.acquisition in STRATEGIES, f"one of {', '.join(sorted(STRATEGIES))}"),
            ("overlap", 1 <= self.overlap <= 20, "1 to 20"),
            ("seed", 0 <= self.seed < 2**63, "0 or more, below 2^63"),
            ("random_share", 0.0 <= self.random_share <= 1.0, "0 to 1"),
            ("completions", 1 <= self.completions <= 8, "1 to 8"),
            ("pairs_per_group", 1 <= self.pairs_per_group <= 100, "1 to 100"),
            ("cold_answers", 0 <= self.cold_answers <= 1_000_000, "0 to 1,000,000"),
            ("machine", bool(MACHINE.fullmatch(self.machine)), '"", "reward", "reward:PART" or "judge:NAME"'),
            ("machine_pairs", 1 <= self.machine_pairs <= 64, "1 to 64"),
            ("open_tasks", 1 <= self.open_tasks <= 2_000_000, "1 to 2,000,000"),
            ("lease_minutes", 0 < self.lease_minutes <= 24 * 60, "above 0, at most a day"),
            ("max_skips", 1 <= self.max_skips <= 100, "1 to 100"),
            ("reserve_share", 0.0 <= self.reserve_share < 1.0, "0 or more, below 1"),
            ("person_labels", 0 <= self.person_labels <= 1_000_000_000, "0 (without end) to 1,000,000,000"),
            ("person_hours", 0.0 <= self.person_hours <= 1_000_000.0, "0 (without end) to 1,000,000"),
            ("max_step_age", 0 <= self.max_step_age <= 10**12, "0 (never) or more policy steps"),
            ("priority_decay", 0.0 <= self.priority_decay < 1.0, "0 or more, below 1"),
            ("training_cards", 0 <= self.training_cards <= 1_000, "0 to 1,000"),
            ("training_pass", 0.0 <= self.training_pass <= 1.0, "0 to 1"),
            ("gold_share", 0.0 <= self.gold_share <= 0.5, "0 to 0.5"),
            ("gold_judged", 1 <= self.gold_judged <= 1_000, "1 to 1,000"),
            ("gold_pass", 0.0 <= self.gold_pass <= 1.0, "0 to 1"),
            ("repeat_share", 0.0 <= self.repeat_share <= 0.5, "0 to 0.5"),
            ("retrain_every", 1 <= self.retrain_every <= 1_000_000_000, "1 to 1,000,000,000"),
            ("min_labels", 2 <= self.min_labels <= 1_000_000_000, "2 to 1,000,000,000"),
            ("heldout_share", 0.0 < self.heldout_share < 1.0, "between 0 and 1"),
            ("promotion_slack", 0.0 <= self.promotion_slack <= 1_000.0, "0 to 1,000"),
        ]
        for field, ok, allowed in checks:
            if not ok:
                raise InvalidConfig(
                    f"Campaign config: {field} is {getattr(self, field)!r}; it must be {allowed}.", field=field
                )
        check_strata(self.strata)
        if self.reserve_share == 0.0 and (self.training_cards or self.gold_share or self.repeat_share):
            raise InvalidConfig(
                "Campaign config: training, gold and repeats are paid from the reserve; set reserve_share above 0.",
                field="reserve_share",
            )
        form = self.asks
        # With every option it leaves out: what is stored is what is asked, whatever a later version's defaults are.
        object.__setattr__(self, "form", form.to_json())
        if self.per_second and [question.kind for question in form.questions] != ["pair"]:
            raise InvalidConfig(
                "Campaign config: seconds are foretold for pairs only; leave per_second off.", field="per_second"
            )
        if self.per_second and not STRATEGIES[self.acquisition].heeds_seconds:
            raise InvalidConfig(
                f"Campaign config: {self.acquisition} cannot count seconds; choose another acquisition.",
                field="per_second",
            )
        if STRATEGIES[self.acquisition].needs_machine and not self.machine:
            raise InvalidConfig(
                f"Campaign config: {self.acquisition} corrects a machine's labels; say whose with `machine`.",
                field="machine",
            )

    @property
    def known_answers(self) -> bool:
        """Whether some of what people get are cards whose right answer is known."""
        return self.training_cards > 0 or self.gold_share > 0.0

    @property
    def strata_caps(self) -> dict[str, StratumCap]:
        return strata_of(self.strata)

    @property
    def asks(self) -> Form:
        return Form.from_json(self.form, self.completions)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> CampaignConfig:
        known = {f.name: f for f in dataclasses.fields(cls)}
        for name, value in raw.items():
            if name not in known:
                raise InvalidConfig(
                    f"Campaign config: unknown field {name!r}. Known: {', '.join(sorted(known))}.", field=name
                )
            kinds: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool}
            wanted = list if name == "form" else kinds.get(str(known[name].type), dict)
            if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
                raise InvalidConfig(f"Campaign config: {name} is {value!r}; expected {known[name].type}.", field=name)
        return cls(**raw)

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)
