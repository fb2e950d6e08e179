"""Film, date and stars of the exports that people have, and what is no review file (kinds F8, F10, F11)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.worker.files.cases.helpers import DULL, WARM, check, refused
from tests.worker.files.helpers import csv_bytes, jsonl_bytes, xlsx_bytes


def table(header: str, *rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header.split(","), *rows])
    return out.getvalue().encode()


EXPORTS: list[tuple[str, str, list[str], dict[str, Any]]] = [
    ("letterboxd", "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date",
     ["2024-01-02", "Quiet Harbour", "2023", "https://boxd.it/1", "4.5", "", WARM, "", "2024-01-01"],
     {"text": "Review", "film": "Name", "date": "Date", "stars": "Rating", "films": ["Quiet Harbour (2023)"] * 2}),
    ("letterboxd import", "Title,Year,Directors,Rating10,WatchedDate,Review,tmdbID",
     ["Quiet Harbour", "2023", "A B", "9", "2024-01-01", WARM, "12"],
     {"text": "Review", "film": "Title", "date": "WatchedDate", "stars": "Rating10"}),
    ("imdb dump", "review_id,reviewer,movie,rating,review_summary,review_date,spoiler_tag,review_detail,helpful",
     ["rw1", "x", "Quiet Harbour", "8", "A warm surprise for everybody", "3 May 2020", "0", WARM, "1"],
     {"text": "review_detail", "film": "movie", "date": "review_date", "stars": "rating", "dates": ["2020-05-03"] * 2}),
    ("rotten tomatoes", "rotten_tomatoes_link,critic_name,top_critic,publisher_name,review_type,review_score,review_date,review_content",
     ["m/quiet_harbour", "A B", "False", "The Daily Paper", "Fresh", "3.5/5", "2010-02-08", WARM],
     {"text": "review_content", "film": "rotten_tomatoes_link", "date": "review_date", "stars": "review_score"}),
    ("rotten tomatoes 2", "id,reviewId,creationDate,criticName,isTopCritic,originalScore,reviewState,publicatioName,reviewText,scoreSentiment,reviewUrl",
     ["beavers", "1145982", "2003-05-23", "Ivan M. Lincoln", "False", "3.5/4", "fresh", "Deseret News", WARM, "POSITIVE", "http://x.org/1"],
     {"text": "reviewText", "film": "id", "date": "creationDate", "stars": "originalScore", "films": ["beavers"] * 2}),
    ("metacritic", "movie_id,movie_name,quote,score,date,author,publicationName,review_type",
     ["1300000001", "Quiet Harbour", WARM, "90", "2024-05-01", "A B", "The Daily Paper", "critic"],
     {"text": "quote", "film": "movie_name", "date": "date", "stars": "score"}),
    ("amazon 2023", "rating,title,text,images,asin,parent_asin,user_id,timestamp,helpful_vote,verified_purchase",
     ["5.0", "A film to see again", WARM, "[]", "B01", "B00", "AG1", "1714557600123", "0", "True"],
     {"text": "text", "film": "parent_asin", "date": "timestamp", "stars": "rating", "dates": ["2024-05-01"] * 2}),
    ("amazon tsv", "marketplace,customer_id,review_id,product_id,product_parent,product_title,product_category,star_rating,helpful_votes,total_votes,vine,verified_purchase,review_headline,review_body,review_date",
     ["US", "1", "R1", "B00", "2", "Quiet Harbour [DVD]", "Video DVD", "5", "0", "0", "N", "Y", "Five Stars", WARM, "2015-08-31"],
     {"text": "review_body", "film": "product_title", "date": "review_date", "stars": "star_rating"}),
    ("fine foods", "Id,ProductId,UserId,ProfileName,HelpfulnessNumerator,HelpfulnessDenominator,Score,Time,Summary,Text",
     ["1", "B001", "A3", "delmartian", "1", "1", "5", "1303862400", "Good quality film", WARM],
     {"text": "Text", "film": "ProductId", "date": "Time", "stars": "Score", "dates": ["2011-04-27"] * 2}),
    ("steam", "app_id,app_name,review_text,review_score,review_votes",
     ["10", "Counter-Strike", WARM, "1", "0"], {"text": "review_text", "film": "app_name", "stars": None}),
    ("steam 2021", ",app_id,app_name,review_id,language,review,timestamp_created,timestamp_updated,recommended,votes_helpful,votes_funny,weighted_vote_score,comment_count,steam_purchase,received_for_free,written_during_early_access,author.steamid",
     ["0", "292030", "The Witcher 3", "85185598", "english", WARM, "1714557600", "1714657600", "True", "0", "0", "0.0", "0", "True", "False", "False", "76561199095369542"],
     {"text": "review", "film": "app_name", "date": "timestamp_created", "stars": None, "dates": ["2024-05-01"] * 2}),
    ("google play scraper", "reviewId,userName,userImage,content,score,thumbsUpCount,reviewCreatedVersion,at,replyContent,repliedAt,appVersion",
     ["gp:1", "x", "https://x.org/1", WARM, "5", "0", "3.44.0", "2024-05-01 09:42:38", "Thank you for your review, we like it", "2024-05-02 13:10:05", "3.44.0"],
     {"text": "content", "film": None, "date": "at", "stars": "score", "dates": ["2024-05-01"] * 2}),
    ("app store connect", "id,rating,title,body,reviewerNickname,createdDate,territory",
     ["1", "5", "A fine thing to have", WARM, "x", "2024-05-01T10:00:00-07:00", "USA"],
     {"text": "body", "film": None, "date": "createdDate", "stars": "rating"}),
    ("play console", "Package Name,App Version Code,Reviewer Language,Device,Review Submit Date and Time,Review Submit Millis Since Epoch,Star Rating,Review Title,Review Text,Developer Reply Date and Time,Developer Reply Text",
     ["org.x", "1", "en", "g", "2024-05-01T10:00:00Z", "1714557600000", "5", "", WARM, "2024-05-02T10:00:00Z", "Thank you for the review, we like it"],
     {"text": "Review Text", "date": "Review Submit Date and Time", "stars": "Star Rating"}),
    ("app store", "date,review,rating,isEdited,userName,title,developerResponse",
     ["2024-05-01 10:00:00", WARM, "5", "False", "x", "A fine thing to have", ""],
     {"text": "review", "film": None, "date": "date", "stars": "rating"}),
    ("youtube takeout", "Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Post ID,Video ID,Comment Text,Top-Level Comment ID",
     ["Ug1", "UC1", "2024-05-01T10:00:00+00:00", "0", "", "", "vid1", WARM, ""],
     {"text": "Comment Text", "film": "Video ID", "date": "Comment Create Timestamp"}),
    ("youtube downloader", "cid,text,time,author,channel,votes,replies,photo,heart,reply,time_parsed",
     ["Ug1", WARM, "2 years ago", "@x", "UC1", "12", "3", "https://x.org/p", "False", "False", "1714557600.0"],
     {"text": "text", "film": None, "date": "time_parsed", "stars": None, "dates": ["2024-05-01"] * 2}),
    ("reddit of one's own", "id,permalink,date,ip,subreddit,gildings,link,parent,body,media",
     ["k1", "https://x.org/1", "2024-05-01 10:30:00 UTC", "", "movies", "0", "https://x.org", "", WARM, ""],
     {"text": "body", "film": None, "date": "date", "stars": None, "dates": ["2024-05-01"] * 2}),
    ("google forms", "Timestamp,Email Address,Which film did you see?,What did you think of it?,How many stars?",
     ["2024/05/01 10:00:00 AM GMT+2", "a@x.org", "Quiet Harbour", WARM, "4"],
     {"text": "What did you think of it?", "film": "Which film did you see?", "date": "Timestamp", "stars": "How many stars?"}),
    ("typeform", "#,Which film did you see?,What did you think of it?,How would you rate it?,Response Type,Start Date (UTC),Stage Date (UTC),Submit Date (UTC),Network ID,Tags,Ending",
     ["k1", "Quiet Harbour", WARM, "4", "completed", "2024-05-01 10:00:00", "", "2024-05-01 10:02:00", "n1", "", "e1"],
     {"text": "What did you think of it?", "film": "Which film did you see?", "date": "Submit Date (UTC)", "stars": "How would you rate it?"}),
    ("reddit", "title,score,id,url,comms_num,created,body,timestamp",
     ["Discussion of the film", "3", "k1", "https://x.org", "1", "1714557600.0", WARM, "2024-05-01 10:00:00"],
     {"text": "body", "film": None, "date": "timestamp", "stars": None}),
    ("discord", "AuthorID,Author,Date,Content,Attachments,Reactions",
     ["1", "alice", "2024-05-01T12:00:00.0000000+00:00", WARM, "", ""],
     {"text": "Content", "film": None, "date": "Date", "dates": ["2024-05-01"] * 2}),
    ("douban", "ID,Movie_Name_EN,Movie_Name_CN,Crawl_Date,Number,Username,Date,Star,Comment,Like",
     ["0", "Quiet Harbour", "静港", "2017-01-22", "1", "x", "2015-05-13", "3", "这部电影拍得真是温暖又有趣啊", "2404"],
     {"text": "Comment", "film": "Movie_Name_EN", "date": "Date", "stars": "Star", "dates": ["2015-05-13"] * 2}),
    ("douban userscript", "封面,标题,个人评分,打分日期,我的短评,上映日期,制片国家,条目链接",
     ["https://x.org/c", "静港 / Quiet Harbour", "5", "2024/05/01", "这部电影拍得真是温暖又有趣啊", "2023-01-16", "日本", "https://x.org/1"],
     {"text": "我的短评", "film": "标题", "date": "打分日期", "stars": "个人评分", "dates": ["2024-05-01"] * 2}),
    ("douban 2", "电影,用户,评分,评论,时间", ["静港", "小明", "力荐", "这部电影拍得真是温暖又有趣啊", "2015-05-13"],
     {"text": "评论", "film": "电影", "date": "时间", "stars": "评分"}),
    ("kaggle imdb", "review,sentiment", [WARM, "positive"], {"text": "review", "film": None, "stars": None}),
    ("label under review", "id,text,review", ["1", WARM, "positive"], {"text": "text"}),
    ("flag under review", "comment_id,comment,review,spoiler", ["1", WARM, "true", "false"], {"text": "comment"}),
    ("sentiment words", "sentence,label", [WARM, "1"], {"text": "sentence"}),
    ("german", "Film;Bewertung;Kritik;Datum".replace(";", ","), ["Stiller Hafen", "8", WARM, "1. Mai 2024"],
     {"text": "Kritik", "film": "Film", "stars": "Bewertung", "date": "Datum", "dates": ["2024-05-01"] * 2}),
    ("french", "Titre,Note,Avis,Date de l'avis", ["Port calme", "4/5", WARM, "1er mai 2024"],
     {"text": "Avis", "film": "Titre", "stars": "Note", "date": "Date de l'avis", "dates": ["2024-05-01"] * 2}),
    ("spanish", "Película,Puntuación,Reseña,Fecha", ["Puerto", "4", WARM, "1 de mayo de 2024"],
     {"text": "Reseña", "film": "Película", "stars": "Puntuación", "date": "Fecha", "dates": ["2024-05-01"] * 2}),
    ("japanese", "作品名,評価,レビュー本文,投稿日", ["静かな港", "★★★★", "とても温かくて楽しい映画でした。", "2024年5月1日"],
     {"text": "レビュー本文", "film": "作品名", "stars": "評価", "date": "投稿日", "dates": ["2024-05-01"] * 2}),
    ("dates by content", "who,what they wrote,seen on the day", ["alice", WARM, "2024-05-01"],
     {"text": "what they wrote", "date": "seen on the day"}),
    ("year beside", "Movie,Year,Review", ["Quiet Harbour", "2023", WARM],
     {"text": "Review", "film": "Movie", "films": ["Quiet Harbour (2023)"] * 2}),
    ("year twice", "Movie,Year,Review", ["Heat (1995)", "1995", WARM],
     {"text": "Review", "film": "Movie", "films": ["Heat (1995)"] * 2}),
    ("year of a long name", "Movie,Year,Review", ["Long " * 40, "1995", WARM],
     {"text": "Review", "film": "Movie", "films": [("Long " * 40)[:92] + "… (1995)"] * 2}),
    ("headline", "title,review,rating", ["Loved it!", WARM, "5"], {"text": "review", "film": None, "stars": "rating"}),
    ("goodreads", "user_id,book_id,review_id,rating,review_text,date_added,n_votes",
     ["8842281e", "24375664", "5cd416f3", "5", WARM, "Fri Aug 25 13:55:02 -0700 2017", "16"],
     {"text": "review_text", "date": "date_added", "stars": "rating", "dates": ["2017-08-25"] * 2}),
    ("no release date", "title,release_date,review,review_date", ["Quiet Harbour", "1999-01-01", WARM, "2024-05-01"],
     {"text": "review", "date": "review_date", "film": "title"}),
]  # fmt: skip


@pytest.mark.parametrize(("header", "row", "wanted"), [one[1:] for one in EXPORTS], ids=[one[0] for one in EXPORTS])
def test_exports(header: str, row: list[str], wanted: dict[str, Any]) -> None:
    second = [DULL if cell == WARM else cell for cell in row]
    check(table(header, row, second), "export.csv", rows=2, **wanted)


@pytest.mark.parametrize(
    ("values", "days"),
    [
        (["May 1, 2024 10:11 PM", "May 13, 2024 9:05 AM"], ["2024-05-01", "2024-05-13"]),
        (["01-May-24", "13-May-24 10:11"], ["2024-05-01", "2024-05-13"]),
        (["May-01-2024", "Jun-13-2024"], ["2024-05-01", "2024-06-13"]),
        (["3. März 2024", "14. Dez. 2024"], ["2024-03-03", "2024-12-14"]),
        (["le 3 août 2024", "14 févr. 2024"], ["2024-08-03", "2024-02-14"]),
        (["3 de agosto de 2024", "14 de enero de 2024, 10:00"], ["2024-08-03", "2024-01-14"]),
        (["3 de março de 2024", "14 dez. 2024"], ["2024-03-03", "2024-12-14"]),
        (["3 августа 2024", "14 января 2024 г."], ["2024-08-03", "2024-01-14"]),
        (["Commenté en France le 1 mai 2024", "Rezension aus Deutschland vom 13. Mai 2024"], ["2024-05-01", "2024-05-13"]),
        (["2024年5月1日に日本でレビュー済み", "2024年5月13日"], ["2024-05-01", "2024-05-13"]),
        (["2024. 5. 1.", "2024. 5. 13."], ["2024-05-01", "2024-05-13"]),
        (["05-01-2024", "05-13-2024"], ["2024-05-01", "2024-05-13"]),
        (["05.01.2024", "05.13.2024"], ["2024-05-01", "2024-05-13"]),
        (["01/05/2024 10:00", "13/05/2024 10:00"], ["2024-05-01", "2024-05-13"]),
        (["5/1/24 22:11", "5/13/24 9:05"], ["2024-05-01", "2024-05-13"]),
        (["5/1/2024 10:11:12 PM", "5/13/2024 9:05:00 AM"], ["2024-05-01", "2024-05-13"]),
        (["2024/05/01 9:01:02 PM GMT+2", "2024/05/13 9:01:02 AM MEZ"], ["2024-05-01", "2024-05-13"]),
        (["Wed, 01 May 2024 10:11:12 +0000", "Mon, 13 May 2024 10:11:12 GMT"], ["2024-05-01", "2024-05-13"]),
        (["Wed May 01 10:11:12 PDT 2024", "Mon May 13 10:11:12 +0000 2024"], ["2024-05-01", "2024-05-13"]),
        (["Wednesday, May 1, 2024", "Monday, 13th May 2024"], ["2024-05-01", "2024-05-13"]),
        (["1714557600", "1715594400.123"], ["2024-05-01", "2024-05-13"]),
        (["1714557600000", "1715594400000"], ["2024-05-01", "2024-05-13"]),
        (["20240501", "20240513"], ["2024-05-01", "2024-05-13"]),
        (["2024-05-01 10:00:00 UTC", "2024-05-13 10:00:00.123456+00"], ["2024-05-01", "2024-05-13"]),
        (["2024-05-01T10:00:00.0000000+00:00", "2024-05-13T10:00Z"], ["2024-05-01", "2024-05-13"]),
        (["09 13, 2009", "10 1, 2009"], ["2009-09-13", "2009-10-01"]),
    ],
)  # fmt: skip
def test_spellings_of_dates(values: list[str], days: list[str]) -> None:
    data = table("date,review", [values[0], WARM], [values[1], DULL])
    check(data, "a.csv", date="date", dates=days)


def test_one_reading_for_the_whole_column_even_where_it_is_decided_late() -> None:
    rows = [["03/04/2024", WARM]] * 300 + [["25/12/2024", DULL]]
    found = check(table("date,review", *rows), "a.csv", rows=301)
    assert [row["date"] for row in found.preview] == ["2024-04-03"] * 5 + ["2024-12-25"]
    assert found.notes == []


@pytest.mark.parametrize(("values", "days"), [
    (["03/04/2024", "05/06/2024"], ["2024-03-04", "2024-05-06"]),
    (["03-04-2024", "05-06-2024"], ["2024-04-03", "2024-06-05"]),
])  # fmt: skip
def test_what_nothing_decides_is_said(values: list[str], days: list[str]) -> None:
    found = check(table("date,review", [values[0], WARM], [values[1], DULL]), "a.csv", dates=days)
    assert len(found.notes) == 1
    assert "month" in found.notes[0]


TITLES = ["Quiet Harbour", "Iron Garden", "The Long Way Home", "Night Train to Bergen", "A Story of Two Brothers"]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (table("Date,Name,Year,Letterboxd URI", *[["2024-05-01", t, "2001", "https://boxd.it/a"] for t in TITLES]), "watched.csv", "no_reviews.films"),
        (table("Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Year", *[["tt1", "8", "2024-05-01", t, t, "https://imdb.com/1", "Movie", "7.1", "2001"] for t in TITLES]), "ratings.csv", "no_reviews.films"),
        (table("TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating,Your Rating,Date Rated", *[["1", "tt1", "movie", t, "2001-01-01", "", "", "7.1", "8", "2024-05-01"] for t in TITLES]), "r.csv", "no_reviews.films"),
        (table("rated_at,type,title,year,rating", *[["2024-05-01T10:00:00Z", "movie", t, "2001", "8"] for t in TITLES]), "trakt.csv", "no_reviews.films"),
        (table("movieId,title,genres", *[["1", f"{t} (2001)", "Drama|War"] for t in TITLES]), "movies.csv", "no_reviews.films"),
        (table("Film", *[[t] for t in TITLES]), "films.csv", "no_reviews.films"),
        ("\n".join([*TITLES, "Red Lantern Street", "My Father's Violin", "The Last Bus"]) + "\n", "list.txt", "no_reviews.films"),
        (table("userId,movieId,rating,timestamp", ["1", "2", "3.5", "1714557600"], ["1", "3", "4.0", "1714557601"]), "ratings.csv", "no_reviews.films"),
        (table("rating", ["5"], ["4"], ["3"]), "a.csv", "no_reviews.numbers"),
        (table("id,sentiment", ["1", "positive"], ["2", "negative"]), "labels.csv", None),
        (table("sentiment", ["positive"], ["negative"], ["positive"]), "labels.csv", "no_reviews.labels"),
        (table("review", ["true"], ["false"]), "labels.csv", "no_reviews.labels"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123\n", "a.jsonl", "no_reviews.pointer"),
        ("../.git/annex/objects/Xx/1/SHA256E-s1--ab.csv/SHA256E-s1--ab.csv\n", "a.csv", "no_reviews.pointer"),
        ("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", "a.csv", "no_reviews.page"),
        ("\n  <html lang=en>\n", "a.json", "no_reviews.page"),
        ('<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "a.csv", "no_reviews.page"),
        ('<?xml version="1.0"?>\n<rss><channel/></rss>', "a.csv", "no_reviews.xml"),
        ("404: Not Found", "a.csv", "no_reviews.page"),
        ("Access denied\n", "a.txt", "no_reviews.page"),
        ('{"message": "Not Found", "documentation_url": "https://docs.x.org"}', "a.json", "no_reviews.page"),
        ('{"error": {"code": 403, "message": "Forbidden"}}', "a.json", "no_reviews.page"),
        ('{"error": "rate limited", "status": 429}\n', "a.jsonl", "no_reviews.page"),
        (b"%PDF-1.7\n%\xe2\xe3", "a.csv", "other_format.document"),
        (b"SQLite format 3\0" + bytes(100), "a.csv", "other_format.database"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.csv", "other_format.picture"),
        (b"Rar!\x1a\x07\x00", "a.zip", "other_format.archive"),
    ],
)  # fmt: skip
def test_what_is_no_review_file_is_refused(data: bytes | str, name: str, code: str | None) -> None:
    if code is None:
        code = "no_text_column"
    refused(data, name, code)


def test_tags_in_a_review_make_no_web_page() -> None:
    check("<p>A fine film</p>\n<b>Dull</b> one\n", "a.txt", rows=2)


def test_short_reviews_that_look_like_labels_are_scored() -> None:
    check(csv_bytes("review", "Good", "Bad", "Meh"), "a.csv", rows=3)
    check(jsonl_bytes({"review": "Great film"}, {"review": "Bad Film"}), "a.jsonl", rows=2)


def test_comments_of_a_takeout_are_taken_out_of_their_json() -> None:
    head = [
        "Comment ID",
        "Channel ID",
        "Comment Create Timestamp",
        "Price",
        "Parent Comment ID",
        "Post ID",
        "Video ID",
        "Comment Text",
    ]
    cells = [
        json.dumps({"text": WARM}),
        '{"text":"A warm film, "},{"text":"and funny"},{"mention":{"x":1}}',
        json.dumps({"takeoutSegments": [{"text": DULL}]}),
        WARM,
    ]
    rows = [["Ug1", "UC1", "2024-05-01T10:00:00+00:00", "0", "", "", "vid1", cell] for cell in cells]
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    check(out.getvalue(), "comments.csv", rows=4, texts=[WARM, "A warm film, and funny", DULL, WARM])


def test_a_list_of_ratings_is_no_review_file() -> None:
    head = "rated_at,type,title,year,trakt_rating,trakt_id,imdb_id,tmdb_id,tvdb_id,url,released,genres,rating"
    refused(
        table(
            head,
            [
                "2024-05-01T10:00:00Z",
                "movie",
                "Quiet Harbour",
                "2023",
                "8.3",
                "1",
                "tt1",
                "2",
                "",
                "https://x.org",
                "2023-01-01",
                "drama",
                "8",
            ],
        ),
        "ratings.csv",
        "no_reviews.films",
    )


@pytest.mark.parametrize("second", [",,,,Response,Open-Ended Response,", ",,,,,,"])
def test_the_second_row_of_a_survey(second: str) -> None:
    head = "Respondent ID,Collector ID,Start Date,End Date,Which film did you see?,What did you think of it?,How many stars?"
    rows = [
        f'11{n},22,05/0{n}/2024 10:00:00 AM,05/2{n}/2024 10:01:00 AM,Quiet Harbour,"{text}",4'
        for n, text in ((1, WARM), (2, DULL))
    ]
    check(
        "\n".join([head, second, *rows]) + "\n",
        "a.csv",
        text="What did you think of it?",
        film="Which film did you see?",
        stars="How many stars?",
        date="End Date",
        dates=["2024-05-21", "2024-05-22"],
        texts=[WARM, DULL],
        codes=[],
    )


@pytest.mark.parametrize(
    ("title", "values", "days"),
    [
        ("date", ["45413", "45425.75"], ["2024-05-01", "2024-05-13"]),
        ("Datum", ["45413,5", "45425"], ["2024-05-01", "2024-05-13"]),
        ("date", ["45413", "13/05/2024"], ["2024-05-01", "2024-05-13"]),
        ("date", ["45413", "17"], [None, None]),
        ("date", ["12345", "99999"], [None, None]),
        ("time", ["45413", "45425"], [None, None]),
        ("n", ["45413", "45425"], [None, None]),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_days_as_a_spreadsheet_counts_them(title: str, values: list[str], days: list[str | None], kind: str) -> None:
    rows: list[list[object]] = [["film", title, "review"], ["A", values[0], WARM], ["B", values[1], DULL]]
    data = table(";".join(map(str, rows[0])).replace(";", ","), *([str(cell) for cell in row] for row in rows[1:]))
    if kind == "xlsx":
        numbers = [float(one.replace(",", ".")) if "/" not in one else one for one in values]
        data = xlsx_bytes([rows[0], *([row[0], number, row[2]] for row, number in zip(rows[1:], numbers, strict=True))])
    found = check(data, f"a.{kind}", rows=2, dates=days)
    assert any("spreadsheets count" in note for note in found.notes) is (days[0] is not None)
