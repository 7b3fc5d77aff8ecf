"What holds for every table, whatever its ids and ratings are made of."
import numpy as np, pandas as pd, polars as pl, torch
from hypothesis import HealthCheck, given, settings, strategies as st
from collab_lit import recommend  # noqa: F401, for the method
from collab_lit.baselines import damped_means
from collab_lit.data import CollabDataLoaders
from collab_lit.learner import collab_learner
from collab_lit.leastsquares import als

WHOLE = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'Int16', 'Int64', 'UInt8', 'int16[pyarrow]', 'int64[pyarrow]']
TEXT = ['object', 'string', 'string[pyarrow]', 'category', 'large_string[pyarrow]']
REAL = ['float32', 'float64', 'Float32', 'Float64', 'float[pyarrow]', 'double[pyarrow]']
QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])


@st.composite
def tables(draw):
    "A table of ratings with columns of some dtypes, and the same as plain Python objects"
    n = draw(st.integers(16, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    pairs = rng.choice(120, min(n, 120), replace=False)
    kinds = [draw(st.sampled_from(WHOLE + TEXT)) for _ in range(2)]
    stars = draw(st.sampled_from(WHOLE + REAL))
    values = [pairs//12, pairs%12, rng.integers(1, 6, len(pairs))]
    plain = [[f'id {v}' for v in col] if kind in TEXT else col.tolist() for col, kind in zip(values, [*kinds, stars])]
    names = 'user', 'item', 'rating'
    table = pd.DataFrame({o: pd.Series(v, dtype='object' if k in TEXT else 'int64').astype('str' if k == 'object' else k)
                          for o, v, k in zip(names, plain, [*kinds, stars])})
    return table, list(zip(*plain))


@given(tables(), st.booleans(), st.integers(0, 99))
@QUICK
def test_rows_and_ids_survive(made, as_polars, seed):
    table, rows = made
    before = table.copy()
    own = pl.from_pandas(table) if as_polars else table
    dls = CollabDataLoaders.from_df(own, 0.25, seed=seed)
    pd.testing.assert_frame_equal(table, before)
    back = pd.concat([dls.decode(*ds[:]) for ds in (dls.train_ds, dls.valid_ds)])
    assert sorted(map(tuple, back.values.tolist())) == sorted(map(tuple, rows)), 'each row is on one side, once, with its own ids'
    assert len(dls.valid_ds) == len(rows)//4
    for name, col in (('user', 0), ('item', 1)):
        assert set(dls.classes[name].items[1:]) == {r[col] for r in rows}
        assert isinstance(back[name].iloc[0], str) == isinstance(rows[0][col], str)


@given(tables(), st.integers(0, 99))
@QUICK
def test_one_is_like_many(made, seed):
    "A batch of one gets the answer that the row gets among others, and estimates stay in their range"
    table, _ = made
    dls = CollabDataLoaders.from_df(table, 0.25, seed=seed)
    learn = collab_learner(dls, 3, y_range=(0.5, 5.5))
    with learn.no_logging(): learn.fit(1, 0.01)
    for scorer, low, high in ((damped_means(dls), 1, 5), (learn, 0.5, 5.5), (als(dls, 2), 1, 5)):
        rows, x = torch.arange(len(dls.classes['user'])), dls.valid_ds.x
        many, pairs = scorer.score_users(rows), scorer.score_pairs(x)
        assert many.isfinite().all() and pairs.isfinite().all()
        if scorer is learn: assert low <= pairs.min() and pairs.max() <= high
        for k in range(min(5, len(x))):
            torch.testing.assert_close(scorer.score_users(rows[k:k+1])[0], many[k])
            torch.testing.assert_close(scorer.score_pairs(x[k:k+1])[0], pairs[k])


@given(tables(), st.integers(0, 10**6))
@QUICK
def test_names_do_not_matter(made, seed):
    "If users swap their ids, their answers change hands with them"
    table, _ = made
    ids = table['user'].drop_duplicates().reset_index(drop=True)
    other = ids.sample(frac=1, random_state=seed).reset_index(drop=True)
    swap = dict(zip(ids.tolist(), other.tolist()))
    swapped = table.assign(user=pd.Series([swap[o] for o in table['user']]).astype(table['user'].dtype))
    one, two = (damped_means(CollabDataLoaders.from_df(o, 0)) for o in (table, swapped))
    est = lambda scorer, t: scorer.predict(t)['prediction'].to_numpy()
    np.testing.assert_allclose(est(one, table), est(two, swapped), rtol=0, atol=1e-5)
    recs = [o.recommend(n=3) for o in (one, two)]
    recs[0]['user'] = [swap[o] for o in recs[0]['user']]
    lists = [sorted(zip(o['user'], o['rank'], o['item'])) for o in recs]
    assert lists[0] == lists[1]
