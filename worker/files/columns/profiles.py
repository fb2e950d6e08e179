"""The layouts of exports that people have, where their names alone would mislead: one table.

A profile is met when the file has all of its marks. Names are spelled as in `names.py`. `text` empty: such a file
holds films and stars, and no reviews. What is not said here is found by name and by content.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profile:
    """source: whose export; marks: names that all stand in it; lacks: names that do not; the rest: first one there is.

    text, film, date, stars: names of columns, the likeliest first; empty means none, None means not said here.
    """

    source: str
    marks: frozenset[str]
    text: tuple[str, ...] | None = None
    film: tuple[str, ...] | None = None
    date: tuple[str, ...] | None = None
    stars: tuple[str, ...] | None = None
    lacks: frozenset[str] = frozenset()


def _of(
    source: str,
    marks: str,
    *,
    text: str | None = None,
    film: str | None = None,
    date: str | None = None,
    stars: str | None = None,
    lacks: str = "",
) -> Profile:
    def split(names: str | None) -> tuple[str, ...] | None:
        return None if names is None else tuple(names.split())

    return Profile(
        source,
        frozenset(marks.split()),
        split(text),
        split(film),
        split(date),
        split(stars),
        frozenset(lacks.split()),
    )


TAKEOUT: Final = "YouTube Takeout"
"""Its texts are JSON (`json_shapes/segments.py`)."""
PROFILES: Final[tuple[Profile, ...]] = (
    # letterboxd.com: Settings, Data, Export; the zip holds these tables
    _of(
        "Letterboxd",
        "name year letterboxduri review",
        text="review",
        film="name",
        date="date watcheddate",
        stars="rating",
    ),
    _of("Letterboxd", "letterboxduri name", text="", lacks="review description"),
    _of("Letterboxd", "letterboxduri name description", text="description", film="name", lacks="review"),
    _of("Letterboxd", "position name url description", text="description", film="name", date="", lacks="review"),
    _of(
        "Letterboxd", "date content comment", text="comment", film="", date="date", stars="", lacks="review movie film"
    ),
    _of("Letterboxd import", "title watcheddate review", text="review", film="title", date="watcheddate"),
    # imdb.com: Export of ratings, watchlist and lists
    _of("IMDb", "const titletype", text="", lacks="description review"),
    _of(
        "IMDb",
        "const title titletype description",
        text="description",
        film="title",
        date="created daterated",
        stars="yourrating",
    ),
    # IMDb review dumps on Kaggle
    _of(
        "IMDb dump", "reviewdetail reviewsummary", text="reviewdetail", film="movie", date="reviewdate", stars="rating"
    ),
    # trakt.tv
    _of("Trakt", "ratedat type", text="", lacks="comment review"),
    # themoviedb.org: Settings, Export
    _of("TMDB", "tmdbid imdbid type name", text="", lacks="review content comment"),
    # Rotten Tomatoes on Kaggle
    _of(
        "Rotten Tomatoes",
        "rottentomatoeslink reviewcontent",
        text="reviewcontent",
        film="movietitle rottentomatoeslink",
        date="reviewdate",
        stars="reviewscore",
    ),
    _of(
        "Rotten Tomatoes",
        "reviewtext criticname",
        text="reviewtext",
        film="title movietitle id",  # the id is the film's name in its link
        date="creationdate",
        stars="originalscore",
    ),
    # Metacritic on Kaggle
    _of("Metacritic", "moviename quote publicationname", text="quote", film="moviename", date="date", stars="score"),
    # Amazon, the TSV of 1995 to 2015, the JSON of 2014 and 2018, and that of 2023
    _of(
        "Amazon",
        "reviewbody reviewheadline starrating",
        text="reviewbody",
        film="producttitle productid",
        date="reviewdate",
        stars="starrating",
    ),
    _of(
        "Amazon",
        "reviewtext overall asin",
        text="reviewtext",
        film="asin",
        date="reviewtime unixreviewtime",
        stars="overall",
    ),
    _of("Amazon", "text parentasin rating", text="text", film="parentasin asin", date="timestamp", stars="rating"),
    _of("Amazon", "productid score summary text", text="text", film="productid", date="time", stars="score"),
    # Steam, by its API and on Kaggle
    _of("Steam", "recommendationid review", text="review", date="timestampcreated", stars=""),
    _of("Steam", "appid reviewtext", text="reviewtext", film="appname appid", stars=""),
    # app stores
    _of("Google Play", "reviewid content score at", text="content", film="appid", date="at", stars="score"),
    _of(
        "Google Play Console",
        "packagename starrating reviewtext",
        text="reviewtext",
        film="packagename",
        date="reviewsubmitdateandtime reviewlastupdatedateandtime",
        stars="starrating",
    ),
    _of("App Store", "review rating isedited", text="review", film="appname", date="date", stars="rating"),
    # App Store Connect's API, flat and as it answers
    _of("App Store", "reviewernickname body", text="body", film="", date="createddate", stars="rating"),
    _of("App Store", "attributesreviewernickname body", text="body", film="", date="createddate", stars="rating"),
    # YouTube: Google Takeout and the usual scrapers
    _of(
        TAKEOUT,
        "commentid videoid commenttext",
        text="commenttext",
        film="videotitle videoid",
        date="commentcreatetimestamp",
        stars="",
    ),
    _of("YouTube", "cid text timeparsed", text="text", film="", date="timeparsed", stars=""),
    _of("YouTube", "textdisplay textoriginal", text="textoriginal", film="videoid", date="publishedat", stars=""),
    # SurveyMonkey, Typeform and Qualtrics name their own columns; the rest are questions
    _of("SurveyMonkey", "respondentid collectorid startdate", date="enddate startdate"),
    _of("Typeform", "networkid submitdateutc", date="submitdateutc startdateutc"),
    _of("Typeform", "networkid startdateutc", date="submitdateutc startdateutc"),
    _of("Qualtrics", "responseid recordeddate", date="recordeddate enddate startdate"),
    # Reddit: what one asks of it for oneself, dumps and the usual scrapers; its score counts votes
    _of("Reddit", "body createdutc", text="body", film="", date="createdutc", stars=""),
    _of("Reddit", "selftext createdutc", text="selftext", film="", date="createdutc", stars=""),
    _of("Reddit", "body permalink subreddit date", text="body", film="", date="date", stars=""),
    _of("Reddit", "title score commsnum body", text="body", film="", date="timestamp created", stars=""),
    # DiscordChatExporter
    _of("Discord chat", "authorid author date content", text="content", film="", date="date", stars=""),
    _of("Discord chat", "timestamp content author ispinned", text="content", film="", date="timestamp", stars=""),
    # Douban: Kaggle's short comments, and an export of one's own
    _of(
        "Douban",
        "movienameen movienamecn comment",
        text="comment",
        film="movienameen movienamecn",
        date="date",
        stars="star",
    ),
    _of(
        "Douban",
        "标题 我的短评",
        text="我的短评",
        film="标题",
        date="打分日期 评价时间 标记时间",
        stars="个人评分 我的评分",
    ),
    _of("Douban", "标题 豆瓣评分 评论", text="评论", film="标题", date="创建时间", stars="我的评分"),
    # Kaggle: the parse trees of Rotten Tomatoes; Yelp
    _of("Kaggle", "phraseid sentenceid phrase", text="phrase", film="", date="", stars=""),
    _of(
        "Yelp",
        "reviewid businessid stars text",
        text="text",
        film="businessname businessid",
        date="date",
        stars="stars",
    ),
)


def profile_of(names: Collection[str]) -> Profile | None:
    """The first profile whose marks all stand among `names` (spelled plainly), and that lacks what it must lack."""
    known = frozenset(names)
    return next((one for one in PROFILES if one.marks <= known and not one.lacks & known), None)
