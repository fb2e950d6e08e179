"""Names under which exports keep reviews, films, dates and stars, in the languages of the larger film sites.

Spelled without case, spaces and punctuation. What people ask in whole sentences is in `questions.py`, what single
exports call their columns in `profiles.py`.
"""

from __future__ import annotations

from typing import Final


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


REVIEW_NAMES: Final = _names(
    "review reviews reviewtext reviewbody reviewcontent reviewdetail reviewcomment textreview moviereview",
    "filmreview rezension rezensionen filmkritik critique critiques avis reseña resena reseñas resenas",
    "crítica critica críticas criticas recensione recensioni recensie recensies resenha resenhas",
    "avaliação avaliacao anmeldelse anmeldelser recension recensioner arvostelu recenzja recenzje recenze",
    "recenzie отзыв отзывы рецензия рецензии inceleme yorum yorumlar レビュー 评论 影评 評論 리뷰",
    "myreview yourreview userreview fullreview criticreview reviewfull reviewtexts reviewen bewertungstext kritik",
    "kritiken filmbewertung reviewdescription reviewmessage рецензияфильма отзывофильме 感想 レビュー本文",
    "レビュー内容 短评",
    "影評內容 評論內容 评论内容 评价内容 短評 장평 감상평 관람평 리뷰내용",
)
TEXT_NAMES: Final = _names(
    "text texts texte texto testo tekst текст comment comments commentaire commentaires comentario",
    "comentarios comentário comentários kommentar kommentare commento commenti body content contents",
    "contenido contenu inhalt message messages nachricht nachrichten mensaje mensagem messaggio bericht",
    "feedback opinion opinions opinión meinung meinungen post tweet sentence phrase document quote",
    "verbatim answer response freetext rawtext fulltext commenttext commentbody",
    "selftext textoriginal textdisplay bodytext messagetext posttext tweettext thoughts mythoughts impression",
    "impressions eindruck eindrücke ressenti ressentis opinione opinioni opinião opinioes opiniões mening meningen",
    "komentarz komentarze komentář комментарий комментарии сообщение мнение görüş görüşler düşünceler",
    "コメント 意見 本文",
    "内容 評価コメント 意见 文本 正文 评语 留言 댓글 내용 의견 kommentti commenttextoriginal usercomment",
    "usercomments texteducommentaire textocomentario mielipide 投稿 口コミ",
)
HEADLINE_NAMES: Final = _names(
    "summary description remark remarks note notes snippet",
    "reviewsummary beschreibung bemerkung bemerkungen notiz notizen anmerkung anmerkungen remarque remarques notas",
    "anotaciones 備考 备注 メモ",
)
TEXT_TIERS: Final[tuple[frozenset[str], ...]] = (REVIEW_NAMES, TEXT_NAMES, HEADLINE_NAMES)
"""Each tier beats the next."""

FILM_TIERS: Final[tuple[frozenset[str], ...]] = (
    _names(
        "film films filmtitle filmtitel filmname movie movies movietitle moviename nameoffilm nameofmovie película",
        "pelicula filme фильм primarytitle originaltitle showtitle",
        "titleoffilm titleofmovie titledufilm titredufilm nomdufilm títulodelapelícula titulodelapelicula",
        "títulodofilme titulodofilme titolodelfilm nazwafilmu названиефильма фильмы 映画 映画名 映画タイトル 作品",
        "作品名 电影 電影 电影名 電影名 电影名称 電影名稱 片名 影片 影片名称 영화 영화제목 elokuva filmnaam",
        "movienameen",
        "movienamecn películas peliculas filmes filmtittel filmtitle2",
        "producttitle appname gamename gametitle videotitle",
    ),
    _names(
        "title titel titre título titulo titolo show titles otsikko tytuł název название başlık タイトル",
        "标题 標題 제목",
        "titelnaam",
    ),
    _names("filmid movieid tconst imdbid asin parentasin productid tmdbid itemid appid businessid videoid"),
)
"""A bare title may be the review's own, and an id is no name, so each tier beats the next."""
FILM: Final = frozenset[str]().union(*FILM_TIERS)
HEADLINE_MARKS: Final = _names(
    "asin parentasin productid verifiedpurchase helpfulvote helpfulvotes developerresponse isedited appversion",
    "reviewcreatedversion reviewheadline reviewerlanguage starrating subreddit selftext permalink businessid userimage",
    "imversion imrating thumbsupcount reviewid reviewername helpful",
)
"""Beside one of these a bare `title` is the headline of a review, post or answer, and no film."""
YEAR: Final = _names(
    "year releaseyear jahr erscheinungsjahr année annee anneedesortie año ano anno jaar рік год 年 年份 公開年 上映年",
    "filmyear movieyear productionyear yearofrelease",
)

DATE_TIERS: Final[tuple[frozenset[str], ...]] = (
    _names(
        "reviewdate reviewtime reviewedat dateofreview reviewposted reviewsubmitdateandtime reviewedon",
        "unixreviewtime rezensionsdatum",
        "datedelavis datedelacritique fechadelareseña fechareseña datadaresenha 投稿日 レビュー日 评论时间",
        "評論時間 评论日期",
    ),
    _names(
        "date datetime day datum fecha дата timestamp time created createdat createdate createdon",
        "creationdate postedat posteddate createddate postdate published publishedat publishdate publicationdate",
        "submitted submittedat submissiondate updatedat",
        "erstellt erstelltam writtenat writtenon",
        "createdutc timestampcreated at submitdate submitdateutc enddate startdate startdateutc recordeddate dateadded",
        "ratedat dated posted postedon datepublished datecreated commentedat commentdate commenttime publisheddate",
        "commentcreatetimestamp startzeit endzeit zeit zeitpunkt zeitstempel jour horodateur heure data dataora hora",
        "momento marcatemporal marcadetiempo fechayhora informazionicronologiche carimbodedatahora tijdstempel",
        "отметкавремени время tidsstämpel tidsstempel tidspunkt dato päivämäärä tarih dátum 日付 日時 日期 时间 時間",
        "タイムスタンプ 時間戳記 时间戳 创建时间 建立時間 날짜 시간 타임스탬프 ts dateutc creatoil",
        "erstelldatum veröffentlicht",
        "publiéle créé createdtime creationtime postingdate dateposted visitdate",
    ),
    _names("watcheddate dateviewed viewed seenon gesehenam updated modified reviewlastupdatedateandtime crawldate"),
)
"""The day of the review before any day, before that of the film or of a change."""
CLOCK: Final = _names(
    "time timestamp ts at unixreviewtime zeit startzeit endzeit heure hora momento tijdstempel время время tidspunkt",
    "時間 时间 时间戳 時間戳記 시간 createdutc timestampcreated",
)
"""What of these may hold times of a day, lengths or seconds: bare numbers in them are no days."""
DATE: Final = frozenset[str]().union(*DATE_TIERS)

STARS: Final = _names(
    "stars star rating ratings starrating reviewrating userrating yourrating myrating rating10 score scores",
    "reviewscore",
    "originalscore overall overallrating grade mark marks points outoften outoffive sterne stern sternebewertung",
    "bewertung bewertungen wertung punkte punktzahl note notes etoiles étoiles notation estrellas puntuación",
    "puntuacion",
    "calificación calificacion nota notas valoración valoracion avaliação avaliacao estrelas pontuação pontuacao voto",
    "voti punteggio stelle valutazione cijfer sterren waardering betyg karakter ocena hodnocení оценка рейтинг звезды",
    "звёзды puan yıldız arvosana 評価 評点 星 星の数 点数 スコア 评分 評分 星级 星級 分数 打分 我的评分 별점 평점",
    "imrating criticscore reviewstars numberofstars tomatorating userscore",
)
ADDED: Final = _names("probability flags model estimatedstars")
"""What a scored file carries beside `label`, which other exports use too."""
LABELS: Final = _names(
    "sentiment label labels target polarity class sentimentlabel reviewtype reviewstate scoresentiment votedup",
    "recommended isrecommended klasse étiquette etiqueta",
)
"""What labelled data call their labels: such a title makes a header, and such a column is no review."""
NOT_THE_REVIEW: Final = _names(
    "reply replies replycontent replytext developerresponse developerreply developerreplytext ownerresponse",
    "responsefromowner ownerreply vendorreply antwort réponse respuesta risposta resposta username user author autor",
    "auteur reviewer reviewername criticname profilename name names location city country genre genres tags director",
    "directors actors cast plot overview synopsis tagline useragent language publisher publishername device",
    "topic category 用户 用户名 ユーザー名 replyfromowner commentreply",
)
"""Columns that read like sentences, or like names, and are never the review unless somebody says so."""
