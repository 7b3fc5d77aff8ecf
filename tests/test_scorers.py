"Every scorer answers every question, or names what to use instead: the table on the page of scorers, cell by cell."
import re
import numpy as np
import pandas as pd
import pytest
import torch
import collab_lit.all
from collab_lit.all import *
from project import ROOT, cells

USERS, LIKED = [15, 17], ['Toy Story (1995)', 'Babe (1995)']
NEWCOMER = pd.DataFrame(dict(userId=5001, title=LIKED, rating=[5., 4.]))


def trained(dls, **kwargs):
    "A learner after a short training"
    set_seed(42)
    learn = collab_learner(dls, y_range=(0, 5.5), **kwargs)
    with learn.no_logging(): learn.fit_one_cycle(5, 5e-3, wd=0.1)
    return learn


MAKERS = {
    '`Learner`, dot product': lambda dls: trained(dls, n_factors=20),
    '`Learner`, network': lambda dls: trained(dls, use_nn=True, layers=[20]),
    '`DampedMeans`': damped_means,
    '`Popularity`': Popularity,
    '`ItemWeights`': ease,
    '`SparseItemWeights`': item_knn,
    '`Factors`': lambda dls: implicit_als(dls, n_factors=8),
    '`Posterior`': lambda dls: collab_posterior(dls, n_sweeps=30, progress=False),
}
SAME_FOR_ALL = {'`DampedMeans`', '`Popularity`'}
FROM_ITEMS = {'`Popularity`', '`ItemWeights`', '`SparseItemWeights`', '`Factors`'}


def page_table():
    "The table on the page: scorer -> method -> what the cell says"
    text = next(c['source'] for c in cells(ROOT/'nbs/13_scorer.ipynb') if '\n| scorer |' in c['source'])
    head, _, *rows = [[o.strip() for o in l.strip('| ').split('|')] for l in text.splitlines() if l.startswith('|')]
    return {row[0]: {name.strip('`'): o for name, o in zip(head[1:], row[1:], strict=True)} for row in rows}


TABLE = page_table()


def instead(says):
    "The names that a cell `use …` says to use: `a learner` is one too"
    return re.findall(r'`(?:learn\.)?(\w+)`', says.replace('a learner', '`collab_learner`'))


@pytest.fixture(scope='module')
def dls(tmp_path_factory):
    table = read_movielens('ml-sample').rename(columns=dict(user='userId'))[['userId', 'title', 'rating']]
    return CollabDataLoaders.from_df(table, seed=42, path=tmp_path_factory.mktemp('scorers'))


@pytest.fixture(scope='module')
def scorers(dls): return {name: make(dls) for name, make in MAKERS.items()}


def seen(dls, user):
    "The titles that a user has rated in training"
    x = dls.train_ds.x
    row = int(dls.rows_of(dls.user_name, [user])[0])
    return set(dls.decode(x[x[:, 0] == row])['title'])


def is_list(table, n):
    "Does `table` rank `n` different items, best first, with finite scores?"
    return (table['rank'].tolist() == list(range(1, n + 1)) and table['title'].nunique() == n
            and np.isfinite(table['score']).all() and table['score'].is_monotonic_decreasing)


def recommend(scorer, says, _):
    recs = scorer.recommend(USERS, n=5)
    assert list(recs) == ['userId', 'rank', 'title', 'score', 'fallback']
    assert recs['userId'].tolist() == sum(([o]*5 for o in USERS), [])
    for user, own in recs.groupby('userId'):
        assert is_list(own, 5) and not set(own['title']) & seen(scorer.dls, user)
    one, two = (scorer.recommend(o, n=100, exclude_seen=False)['title'].tolist() for o in USERS)
    assert len(one) == 100 and (one == two) == (says == 'one list for all')


def evaluate(scorer, says, _):
    res = scorer.evaluate(n=10)
    shares = res[['ndcg', 'precision', 'recall', 'map', 'hit_rate', 'mrr', 'coverage']]
    assert shares.between(0.01, 1).all() and res['users'] + res['unscored_users'] == 100
    assert ('rmse' in res) == ('ratings' in says)
    if 'rmse' in res: assert 0.6 < res['rmse'] < scorer.dls.valid_ds.y.std()


def similar(ask, id, column):
    near = ask(id, n=4)
    measure = near.columns[1]
    assert near.columns[0] == column and near.shape == (4, 2) and near[column].nunique() == 4
    assert id not in near[column].tolist() and near[measure].is_monotonic_decreasing and np.isfinite(near[measure]).all()
    assert ask(id, candidates=near[column][2:])[column].tolist() == near[column][2:].tolist()


def similar_items(scorer, says, _): similar(scorer.similar_items, LIKED[0], 'title')
def similar_users(scorer, says, _): similar(scorer.similar_users, USERS[0], 'userId')


def predict(scorer, says, _):
    x, y = scorer.dls.valid_ds[:]
    pairs = scorer.dls.decode(x[:50])
    res = scorer.predict(pairs, interval=0.9)
    assert list(res) == ['userId', 'title', 'prediction', 'fallback', 'low', 'high'] and len(res) == 50
    assert res['prediction'].between(0, 5.5).all() and res['prediction'].nunique() > 10
    assert (res['low'] <= res['prediction']).all() and (res['prediction'] <= res['high']).all()
    assert 0.7 < ((res['low'] <= y[:50, 0].numpy()) & (y[:50, 0].numpy() <= res['high'])).mean()
    pair = tuple(pairs.loc[0])
    assert scorer.predict(pair) == pytest.approx(res['prediction'][0], abs=1e-4)
    width = (res['high'] - res['low']).nunique()
    assert 'intervals' not in says or width > 10


def fold_in(scorer, says, _):
    before = scorer.score_users(torch.arange(5)).clone()
    folded = scorer.fold_in(NEWCOMER)
    assert type(folded) is type(scorer) and folded is not scorer
    assert 5001 not in scorer.dls.classes['userId'].ids and 5001 in folded.dls.classes['userId'].ids
    recs = folded.recommend(5001, n=5)
    assert is_list(recs, 5) and not set(recs['title']) & set(LIKED) and (recs['fallback'] == '').all()
    pd.testing.assert_frame_equal(scorer.recommend(ratings=NEWCOMER, n=5), recs)
    assert torch.equal(scorer.score_users(torch.arange(5)), before), 'the old scorer changed'
    assert torch.allclose(folded.score_users(torch.arange(5)), before, atol=1e-5)


def export(scorer, says, tmp_path):
    file = scorer.export(tmp_path/'scorer.safetensors', with_ratings=True)
    loaded = load_learner(file)
    assert type(loaded) is type(scorer) and file.stat().st_size < 1e6
    close = dict(rtol=0, atol=0.002 if isinstance(scorer, Posterior) else 1e-5)
    pd.testing.assert_frame_equal(loaded.recommend(USERS, n=5), scorer.recommend(USERS, n=5), **close)
    if isinstance(scorer, RatingScorer):
        pairs = scorer.dls.decode(scorer.dls.valid_ds.x[:20])
        pd.testing.assert_frame_equal(loaded.predict(pairs), scorer.predict(pairs), **close)


METHODS = [recommend, evaluate, similar_items, similar_users, fold_in, predict, export]


def refused(ask, names):
    "Whether `ask` raises one TypeError, whose message has all of `names`, which exist"
    with pytest.raises(TypeError) as caught: ask()
    error = caught.value
    assert type(error) is TypeError and error.__cause__ is None and error.__context__ is None
    assert names and all(f'{o}`' in str(error) for o in names), f'{error}\ndoes not name {names}'
    for o in names: assert hasattr(collab_lit.all, o) or hasattr(Learner, o), f'{o} does not exist'


def call(scorer, method, tmp_path):
    "The shortest call of a method"
    args = dict(similar_items=(LIKED[0],), similar_users=(USERS[0],), fold_in=(NEWCOMER,), predict=((15, LIKED[0]),),
                export=(tmp_path/'no.safetensors',))
    return getattr(scorer, method)(*args.get(method, ()))


def test_the_table_is_complete():
    assert set(TABLE) == {*MAKERS, 'your own'}
    for row in TABLE.values(): assert list(row) == [o.__name__ for o in METHODS]
    assert {k for k, row in TABLE.items() if row['recommend'] == 'one list for all'} == SAME_FOR_ALL
    assert {k for k, row in TABLE.items() if 'bare list of items' in row['fold_in']} == FROM_ITEMS


@pytest.mark.parametrize('method', METHODS, ids=lambda f: f.__name__)
@pytest.mark.parametrize('name', MAKERS)
def test_scorer(name, method, scorers, tmp_path):
    scorer, says = scorers[name], TABLE[name][method.__name__]
    if not says.startswith('use '): return method(scorer, says, tmp_path)
    refused(lambda: call(scorer, method.__name__, tmp_path), instead(says))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize('name', MAKERS)
def test_items_of_a_stranger(name, scorers):
    scorer = scorers[name]
    if name not in FROM_ITEMS: return refused(lambda: scorer.recommend(items=LIKED), ['ease'])
    recs = scorer.recommend(items=LIKED, n=5)
    assert list(recs) == ['rank', 'title', 'score', 'fallback'] and is_list(recs, 5) and not set(recs['title']) & set(LIKED)
    other = scorer.recommend(items=['Terminator, The (1984)', 'Alien (1979)'], n=5)
    assert (other['title'].tolist() == recs['title'].tolist()) == (name in SAME_FOR_ALL)


class Own(Scorer):
    "The smallest scorer of one's own"
    def score_users(self, rows): return rows[:, None]*-1. + torch.arange(len(self.dls.classes['title'])).sin()


@pytest.mark.parametrize('method', METHODS, ids=lambda f: f.__name__)
def test_own_scorer(method, dls, tmp_path):
    scorer, says = Own(dls), TABLE['your own'][method.__name__]
    if method in (recommend, evaluate): call(scorer, method.__name__, tmp_path)
    else:
        with pytest.raises(TypeError, match="Own can't"): call(scorer, method.__name__, tmp_path)
