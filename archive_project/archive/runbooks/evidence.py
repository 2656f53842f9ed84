"""A run as evidence: data for programs, and Markdown for people."""

from __future__ import annotations

from typing import Any

from archive.runbooks.models import Run, Step


def as_data(run: Run, steps: list[Step]) -> dict[str, Any]:
    """Return the run with its steps; instants are ISO 8601 in UTC."""
    return {
        "id": str(run.pk),
        "runbook": {"article": str(run.article_id), "revision": run.revision, "title": run.title},
        "space": {"id": str(run.space_id), "name": run.space.name,
                  "company": str(run.space.company_id) if run.space.company_id else None},
        "state": run.state,
        "started": {"at": run.started_at.isoformat(), "by": run.started_by},
        "closed": {"at": run.closed_at.isoformat(), "by": run.closed_by, "note": run.closing_note}
        if run.closed_at
        else None,
        "steps": [
            {
                "number": step.number, "section": step.section, "text": step.text,
                "done": {"at": step.done_at.isoformat(), "by": step.done_by, "note": step.note}
                if step.done_at
                else None,
            }
            for step in steps
        ],
    }  # fmt: skip


def as_markdown(run: Run, steps: list[Step]) -> str:
    """Return the run as a Markdown document."""
    lines = [
        f"# {run.title}", "",
        f"For {run.space.name}, from revision {run.revision}.",
        f"Started {run.started_at.isoformat()} by {run.started_by}; "
        + run.get_state_display().lower()
        + (f" {run.closed_at.isoformat()} by {run.closed_by}." if run.closed_at else "."),
    ]  # fmt: skip
    if run.closing_note:
        lines.append(f"Note: {run.closing_note}")
    section = ""
    for step in steps:
        if step.section != section:
            section = step.section
            lines += ["", f"## {section}"]
        mark = "x" if step.done_at else " "
        lines += ["", f"- [{mark}] {step.number}. " + step.text.replace("\n", "\n  ")]
        if step.done_at:
            note = f": {step.note}" if step.note else ""
            lines.append(f"  - {step.done_at.isoformat()} {step.done_by}{note}")
    return "\n".join([*lines, ""])
