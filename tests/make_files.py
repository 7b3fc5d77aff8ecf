"""Small files with the quirks of public data sets and of exports, each with what a reader has to make of it.

`python tests/make_files.py FOLDER` writes them all."""
import bz2, gzip, io, json, lzma, sys, zipfile
from dataclasses import dataclass, field
from pathlib import Path
import pandas as pd

PAIRS = [(u, i) for u in range(1, 9) for i in range(11, 16) if (u*i) % 7]
ROWS = [(u, i, 1 + (2*u + i) % 5) for u, i in PAIRS]  # user, item, rating from 1 to 5
TITLES = {11: 'Léon: The Professional', 12: 'Good, the Bad and the Ugly, The', 13: '千と千尋', 14: 'NA', 15: '007'}
TITLED = [(u, TITLES[i], r) for u, i, r in ROWS]


@dataclass
class Case:
    "A file, how it is read, and what comes out"
    name: str
    what: str           # its quirk, for people
    data: object        # its bytes, or a function that writes it to a path
    want: object        # rows (user, item, rating); or a part of the error
    options: dict = field(default_factory=dict)  # of `read_ratings`
    clean: dict = field(default_factory=dict)    # of `clean_ratings`


def text(rows=ROWS, sep=',', header='user,item,rating', end='\n', line=None):
    "Rows as text"
    line = line or (lambda *row: sep.join(map(str, row)))
    head = [header.replace(',', sep)] if header else []
    return end.join([*head, *(line(*o) for o in rows)]) + end


def quoted(o, sep=','):
    "A field in quotes where it has to be"
    o = str(o)
    return '"' + o.replace('"', '""') + '"' if sep in o or '"' in o else o


def zipped(**files):
    "A zip file"
    f = io.BytesIO()
    with zipfile.ZipFile(f, 'w') as z:
        for name, data in files.items(): z.writestr(name.replace('_csv', '.csv'), data)
    return f.getvalue()


def frame(rows=TITLED, names=('user', 'title', 'rating')): return pd.DataFrame(rows, columns=list(names))


def inserted(body, line, at=10):
    "Text with one more line"
    lines = body.split('\n')
    return '\n'.join([*lines[:at], line, *lines[at:]])


PLAIN, FILM = text(), text(TITLED, header='user,title,rating', line=lambda *o: ','.join(map(quoted, o)))
AMAZON = [(f'A{u:05d}X', f'B{i:05d}', r) for u, i, r in ROWS]
ISBN = [(u, f'00{i:08d}', r) for u, i, r in ROWS]
EMAIL = [(f'User{u}@Example.com', f'p{i}', r) for u, i, r in ROWS]
NAMES = [(f'Last, First {u}', TITLES[i], r) for u, i, r in ROWS]
QUOTES = [('u1', '"weird al" yankovic', 12), ('u1', 'radiohead', 40), ('u2', '"the deluxe', 9), ('u2', 'radiohead', 2), ('u3', 'blur"', 6), ('u4', 'radiohead', 8)]
ESCAPED = [('1', '"Crocodile" Dundee', 4), ('2', '"Crocodile" Dundee', 2), ('2', 'Se7en', 5)]
ONES = [(u, i, 1) for u, i, _ in ROWS]
BLOCKS = ''.join(f'{i}:\n' + ''.join(f'{u},{r},2005-09-{u:02d}\n' for u, k, r in ROWS if k == i) for i in TITLES)
MISSING = [(u, i, '' if (u, i) == (2, 11) else r) for u, i, r in ROWS]
RATED = [o for o in ROWS if o[:2] != (2, 11)]
WIDE = frame(ROWS, ('u', 'i', 'r')).pivot(index='u', columns='i', values='r')
JESTER = WIDE.fillna(99).astype(int)
DROP = dict(drop_missing=True)

CASES = [
    Case('plain.csv', 'comma-separated, with a header', PLAIN, ROWS),
    Case('bx.csv', 'Book-Crossing: semicolons, all in quotes, ISBNs with zeros', text(ISBN, header='"User-ID";"ISBN";"Book-Rating"', end='\r\n', line=lambda *o: ';'.join(f'"{x}"' for x in o)), ISBN),
    Case('unrated.csv', 'Book-Crossing: 0 means not rated', text([(u, i, 0 if i == 11 else r) for u, i, r in ROWS]), [o for o in ROWS if o[1] != 11], clean=dict(unrated=0)),
    Case('anime.csv', 'Anime: −1 means not rated', text([(u, i, -1 if i == 11 else r) for u, i, r in ROWS], header='user_id,anime_id,rating'), [o for o in ROWS if o[1] != 11], clean=dict(unrated=-1)),
    Case('escaped.csv', 'Book-Crossing: quotes with a backslash', text(header='user,title,rating', rows=ESCAPED, line=lambda u, i, r: f'"{u}","' + i.replace('"', '\\"') + f'","{r}"'), [(int(u), i, r) for u, i, r in ESCAPED]),
    Case('goodbooks.csv', 'Goodbooks: `user_id`, `book_id`', text(header='user_id,book_id,rating'), ROWS),
    Case('beauty.csv', 'Amazon: no header', text([(*o, 1065687316) for o in AMAZON], header=''), AMAZON),
    Case('beauty.csv.gz', 'the same, compressed', gzip.compress(text([(*o, 1065687316) for o in AMAZON], header='').encode()), AMAZON),
    Case('reviews.json.gz', 'Amazon: JSON lines', gzip.compress(text(AMAZON, header='', line=lambda u, i, r: json.dumps(dict(reviewerID=u, asin=i, reviewText='good, "nice"', overall=float(r), unixReviewTime=9))).encode()), AMAZON),
    Case('yelp.json', 'Yelp: JSON lines', text(AMAZON, header='', line=lambda u, i, r: json.dumps(dict(review_id=f'{u}{i}', user_id=u, business_id=i, stars=float(r), text='a\nb', date='2016-03-09 00:00:00'))), AMAZON),
    Case('list.json', 'a JSON list', json.dumps([dict(user=u, item=i, rating=r) for u, i, r in TITLED]), TITLED),
    Case('ratings.jsonl', 'JSON lines with non-ASCII letters', text(TITLED, header='', line=lambda u, i, r: json.dumps(dict(user=u, item=i, rating=r))), TITLED),
    Case('netflix.txt', 'Netflix: blocks that begin with `11:`', BLOCKS, sorted(ROWS, key=lambda o: o[1])),
    Case('ml1m.dat', 'MovieLens 1M: `::`, no header', text([(*o, 9) for o in ROWS], '::', ''), ROWS),
    Case('ml25m.csv', 'MovieLens 25M: `userId`, `movieId`', text([(*o, 9) for o in ROWS], header='userId,movieId,rating,timestamp'), ROWS),
    Case('u.data', 'MovieLens 100k: tabs, no header', text([(*o, 881250949) for o in ROWS], '\t', ''), ROWS),
    Case('movie_first.csv', '`movieId` before `userId`', text([(i, u, r, 9) for u, i, r in ROWS], header='movieId,userId,rating,timestamp'), ROWS),
    Case('lastfm.tsv', 'Last.fm: raw quotes, empty ids, no header', text([(u, f'm{k}' if k else '', i, r) for k, (u, i, r) in enumerate(QUOTES)], '\t', ''), QUOTES, dict(columns=['user', 'id', 'artist', 'plays'], item='artist', rating='plays')),
    Case('lastfm_bare.tsv', 'the same without options', text([(u, f'm{k}', i, r) for k, (u, i, r) in enumerate(QUOTES)], '\t', ''), "column 'rating' holds text where numbers are needed in 6 of 6 rows"),
    Case('steam.csv', 'Steam: purchases and hours, no header', text([(u, quoted(i), 'play', r, 0) for u, i, r in TITLED], header=''), "column 'rating' holds text where numbers are needed in 28 of 28 rows, first in row 0 ('play')"),
    Case('steam_hours.csv', 'the same, with the column of hours', text([(u, quoted(i), 'play', r, 0) for u, i, r in TITLED], header=''), TITLED, dict(rating='column4')),
    Case('events.csv', 'RetailRocket: events without ratings', text([(9, u, 'view', i, '') for u, i, _ in ROWS], header='timestamp,visitorid,event,itemid,transactionid'), ONES),
    Case('clicks.csv', 'two columns', text([o[:2] for o in ROWS], header='user,item'), ONES),
    Case('clicks_bare.txt', 'two columns of text, no header', text([(f'u{u}', f'i{i}') for u, i, _ in ROWS], '\t', ''), [(f'u{u}', f'i{i}', 1) for u, i, _ in ROWS]),
    Case('epinions.txt', 'Epinions: one space, no header', text(sep=' ', header=''), ROWS),
    Case('ciao.txt', 'Ciao: many spaces, no header', text(header='', line=lambda u, i, r: f'   {u:5d}   {i:5d}   {r}'), ROWS),
    Case('criteo.txt', 'Criteo: a label first, and no ratings', text([(r, '', u, i) for u, i, r in ROWS], '\t', ''), 'is missing in'),
    Case('wide.csv', 'a row a user, a column an item', WIDE.to_csv(), sorted(ROWS, key=lambda o: o[1]), dict(wide=True)),
    Case('jester.csv', 'Jester: wide, 99 means not rated', JESTER.to_csv(), sorted(ROWS, key=lambda o: o[1]), dict(wide=True), dict(unrated=99)),
    Case('wide_bare.csv', 'a wide table without the option', 'u,' + ','.join(map(str, range(40))) + '\n' + 'ann' + ',5'*40 + '\n', '`wide=True` (`--wide`)'),
    Case('sheet.xlsx', 'Excel', lambda p: frame().to_excel(p, index=False), TITLED),
    Case('ratings.parquet', 'Parquet', lambda p: frame().to_parquet(p), TITLED),
    Case('ratings.feather', 'Feather or Arrow', lambda p: frame().to_feather(p), TITLED),
    Case('parts', 'a folder of Parquet files', lambda p: (p.mkdir(), frame()[:9].to_parquet(p/'0.parquet'), frame()[9:].to_parquet(p/'1.parquet')), TITLED),
    Case('unicode.csv', 'UTF-8', FILM, TITLED),
    Case('bom.csv', 'UTF-8 with a mark, as Excel writes it', FILM.encode('utf-8-sig'), TITLED),
    Case('utf16.csv', 'UTF-16', FILM.encode('utf-16'), TITLED),
    Case('utf16le.csv', 'UTF-16 without a mark', FILM.encode('utf-16-le'), TITLED),
    Case('latin1.csv', 'Latin-1', FILM.replace('千と千尋', 'Amélie').encode('latin-1'), [(u, i.replace('千と千尋', 'Amélie'), r) for u, i, r in TITLED]),
    Case('cyrillic.csv', 'Cyrillic letters in code page 1251', FILM.replace('千と千尋', 'Сталкер').replace('é', 'e').encode('cp1251'), [(u, i.replace('千と千尋', 'Сталкер').replace('é', 'e'), r) for u, i, r in TITLED], dict(encoding='cp1251')),
    Case('wrong_encoding.csv', 'a wrong encoding given', FILM.replace('千と千尋', 'x').encode('latin-1'), 'name the encoding with `encoding` (`--encoding`)', dict(encoding='utf-8')),
    Case('crlf.csv', 'line ends of Windows', FILM.replace('\n', '\r\n'), TITLED),
    Case('cr.csv', 'line ends of old Macs', FILM.replace('\n', '\r'), TITLED),
    *[Case(f'z.csv.{k}', f'compressed: {k}', f(FILM.encode()), TITLED) for k, f in dict(gz=gzip.compress, bz2=bz2.compress, xz=lzma.compress, zip=lambda o: zipped(z_csv=o)).items()],
    Case('two.zip', 'two files in a zip file', zipped(a_csv=FILM, b_csv=PLAIN), 'the zip file holds a.csv, b.csv: name one with `part` (`--part`)'),
    Case('one_of_two.zip', 'the same, one named', zipped(a_csv=FILM, b_csv=PLAIN), ROWS, dict(part='b.csv')),
    Case('thousands.csv', 'digits in groups', text([(u, i, f'"{r},037"') for u, i, r in ROWS], header='user,item,plays'), "`thousands=','` (`--thousands ,`)"),
    Case('thousands_said.csv', 'the same, said', text([(u, i, f'"{r},037"') for u, i, r in ROWS], header='user,item,plays'), [(u, i, 1000*r + 37) for u, i, r in ROWS], dict(thousands=',')),
    Case('decimal.csv', 'decimal commas', text([(u, i, f'{r},5') for u, i, r in ROWS], ';'), "`decimal=','` (`--decimal ,`)"),
    Case('decimal_said.csv', 'the same, said', text([(u, i, f'{r},5') for u, i, r in ROWS], ';'), [(u, i, r + .5) for u, i, r in ROWS], dict(decimal=',')),
    Case('stars.csv', '`4 stars`', text([(u, i, f'{r} stars') for u, i, r in ROWS]), "`strip=' stars'` (`--strip ' stars'`)"),
    Case('stars_said.csv', 'the same, said', text([(u, i, f'{r} stars') for u, i, r in ROWS]), ROWS, dict(strip=' stars')),
    Case('slash.csv', '`4/5`', text([(u, i, f'{r}/5') for u, i, r in ROWS]), "`strip='/5'`"),
    Case('dates_us.csv', 'month first, and seen to be', text([(*o, f'9/{2*o[0]}/2004') for o in ROWS], header='user,item,rating,date'), ROWS, dict(time='date')),
    Case('dates_unclear.csv', 'day or month first?', text([(*o, f'9/{o[0]}/2004') for o in ROWS], header='user,item,rating,date'), "may be day or month first: say which with `dates='dmy'` or 'mdy' (`--dates`)", dict(time='date')),
    Case('dates_tz.csv', 'dates with time zones', text([(*o, '2004-09-01T10:00:00' + ('Z' if o[0] % 2 else '+02:00')) for o in ROWS], header='user,item,rating,date'), ROWS, dict(time='date')),
    Case('dates_mixed.csv', 'numbers among dates', text([(*o, 1065687316 if o[0] % 2 else '2004-09-01') for o in ROWS], header='user,item,rating,date'), 'has numbers among its dates in', dict(time='date')),
    Case('joined.csv', 'the header again in the middle', inserted(PLAIN, 'user,item,rating'), ROWS),
    Case('twice.csv', 'two columns of one name', text([(*o, 9) for o in ROWS], header='user,item,rating,rating'), "several are called 'rating': choose"),
    Case('blank_tail.csv', 'blank lines at the end', PLAIN + '\n\n\n', ROWS),
    Case('comma_tail.csv', 'rows of commas at the end', PLAIN + ',,\n,,\n', ROWS),
    Case('trailing.csv', 'a separator after each row', text(line=lambda *o: ','.join(map(str, o)) + ','), ROWS),
    Case('spaces.csv', 'a space after each comma', text(sep=', ', header='user, item, rating'), ROWS),
    Case('ragged.csv', 'a row with a field too many', inserted(PLAIN, '1,2,3,extra'), 'line 11 has 4 fields, where others have 3'),
    Case('short.csv', 'a row with a field too few', inserted(PLAIN, '1,2'), "column 'rating' is missing in 1 of 29 rows, first in row 9 (nan): `drop_missing=True` (`--drop_missing`) drops them"),
    Case('short_dropped.csv', 'the same, dropped', inserted(PLAIN, '1,2'), ROWS, clean=DROP),
    Case('badquote.csv', 'a quote that is not closed', inserted(PLAIN, '1,"unclosed,3'), "line 11 ('1,\"unclosed,3') has quotes that don't enclose a field"),
    Case('rawquote.csv', 'the same, quotes being data', inserted(PLAIN, 'x,"unclosed,3'), [*[(str(u), str(i), r) for u, i, r in ROWS[:9]], ('x', '"unclosed', 3), *[(str(u), str(i), r) for u, i, r in ROWS[9:]]], dict(quotes=False)),
    Case('comment.csv', 'comments before the header', '# exported\n# by a program\n' + PLAIN, ROWS),
    Case('sepline.csv', 'a line `sep=;`', 'sep=;\n' + text(sep=';'), ROWS),
    Case('missing.csv', 'a rating missing', text(MISSING), "is missing in 1 of 28 rows"),
    Case('missing_dropped.csv', 'the same, dropped', text(MISSING).replace('2,11,\n', '2,11,NA\n'), RATED, clean=DROP),
    Case('no_id.csv', 'an id missing', inserted(PLAIN, ',11,3'), "column 'user' is missing in 1 of 29 rows, first in row 9"),
    Case('like.csv', '`True` and `False`', text([(u, i, r > 3) for u, i, r in ROWS], header='user,item,like'), [(u, i, int(r > 3)) for u, i, r in ROWS]),
    Case('bigids.csv', 'ids beyond 64 bits', text([(2**63 + u, i, r) for u, i, r in ROWS]), [(str(2**63 + u), i, r) for u, i, r in ROWS]),
    Case('isbn.csv', 'ids with leading zeros', text(ISBN), ISBN),
    Case('email.csv', 'e-mail addresses', text(EMAIL, ';', 'email,product,stars'), EMAIL),
    Case('names.csv', 'ids with commas', text(NAMES, header='user,title,rating', line=lambda *o: ','.join(map(quoted, o))), NAMES),
    Case('pipe.psv', 'bars', text(sep='|'), ROWS),
    Case('double.txt', 'double semicolons', text(sep=';;'), ROWS),
    Case('index.csv', 'an index column of pandas', frame(ROWS, 'sdy').to_csv(), ROWS),
    Case('r.txt', 'row names of R', '"s" "d" "y"\n' + ''.join(f'"{k}" {u} {i} {r}\n' for k, (u, i, r) in enumerate(ROWS, 1)), ROWS),
    Case('negative.csv', 'no header, and a negative rating first', text([(f'u{u}', f'b{i}', r - 3.5) for u, i, r in ROWS], header=''), [(f'u{u}', f'b{i}', r - 3.5) for u, i, r in ROWS]),
    Case('repeats.csv', 'pairs again, the last kept', text([*[(u, i, 9) for u, i, _ in ROWS[:5]], *ROWS]), ROWS, clean=dict(repeats='last')),
    Case('empty.csv', 'an empty file', '', 'the file is empty'),
    Case('header_only.csv', 'a header alone', 'user,item,rating\n', 'there are no rows'),
    Case('one_column.csv', 'a single column', 'rating\n3\n4\n', 'nothing separates columns'),
]


def write(case, folder):
    "The path of the file of `case`, written to `folder`"
    path = Path(folder)/case.name
    if callable(case.data): case.data(path)
    else: path.write_bytes(case.data if isinstance(case.data, bytes) else case.data.encode())
    return path


if __name__ == '__main__':
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    for o in CASES: write(o, sys.argv[1])
    print(f'{len(CASES)} files in {sys.argv[1]}')
