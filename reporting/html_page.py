"""A report as one HTML page that opens without a network: pictures inside, no script, light and dark."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Final

from common.i18n import ENGLISH, percents, use_locale
from db.types import Bucket, Report, ResultView, StarSums
from reporting.aspects.page import aspects_compared, aspects_section
from reporting.chart_style import DARK, LIGHT, Look
from reporting.intervals import mean_interval, wilson
from reporting.pictures import chart_png, distribution_png
from reporting.request import several_films
from reporting.second_look import second_look
from reporting.star_figures import gap_interval, star_interval
from reporting.tables import ALL, CORRECTIONS_BIASED, ReportPart, deciding, named
from reporting.themes.of_report import ReportThemes
from reporting.themes.table import page_section
from reporting.wording import differences, share_range

Themes = ReportThemes | None

_MOST_ROWS: Final = 400
_TEXT_CHARS: Final = 600
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d1f24; --muted: #55595f; --paper: #ffffff; --line: #dfe1e5; --tint: #f4f5f7;
        --positive: #0072b2; --negative: #d55e00; --unclear: #9a9ea5; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #f2f3f5; --muted: #b5bac1; --paper: #22242a; --line: #3f434b; --tint: #2b2d34;
          --positive: #56b4e9; --negative: #e69f00; --unclear: #80858e; }
}
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 72rem;
       margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.2; } h2 { margin: 2.5rem 0 .75rem; } h3 { margin: 1.5rem 0 .5rem; }
p { max-width: 46rem; } .lead { font-size: 1.15rem; }
.muted, caption, figcaption { color: var(--muted); } .small { font-size: .85rem; }
.bar { display: flex; height: 1.1rem; margin: .5rem 0; border-radius: .25rem; overflow: hidden; gap: 2px; }
.bar span { flex: 0 1 auto; min-width: 1px; }
.positive { background: var(--positive); } .negative { background: var(--negative); }
.unclear { background: var(--unclear); }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 0; list-style: none; }
.key i { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: 2px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap;
         vertical-align: top; }
th { color: var(--muted); font-weight: 600; }
th:first-child, td:first-child { text-align: left; white-space: normal; padding-left: 0; }
.buckets th:first-child, .buckets td:first-child { min-width: clamp(8rem, 25vw, 16rem); position: sticky; left: 0;
         background: var(--paper); }
td small { display: block; color: var(--muted); }
.facts { width: auto; } .facts td:first-child { min-width: 10rem; padding-right: 1.5rem; }
img { display: block; width: 100%; min-width: 30rem; max-width: 60rem; height: auto; } figure { margin: 1rem 0; }
.quotes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2.5rem; }
blockquote { margin: .75rem 0; padding-left: 1rem; border-left: 3px solid var(--line); }
blockquote.positive { background: none; border-color: var(--positive); }
blockquote.negative { background: none; border-color: var(--negative); }
mark { color: inherit; background: rgba(230, 159, 0, .3); }
@media print {
  body { max-width: none; margin: 0; font-size: 11pt; } .wide { overflow: visible; } img { min-width: 0; }
  h2, h3 { break-after: avoid; } figure, blockquote, tr, .bar { break-inside: avoid; }
  .buckets { font-size: 9pt; } .buckets th { white-space: normal; } .buckets th, .buckets td { padding: .2rem .35rem; }
  .buckets th:first-child, .buckets td:first-child { position: static; min-width: 7rem; padding-left: 0; }
  .bar span, .key i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def page(parts: Sequence[ReportPart], *, made: datetime | None = None) -> str:
    """The whole page; every text of a user is escaped."""
    return begun_page(parts, made=made)([part.themes for part in parts])


def begun_page(parts: Sequence[ReportPart], *, made: datetime | None = None) -> Callable[[Sequence[Themes]], str]:
    """All of the page that needs no themes, the pictures above all; given the themes of each part, it is the page."""
    title = " and ".join(part.about.subject() for part in parts)
    when = (made or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC")
    head = [f"<h1>{escape(title)}</h1>", f'<p class="muted">Reelfeel, {when}, by {escape(parts[0].about.by)}.</p>']
    if len(parts) == 2:
        head.append("<h2>Difference</h2>")
        head += [f"<p>{escape(sentence)}</p>" for sentence in differences(*parts)]
        head += aspects_compared(parts[0].report.aspects, parts[1].report.aspects)
        head.append(
            _picture("Both distributions, each as shares of its own reviews", lambda look: chart_png(parts, look))
        )
    alone = len(parts) == 1
    begun = [_part(part, alone=alone) for part in parts]

    def finished(themes: Sequence[Themes]) -> str:
        body = list(head)
        for (before, behind), of_part in zip(begun, themes, strict=True):
            body += [*before, *page_section(of_part, _level(alone=alone)), *behind]
        return _whole(title, body)

    return finished


def _whole(title: str, body: list[str]) -> str:
    body = [*body, "<h2>How to read this</h2>", *(f'<p class="muted">{escape(line)}</p>' for line in _METHOD)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


_METHOD: Final = (
    "A model read each review and gave the probability that it is positive. Where that is near one half, or the text "
    "is no film review in English, the verdict is unclear.",
    "Intervals are at 95 %: of shares by Wilson (1927), of averages by Student’s t, of differences by Newcombe (1998) "
    "and Welch (1947). They say what chance may have done, not what the model gets wrong.",
    "Reviews without a day of their own count on the day they were sent in. Reports are about films and files, never "
    "about a person.",
)


def _level(*, alone: bool) -> str:
    """Of a part's headings."""
    return "h2" if alone else "h3"


def _part(part: ReportPart, *, alone: bool) -> tuple[list[str], list[str]]:
    """What stands before its themes, and what behind them."""
    report = part.report
    lines = [f"<h2>{'In short' if alone else escape(part.about.subject())}</h2>"]
    if not report.total or report.mean_probability is None:
        return [*lines, "<p>No review.</p>"], []
    level = _level(alone=alone)
    by_film = part.about.by == "film"
    with use_locale(ENGLISH):
        several = several_films(report.other_films)
    lines += [f'<p class="lead">{escape(_in_words(report))}</p>', _shares(report)]
    if several:
        lines.append(f"<p>{escape(several)}</p>")
    over_time = part
    if part.about.by == "aspect":
        over_time = replace(part, about=replace(part.about, by="month"))
        lines += _by_aspect(part, level)
    lines += [
        f"<{level}>{'Films' if by_film else 'Verdicts over time'}</{level}>",
        _picture("How many reviews, and how positive on average", lambda look: chart_png([over_time], look)),
        _buckets(report, "Film" if by_film else over_time.about.by.capitalize()),
    ]
    if part.about.by != "aspect":
        lines += aspects_section(report.aspects, level)
    quotes = [
        f"<div><{level}>{name}</{level}>{''.join(map(_review, results))}</div>"
        for name, results in (("Most positive", report.most_positive), ("Most negative", report.most_negative))
        if results
    ]
    if quotes:
        lines.append(f'<div class="quotes">{"".join(quotes)}</div>')
    behind = [
        *_stars(report, level),
        f"<{level}>How sure the verdicts are</{level}>",
        _picture("Reviews by their probability of being positive", lambda look: distribution_png(part, look)),
        _quality(report),
    ]
    with use_locale(ENGLISH):
        items = "".join(f"<li>{escape(one)}</li>" for one in second_look(report.hygiene))
    if items:
        behind.append(f"<{level}>Worth a second look</{level}><ul>{items}</ul>")
    return lines, behind


def _by_aspect(part: ReportPart, level: str) -> list[str]:
    told = aspects_section(part.report.aspects, level)
    if not told:
        return ["<p>No review here was read for aspects.</p>"]
    words = "Reviews for and against each aspect, and the share for it"
    return [*told, _picture(words, lambda look: chart_png([part], look))]


def _stars(report: Report, level: str) -> list[str]:
    """The average estimate, how far it agrees with the stars of the files, and where it does not."""
    rows = _star_rows(report.stars)
    if not rows:
        return []
    against = "".join(map(_review, report.mismatches))
    title = "Words against stars: irony, slips of the hand, bombs"
    return [
        f"<{level}>Stars</{level}>{_facts(rows)}",
        *([f'<h3>{title}</h3><div class="quotes">{against}</div>'] if against else []),
    ]


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


def _in_words(report: Report) -> str:
    counts = (report.n_positive, report.n_negative, report.n_uncertain)
    positive, negative, unclear = percents(counts)
    reviews = "1 review" if report.total == 1 else f"{report.total:,} reviews"
    average, sure = _average(report)
    interval = share_range(wilson(report.n_positive, report.total))
    return (
        f"{reviews}: {positive} positive ({interval}), {negative} negative, {unclear} unclear. "
        f"The average probability of being positive is {average}{f' {sure}' if sure else ''}."
    )


def _shares(report: Report) -> str:
    """The three shares as a bar, and in words beside their colours."""
    counts = (report.n_positive, report.n_uncertain, report.n_negative)
    shares = percents(counts, 1)
    kinds = ("positive", "unclear", "negative")
    bar = "".join(
        f'<span class="{kind}" style="width: {100 * count / report.total:.3f}%"></span>'
        for kind, count in zip(kinds, counts, strict=True)
        if count
    )
    key = "".join(
        f'<li><i class="{kind}"></i>{kind.capitalize()} {count:,} · {share} '
        f'<span class="muted">({share_range(wilson(count, report.total))})</span></li>'
        for kind, count, share in zip(kinds, counts, shares, strict=True)
    )
    return f'<div class="bar" aria-hidden="true">{bar}</div><ul class="key">{key}</ul>'


def _quality(report: Report) -> str:
    rows = [("Flagged", f"{report.n_flagged:,}", _percent(report.n_flagged, report.total))]
    rows += [(f"Flag: {flag.replace('_', ' ')}", f"{n:,}", _percent(n, report.total)) for flag, n in report.flags]
    rows.append(("Rows of these files that were not scored", f"{report.rejected:,}", ""))
    rows += [(f"Not scored: {code.replace('_', ' ')}", f"{n:,}", "") for code, n in report.rejected_codes]
    return _facts(rows) + _corrections(report)


def _corrections(report: Report) -> str:
    if not report.corrections:
        return ""
    rows = [
        ("Corrections", f"{report.corrections:,}", ""),
        ("Verdicts that anybody corrected", f"{report.corrected:,}", _percent(report.corrected, report.total)),
        ("Corrections that agree with the verdict", f"{report.agreed:,}", _percent(report.agreed, report.corrections)),
    ]
    return f'<h3>What users corrected</h3>{_facts(rows)}<p class="muted">{CORRECTIONS_BIASED}</p>'


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}%"


def _average(report: Report) -> tuple[str, str]:
    mean = report.mean_probability or 0.0
    sure = mean_interval(mean, report.deviation, report.total)
    return f"{mean:.3f}", "" if sure is None else f"({sure.low:.3f}–{sure.high:.3f})"


def _buckets(report: Report, name: str) -> str:
    header = [name, "Reviews", "Positive", "Negative", "Unclear", "Flagged", "Positive share", "Average"]
    stars = bool(report.stars.n)
    header += ["Stars of 10"] if stars else []
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in header)
    rows = "".join(_bucket(one, stars=stars) for one in named(report.buckets[:_MOST_ROWS]))
    table = (
        f'<div class="wide"><table class="buckets"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
    if report.n_buckets <= _MOST_ROWS:
        return table
    return f'{table}<p class="muted">The first {_MOST_ROWS} of {report.n_buckets:,}; the other formats hold more.</p>'


def _bucket(one: Bucket, *, stars: bool) -> str:
    """A row; each interval stands below its figure, so that the name keeps room."""
    sure = mean_interval(one.mean_probability, one.deviation, one.total)
    counts = (one.total, one.n_positive, one.n_negative, one.n_uncertain, one.n_flagged)
    cells = [escape(one.key or ALL), *(f"{n:,}" for n in counts)]
    cells.append(
        f"{_percent(one.n_positive, one.total)}<small>{share_range(wilson(one.n_positive, one.total))}</small>"
    )
    average = "" if sure is None else f"<small>{sure.low:.3f}–{sure.high:.3f}</small>"
    cells.append(f"{one.mean_probability:.3f}{average}")
    cells += [_bucket_stars(one.stars)] if stars else []
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _bucket_stars(sums: StarSums) -> str:
    """The average estimate and its interval, empty where there is none."""
    sure = star_interval(sums)
    interval = "" if sure is None else f"<small>{sure.low:.1f}–{sure.high:.1f}</small>"
    return "" if sums.mean is None else f"{sums.mean:.1f}{interval}"


def _facts(rows: Iterable[Iterable[str]]) -> str:
    """A table without a header: a name and its figures."""
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="facts"><tbody>{lines}</tbody></table>'


def _picture(words: str, draw: Callable[[Look], bytes]) -> str:
    """A picture for each background; the browser shows the one that fits."""
    light, dark = (base64.b64encode(draw(look)).decode("ascii") for look in (LIGHT, DARK))
    return (
        '<figure><div class="wide"><picture>'
        f'<source media="screen and (prefers-color-scheme: dark)" srcset="data:image/png;base64,{dark}">'
        f'<img alt="{escape(words)}" src="data:image/png;base64,{light}"></picture></div>'
        f'<figcaption class="muted">{escape(words)}</figcaption></figure>'
    )


def _review(result: ResultView) -> str:
    kind = "positive" if result.probability >= 0.5 else "negative"
    film = f"{escape(result.film)} · " if result.film else ""
    head = f"{film}#{result.id}, job {result.job_id} · {escape(result.label)}, {result.probability:.3f}"
    if result.rating is not None:
        head += f", given {result.rating / 100:g} of 10 stars"
    if result.text is None:
        return f'<blockquote class="{kind}"><span class="muted">{head}</span><br>(text deleted)</blockquote>'
    text = " ".join(result.text.split())
    sentence = deciding(result)
    cut = text if len(text) <= _TEXT_CHARS else text[: _TEXT_CHARS - 1] + "…"
    shown = escape(cut)
    if sentence is not None:
        marked = f"<mark>{escape(sentence)}</mark>"
        shown = shown.replace(escape(sentence), marked, 1) if sentence in cut else f"{marked} … {shown}"
    return f'<blockquote class="{kind}"><span class="muted">{head}</span><br>{shown}</blockquote>'
