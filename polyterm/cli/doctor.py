"""`polyterm doctor`: look at everything that trading stands on, with or without an engine."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from polyterm.cli.doctor_checks import CHECKS, Finding, Verdict
from polyterm.cli.failure import Failure, end_unproved
from polyterm.cli.options import place_options
from polyterm.cli.places import VenuePlace
from polyterm.cli.tables import facts


@click.command()
@place_options
def doctor(place: VenuePlace, as_json: bool) -> None:
    """Check settings, files, journal, wallet, engine and exchange; fails where one is ill."""
    findings = [_looked(name, place) for name in CHECKS]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        click.echo(facts((f"{found.verdict:<4}  {found.name}", found.text) for found in findings))
    ill = [finding.name for finding in findings if finding.verdict is Verdict.ILL]
    if ill:
        end_unproved(f"needs care: {', '.join(ill)}")


def _looked(name: str, place: VenuePlace) -> Finding:
    try:
        verdict, text = CHECKS[name](place)
    except Failure as error:
        verdict, text = Verdict.ILL, error.message
    return Finding(name, verdict, text)
