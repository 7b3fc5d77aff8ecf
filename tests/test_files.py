"Files with the quirks of famous data sets and of exports: each is read rightly, or ends in a line that says what to do."
import re, warnings
import pytest
from collab_lit.all import *
from make_files import CASES, write
from project import ROOT, cells


def read(case, folder, said=None):
    "The ratings of `case`, read and cleaned"
    say = said.append if said is not None else None
    ratings = read_ratings(write(case, folder), say=say, **case.options)
    return clean_ratings(ratings, *list(ratings)[:3], say=say, **case.clean)


@pytest.mark.parametrize('case', CASES, ids=lambda o: o.name)
def test_file(case, tmp_path):
    said = []
    if isinstance(case.want, str):
        with pytest.raises(ValueError) as e: read(case, tmp_path)
        text = str(e.value)
        assert case.want in text and '\n' not in text, text
        assert case.name in text or 'is missing in' in text, 'the error of a reader names the file'
        return
    ratings = read(case, tmp_path, said)
    assert list(ratings.iloc[:, :3].itertuples(index=False, name=None)) == case.want
    users, items = (ratings[o].nunique() for o in list(ratings)[:2])
    assert said[0].startswith(f'{case.name}: ') and ' rows, user ' in said[0]
    if not case.clean: assert f'({users:,}), item' in said[0] and f'({items:,}), rating' in said[0]
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        names = dict(zip(('user_name', 'item_name', 'rating_name'), ratings))
        dls = CollabDataLoaders.from_df(ratings, 0, **names)
    assert damped_means(dls).predict(ratings)['prediction'].notna().all()


def test_from_csv_is_the_same_reader(tmp_path):
    for case in CASES:
        if isinstance(case.want, str) or case.clean: continue
        names = {f'{o}_name': case.options[o] for o in ('item', 'rating') if o in case.options}
        more = {k: v for k, v in case.options.items() if k not in ('item', 'rating')}
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            dls = CollabDataLoaders.from_csv(write(case, tmp_path), valid_pct=0, say=None, **names, **more)
        assert sorted(map(tuple, dls.decode(*dls.train_ds[:]).values.tolist())) == sorted(case.want), case.name


def test_the_page_lists_all_files():
    page = '\n'.join(c['source'] for c in cells(ROOT/'nbs/02b_ratings.ipynb') if c['cell_type'] == 'markdown')
    for case in CASES: assert f'| {case.what} |' in page, f'the table in nbs/02b_ratings.ipynb lacks {case.name}: {case.what}'
    assert len(re.findall(r'^\| ', page, re.M)) >= len(CASES)
