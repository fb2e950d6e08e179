"""A report as one HTML page that opens without a network: pictures inside, no script, light and dark."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

from common.i18n import ENGLISH, percents, use_locale
from db.types import Bucket, Report, ResultView, StarSums
from reporting.chart_style import DARK, LIGHT, Look
from reporting.intervals import mean_interval, wilson
from reporting.pictures import chart_png, distribution_png
from reporting.second_look import second_look
from reporting.star_figures import gap_interval, star_interval
from reporting.tables import ALL, CORRECTIONS_BIASED, ReportPart, deciding, named
from reporting.wording import differences, share_range

_MOST_ROWS: Final = 400
_TEXT_CHARS: Final = 600
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d1f24; --muted: #55595f; --paper: #ffffff; --line: #dfe1e5; }
@media (prefers-color-scheme: dark) { :root { --ink: #f2f3f5; --muted: #b5bac1; --paper: #22242a; --line: #3f434b; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
       margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
.muted, caption { color: var(--muted); } caption { text-align: left; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; }
img { width: 100%; min-width: 38rem; height: auto; } figure { margin: 1.5rem 0; }
blockquote { margin: .75rem 0; padding-left: 1rem; border-left: 3px solid var(--line); overflow-wrap: anywhere; }
mark { color: inherit; background: rgba(230, 159, 0, .3); }
"""


def page(parts: Sequence[ReportPart], *, made: datetime | None = None) -> str:
    """The whole page; every text of a user is escaped."""
    title = " and ".join(part.about.subject() for part in parts)
    when = (made or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC")
    body = [f"<h1>{escape(title)}</h1>", f'<p class="muted">Reelfeel, {when}, by {escape(parts[0].about.by)}.</p>']
    if len(parts) == 2:
        body.append("<h2>Difference</h2>")
        body += [f"<p>{escape(sentence)}</p>" for sentence in differences(*parts)]
        body.append(
            _picture("Both distributions, each as shares of its own reviews", lambda look: chart_png(parts, look))
        )
    for part in parts:
        body += _part(part, alone=len(parts) == 1)
    body.append(
        '<p class="muted">Intervals are at 95 %: of shares by Wilson (1927), of averages by Student’s t, of '
        "differences by Newcombe (1998) and Welch (1947). Reviews without a day of their own count on the day they "
        "were sent in. "
        "Reports are about films and files, never about a person.</p>"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _part(part: ReportPart, *, alone: bool) -> list[str]:
    report = part.report
    lines = [f"<h2>{'All together' if alone else escape(part.about.subject())}</h2>", _summary(report)]
    if not report.total:
        return lines
    lines.append(_picture("How many reviews, and how positive on average", lambda look: chart_png([part], look)))
    lines.append(_picture("How sure the model is", lambda look: distribution_png(part, look)))
    lines.append(_buckets(report))
    shown = (
        ("Most positive", report.most_positive),
        ("Most negative", report.most_negative),
        ("Words against stars: irony, slips of the hand, bombs", report.mismatches),
    )
    for name, results in shown:
        if results:
            lines += [f"<h2>{name}</h2>", *(_review(one) for one in results)]
    return lines


def _summary(report: Report) -> str:
    if not report.total or report.mean_probability is None:
        return "<p>No review.</p>"
    rows = [("Reviews", f"{report.total:,}", ""), ("Average probability of positive", *_average(report))]
    counts = (report.n_positive, report.n_negative, report.n_uncertain)
    for name, count, share in zip(("Positive", "Negative", "Unclear"), counts, percents(counts, 1), strict=True):
        rows.append((name, f"{count:,}", f"{share} ({share_range(wilson(count, report.total))})"))
    rows += _star_rows(report.stars)
    rows.append(("Flagged", f"{report.n_flagged:,}", _percent(report.n_flagged, report.total)))
    rows += [(f"Flag: {flag.replace('_', ' ')}", f"{n:,}", "") for flag, n in report.flags]
    rows.append(("Rows of these files that were not scored", f"{report.rejected:,}", ""))
    rows += [(f"Not scored: {code.replace('_', ' ')}", f"{n:,}", "") for code, n in report.rejected_codes]
    return _table(("", "", ""), rows) + _look_again(report) + _corrections(report)


def _star_rows(sums: StarSums) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    if (sure := star_interval(sums)) is not None and sums.mean is not None:
        count = f"{sums.n:,} reviews that are long enough"
        rows.append(("Stars of 10, estimated", f"{sums.mean:.1f}", f"({sure.low:.1f}–{sure.high:.1f}), {count}"))
    if sums.rated:
        rows.append(("Reviews with clear stars of their own", f"{sums.rated:,}", "7 of 10 and more, or 4 and less"))
        share = f"{_percent(sums.agreed, sums.rated)} ({share_range(wilson(sums.agreed, sums.rated))})"
        rows.append(("Words and stars agree", f"{sums.agreed:,}", share))
    if (gap := gap_interval(sums)) is not None and sums.mean_gap is not None:
        aside = f"({gap.low:+.2f} to {gap.high:+.2f}), {sums.gaps:,} reviews"
        rows.append(("Estimated minus given stars of 10", f"{sums.mean_gap:+.2f}", aside))
    return rows


def _look_again(report: Report) -> str:
    with use_locale(ENGLISH):
        items = "".join(f"<li>{escape(one)}</li>" for one in second_look(report.hygiene))
    return f"<h2>Worth a second look</h2><ul>{items}</ul>" if items else ""


def _corrections(report: Report) -> str:
    if not report.corrections:
        return ""
    rows = [
        ("Corrections", f"{report.corrections:,}", ""),
        ("Verdicts that anybody corrected", f"{report.corrected:,}", _percent(report.corrected, report.total)),
        ("Corrections that agree with the verdict", f"{report.agreed:,}", _percent(report.agreed, report.corrections)),
    ]
    return f'<h2>What users corrected</h2>{_table(("", "", ""), rows)}<p class="muted">{CORRECTIONS_BIASED}</p>'


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}%"


def _average(report: Report) -> tuple[str, str]:
    mean = report.mean_probability or 0.0
    sure = mean_interval(mean, report.deviation, report.total)
    return f"{mean:.3f}", "" if sure is None else f"({sure.low:.3f}–{sure.high:.3f})"


def _buckets(report: Report) -> str:
    header: tuple[str, ...] = (
        "", "Reviews", "Positive", "Negative", "Unclear", "Flagged", "Positive share", "95%", "Average", "95%",
    )  # fmt: skip
    stars = bool(report.stars.n)
    header = (*header, "Stars of 10", "95%") if stars else header
    table = _table(header, [_bucket(one, stars=stars) for one in named(report.buckets[:_MOST_ROWS])])
    if report.n_buckets <= _MOST_ROWS:
        return table
    return f'{table}<p class="muted">The first {_MOST_ROWS} of {report.n_buckets:,}; the other formats hold more.</p>'


def _bucket(one: Bucket, *, stars: bool) -> tuple[str, ...]:
    sure = mean_interval(one.mean_probability, one.deviation, one.total)
    return (
        one.key or ALL,
        *(f"{n:,}" for n in (one.total, one.n_positive, one.n_negative, one.n_uncertain, one.n_flagged)),
        _percent(one.n_positive, one.total),
        share_range(wilson(one.n_positive, one.total)),
        f"{one.mean_probability:.3f}",
        "" if sure is None else f"{sure.low:.3f}–{sure.high:.3f}",
        *(_stars(one.stars) if stars else ()),
    )


def _stars(sums: StarSums) -> tuple[str, str]:
    """The average estimate and its interval, empty where there is none."""
    sure = star_interval(sums)
    return (
        "" if sums.mean is None else f"{sums.mean:.1f}",
        "" if sure is None else f"{sure.low:.1f}–{sure.high:.1f}",
    )


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Wider than a telephone, it moves sideways by itself; no header of empty cells, which a reader would be read."""
    names = list(header)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    shown = f"<thead><tr>{head}</tr></thead>" if any(names) else ""
    return f'<div class="wide"><table>{shown}<tbody>{lines}</tbody></table></div>'


def _picture(words: str, draw: Callable[[Look], bytes]) -> str:
    """A picture for each background; the browser shows the one that fits."""
    light, dark = (base64.b64encode(draw(look)).decode("ascii") for look in (LIGHT, DARK))
    return (
        '<figure><div class="wide"><picture>'
        f'<source media="(prefers-color-scheme: dark)" srcset="data:image/png;base64,{dark}">'
        f'<img alt="{escape(words)}" src="data:image/png;base64,{light}"></picture></div>'
        f'<figcaption class="muted">{escape(words)}</figcaption></figure>'
    )


def _review(result: ResultView) -> str:
    film = f"{escape(result.film)} · " if result.film else ""
    head = f"{film}#{result.id}, job {result.job_id} · {escape(result.label)}, {result.probability:.3f}"
    if result.rating is not None:
        head += f", given {result.rating / 100:g} of 10 stars"
    if result.text is None:
        return f'<blockquote><span class="muted">{head}</span><br>(text deleted)</blockquote>'
    text = " ".join(result.text.split())
    sentence = deciding(result)
    cut = text if len(text) <= _TEXT_CHARS else text[: _TEXT_CHARS - 1] + "…"
    shown = escape(cut)
    if sentence is not None:
        marked = f"<mark>{escape(sentence)}</mark>"
        shown = shown.replace(escape(sentence), marked, 1) if sentence in cut else f"{marked} … {shown}"
    return f'<blockquote><span class="muted">{head}</span><br>{shown}</blockquote>'
