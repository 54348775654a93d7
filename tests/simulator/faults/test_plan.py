from __future__ import annotations

from pathlib import Path

import pytest

from polyterm.simulator.faults.plan import AnyFault, FaultPlan, PlanError, parse_plan
from tests.simulator.faults.stage import PLACE, in_virtual_time, plan, staged

DOCS = Path(__file__).parents[3] / "docs" / "faults.md"
KINDS = [kind.__struct_config__.tag for kind in AnyFault.__args__]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[", "Input data was truncated"),
        ('[{"at": {"t": 1}}]', "Object missing required field `do` - at `$[0]`"),
        ('[{"do": "401"}]', "Object missing required field `at` - at `$[0]`"),
        ('[{"at": {"t": 1}, "do": "rain"}]', "Invalid value 'rain' - at `$[0].do`"),
        (
            '{"faults": [{"at": {"request": "GET /", "nth": 0}, "do": "401"}]}',
            "Expected `int` >= 1 - at `$.faults[0].at.nth`",
        ),
        (
            '[{"at": {"request": "GET /"}, "do": "delay", "seconds": 1, "secnds": 2}]',
            "Object contains unknown field `secnds` - at `$[0]`",
        ),
        ('[{"at": {}, "do": "401"}]', "name either a `request` or a time `t` - at `$[0].at`"),
        (
            '[{"at": {"request": "/order"}, "do": "401"}]',
            "`request` is a method and a path, not '/order' - at `$[0].at`",
        ),
        (
            '[{"at": {"request": "GET /", "nth": 1, "p": 0.5}, "do": "401"}]',
            "give one of `nth`, `every` and `p` - at `$[0].at`",
        ),
        (
            '[{"at": {"request": "GET /", "every": 1.5}, "do": "401"}]',
            "`every` is a whole number of requests - at `$[0].at`",
        ),
        (
            '[{"at": {"request": "GET /", "after": 5, "until": 5}, "do": "401"}]',
            "`until` is later than `after` - at `$[0].at`",
        ),
        (
            '[{"at": {"t": 1, "p": 0.5}, "do": "fill_all"}]',
            "`nth`, `p`, `after` and `until` belong to a `request` - at `$[0].at`",
        ),
        (
            '[{"at": {"t": 1}, "do": "truncate"}]',
            "`truncate` strikes at a `request`, not at a time - at `$[0]`",
        ),
        (
            '[{"at": {"t": 1}, "do": "partial_fill", "part": 0}]',
            "`part` is above 0 and at most 1, not 0 - at `$[0]`",
        ),
        (
            '[{"at": {"t": 1}, "do": "tick_change", "tick": "0.02"}]',
            "`tick` is none that the exchange has: 0.02 - at `$[0]`",
        ),
        (
            '[{"at": {"t": 1}, "do": "drop_balance", "to": "-1"}]',
            "`to` is not below 0: -1 - at `$[0]`",
        ),
    ],
)
def test_a_wrong_plan_is_refused_with_the_field_and_the_reason(text, complaint):
    with pytest.raises(PlanError) as caught:
        parse_plan(text)
    assert str(caught.value) == complaint


def test_a_plan_is_read_back_as_it_was_printed():
    made = plan(
        {"at": {**PLACE, "p": 0.5, "until": 60}, "do": "5xx", "status": 503, "times": 3},
        {"at": {"t": 5, "every": 2}, "do": "ws_drop", "channel": "user", "code": 1012},
        {"at": {"t": 1}, "do": "partial_fill", "part": "0.25", "order": "oldest"},
        seed=7,
    )
    assert parse_plan(str(made)) == made
    assert '"part": "0.25"' in str(made)


def test_a_bare_list_is_a_plan_too():
    assert parse_plan(b"[]") == FaultPlan()


def test_a_smaller_plan_leaves_the_lots_of_the_others_as_they_were():
    storm = {"at": {**PLACE, "p": 0.5}, "do": "401"}
    made = plan(storm, {"at": PLACE, "do": "reset"}, storm, seed=3)
    lots = [random.random() for random in made.randoms()]
    assert len(set(lots)) == 3
    smaller = list(made.smaller())
    assert [len(each.faults) for each in smaller] == [2, 2, 2]
    assert [random.random() for random in smaller[1].randoms()] == [lots[0], lots[2]]


@in_virtual_time
async def test_the_seed_alone_decides_the_lots():
    async def storm(seed: int) -> list[int]:
        async with staged({"at": {**PLACE, "p": 0.5}, "do": "401"}, seed=seed) as stage:
            return [(await stage.place(shares=5 + n)).status_code for n in range(20)]

    first, again, other = await storm(1), await storm(1), await storm(2)
    assert first == again != other
    assert set(first) == {200, 401}


@pytest.mark.parametrize(
    ("at", "struck"),
    [
        ({}, [1]),
        ({"nth": 3}, [3]),
        ({"every": 3}, [3, 6, 9]),
        ({"p": 1}, list(range(1, 11))),
    ],
)
@in_virtual_time
async def test_the_turn_of_a_request(at, struck):
    async with staged({"at": {"request": "GET /ok", **at}, "do": "401"}) as stage:
        replies = [(await stage.http.get("/ok")).status_code for _ in range(10)]
        assert [n for n, status in enumerate(replies, 1) if status == 401] == struck


@pytest.mark.parametrize(
    ("at", "struck"), [({"nth": 3}, [3, 4]), ({"every": 3}, [3, 6]), ({"p": 1}, [1, 2])]
)
@in_virtual_time
async def test_times_is_the_most_there_is(at, struck):
    fault = {"at": {"request": "* /o*", **at}, "do": "401", "times": 2}
    async with staged(fault) as stage:
        replies = [(await stage.http.get("/ok")).status_code for _ in range(10)]
        assert [n for n, status in enumerate(replies, 1) if status == 401] == struck
        assert len(stage.fired) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_about_faults_tells_of_every_kind(kind):
    assert f"`{kind}`" in DOCS.read_text(encoding="utf-8")


def test_the_example_of_the_page_is_a_plan():
    example = DOCS.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    assert len(parse_plan(example).faults) > 3
