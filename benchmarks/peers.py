"""One function per library: `(train, valid, threads, seed)` to seconds of fit, seconds of prediction, estimates
and, where something must be said, a note.

Both tables have `user`, `title`, `rating`, and whole-number codes `u` and `i`. Each function builds its library's own
data object before the clock starts, and imports its library itself, so that one missing library harms no other.
"""
import argparse, json

import numpy as np
import pandas as pd

from common import clock, release


def shape(*tables):
    "Numbers of users and items that hold every code in `tables`."
    return [max(t[c].max() for t in tables) + 1 for c in ('u', 'i')]


def unique_pairs(table, user='u', item='i'):
    "One row for each user and item: the mean of their ratings (two films can share a title)."
    return table.groupby([user, item], as_index=False).rating.mean()


# collab_lit and fastai: the tutorial's call, collab_lit's fast recipe, least squares and the posterior

TUTORIAL = dict(bs=64, n_factors=50, n_epoch=5, lr=5e-3, wd=0.1)
FAST     = dict(bs=512, n_factors=16, n_epoch=6, lr=0.01, wd=0.2, pct_start=0.4)  # the recipe of the chapter onecycle


def _loaders(train, valid, threads, seed, bs=64):
    import torch
    from collab_lit.data import CollabDataLoaders
    from collab_lit.learner import set_seed
    from collab_lit.split import IndexSplitter
    torch.set_num_threads(threads)
    set_seed(seed)
    table = pd.concat([train, valid], ignore_index=True)
    return CollabDataLoaders.from_df(table, user_name='user', item_name='title', rating_name='rating', bs=bs, seed=seed,
                                     splitter=IndexSplitter(np.arange(len(train), len(table))))


def _collab_lit(train, valid, threads, seed, bs, n_factors, n_epoch, lr, wd, pct_start=0.25):
    from collab_lit.learner import collab_learner
    import collab_lit.onecycle  # gives Learner its fit_one_cycle
    dls = _loaders(train, valid, threads, seed, bs)
    learn = collab_learner(dls, n_factors=n_factors, y_range=(0, 5.5))
    with learn.no_logging(): _, fit = clock(learn.fit_one_cycle, n_epoch, lr, wd=wd, pct_start=pct_start)
    (preds, _), predict = clock(learn.get_preds)
    return fit, predict, preds.numpy().ravel()


def collab_lit(train, valid, threads, seed): return _collab_lit(train, valid, threads, seed, **TUTORIAL)


def collab_lit_fast(train, valid, threads, seed): return _collab_lit(train, valid, threads, seed, **FAST)


def _solved(make, train, valid, threads, seed, **kwargs):
    dls = _loaders(train, valid, threads, seed)
    scorer, fit = clock(make, dls, seed=seed, **kwargs)
    preds, predict = clock(scorer.score_pairs, dls.valid_ds.x)
    return fit, predict, preds.numpy()


def collab_lit_als(train, valid, threads, seed):
    from collab_lit.leastsquares import als
    return _solved(als, train, valid, threads, seed)


def collab_lit_posterior(train, valid, threads, seed, n_sweeps=60):
    from collab_lit.posterior import collab_posterior
    return _solved(collab_posterior, train, valid, threads, seed, n_sweeps=n_sweeps)


def collab_lit_posterior_10(train, valid, threads, seed): return collab_lit_posterior(train, valid, threads, seed, 10)


def fastai(train, valid, threads, seed):
    import torch
    from fastai.collab import Categorify, IndexSplitter, TabularCollab, TransformBlock, collab_learner, set_seed
    torch.set_num_threads(threads)
    set_seed(seed)
    table = pd.concat([train, valid], ignore_index=True)
    splits = IndexSplitter(np.arange(len(train), len(table)))(range(len(table)))
    data = TabularCollab(table, [Categorify], ['user', 'title'], y_names=['rating'], y_block=TransformBlock(),
                         splits=splits)
    dls = data.dataloaders(path='.', bs=TUTORIAL['bs'])
    learn = collab_learner(dls, n_factors=TUTORIAL['n_factors'], y_range=(0, 5.5))
    with learn.no_bar(), learn.no_logging():
        _, fit = clock(learn.fit_one_cycle, TUTORIAL['n_epoch'], TUTORIAL['lr'], wd=TUTORIAL['wd'])
        (preds, _), predict = clock(learn.get_preds)
    seen = torch.cat([x for x, y in dls.train]).unique(dim=0)
    note = f'one epoch visits {len(seen):,} of {len(unique_pairs(train)):,} distinct training pairs'
    return fit, predict, preds.numpy().ravel(), note


# other libraries trained by gradient steps

def _surprise(algo, train, valid):
    from surprise import Dataset, Reader
    columns = ['user', 'title', 'rating']
    data = Dataset.load_from_df(train[columns], Reader(rating_scale=(1, 5))).build_full_trainset()
    rows = list(valid[columns].itertuples(index=False, name=None))
    _, fit = clock(algo.fit, data)
    preds, predict = clock(algo.test, rows)
    return fit, predict, np.array([p.est for p in preds])


def surprise_svd(train, valid, threads, seed):
    from surprise import SVD
    return _surprise(SVD(n_factors=200, n_epochs=40, lr_all=0.01, reg_all=0.08, init_std_dev=0.01, random_state=seed),
                     train, valid)


def surprise_svdpp(train, valid, threads, seed):
    from surprise import SVDpp
    return _surprise(SVDpp(n_factors=50, n_epochs=30, lr_all=0.01, reg_all=0.08, init_std_dev=0.01, cache_ratings=True,
                           random_state=seed), train, valid)


def cornac_mf(train, valid, threads, seed):
    from cornac.data import Dataset
    from cornac.models import MF
    rows = train[['user', 'title', 'rating']].itertuples(index=False, name=None)
    data = Dataset.from_uir(list(rows), seed=seed)
    algo = MF(k=200, max_iter=50, learning_rate=0.01, lambda_reg=0.08, seed=seed)
    algo.num_threads = threads  # given a seed, it takes one whatever it is told
    _, fit = clock(algo.fit, data)

    def predict_pairs():
        u, i = (np.array([ids.get(x, -1) for x in c]) for ids, c in
                ((data.uid_map, valid.user), (data.iid_map, valid.title)))
        bu, bi = np.append(algo.u_biases, 0), np.append(algo.i_biases, 0)
        pu, qi = (np.vstack([t, np.zeros((1, algo.k), t.dtype)]) for t in (algo.u_factors, algo.i_factors))
        return algo.global_mean + bu[u] + bi[i] + np.einsum('nk,nk->n', pu[u], qi[i])
    preds, predict = clock(predict_pairs)
    return fit, predict, preds


def libmf(train, valid, threads, seed):
    from libmf import mf
    algo = mf.MF(k=64, nr_iters=25, eta=0.05, lambda_p1=0., lambda_q1=0., lambda_p2=0.09, lambda_q2=0.09,
                 nr_threads=threads, quiet=True)
    rows = np.ascontiguousarray(train[['u', 'i', 'rating']])
    _, fit = clock(algo.fit, rows)
    preds, predict = clock(algo.predict, np.asfortranarray(valid[['u', 'i']]))  # it reads all users, then all items
    return fit, predict, preds


# alternating least squares

def lenskit_als(train, valid, threads, seed):
    from lenskit.als import BiasedMFScorer
    from lenskit.data import ItemList, from_interactions_df
    from lenskit.training import TrainingOptions
    rows = unique_pairs(train, 'user', 'title')
    data = from_interactions_df(rows, user_col='user', item_col='title', rating_col='rating')
    algo = BiasedMFScorer(embedding_size=50, epochs=10, regularization=0.13, damping=5)
    _, fit = clock(algo.train, data, TrainingOptions(rng=seed))

    def predict_pairs():
        scores = pd.Series(np.nan, index=valid.index)
        for user, rows in valid.groupby('user'):
            scores[rows.index] = algo(user, ItemList(item_ids=rows.title.to_numpy())).scores()
        return scores.fillna(train.rating.mean()).to_numpy()
    preds, predict = clock(predict_pairs)
    return fit, predict, preds


def cmfrec(train, valid, threads, seed):
    from cmfrec import CMF
    from scipy.sparse import coo_matrix
    from threadpoolctl import threadpool_limits
    rows = unique_pairs(train)
    data = coo_matrix((rows.rating, (rows.u, rows.i)), shape=shape(train, valid))
    weights = [5, 3, 12, 12, 5, 5]  # user biases, item biases, user factors, item factors, and the implicit ones
    algo = CMF(k=20, lambda_=weights, niter=10, add_implicit_features=True, w_implicit=0.7, random_state=seed,
               nthreads=threads, precompute_for_predictions=False)
    with threadpool_limits(1, 'blas'): _, fit = clock(algo.fit, data)  # its own threads call BLAS
    preds, predict = clock(algo.predict, valid.u.to_numpy(), valid.i.to_numpy())
    return fit, predict, np.nan_to_num(preds, nan=train.rating.mean())


# Bayesian sampling

def smurff(train, valid, threads, seed):
    from smurff import FixedNoise, TrainSession
    from scipy.sparse import coo_matrix
    size, mean = shape(train, valid), train.rating.mean()
    rows, asked = unique_pairs(train), unique_pairs(valid)
    data = coo_matrix((rows.rating - mean, (rows.u, rows.i)), shape=size)
    pairs = coo_matrix((np.ones(len(asked)), (asked.u, asked.i)), shape=size)
    algo = TrainSession(num_latent=10, burnin=8, nsamples=60, num_threads=threads, seed=seed, verbose=0)
    algo.setTrain(data, FixedNoise(1.5))
    algo.setTest(pairs)
    found, fit = clock(algo.run)
    table = np.full(size, np.nan)
    for p in found: table[p.coords] = p.pred_avg
    return fit, np.nan, table[valid.u, valid.i] + mean, 'estimates while it fits'


def myfm(train, valid, threads, seed):
    from myfm import MyFMGibbsRegressor, RelationBlock
    from scipy.sparse import csr_matrix, eye, hstack
    n_users, n_items = shape(train, valid)
    rows = unique_pairs(train)
    rated = csr_matrix((np.ones(len(rows)), (rows.u, rows.i)), shape=(n_users, n_items))
    scaled = lambda m: m.multiply(np.maximum(m.sum(1).A1, 1)[:, None] ** -0.5)
    users = hstack([eye(n_users), scaled(rated)]).tocsr()      # each user, and what they rated
    items = hstack([eye(n_items), scaled(rated.T)]).tocsr()    # each item, and who rated it
    blocks = lambda t: [RelationBlock(t.u.tolist(), users), RelationBlock(t.i.tolist(), items)]
    empty = lambda t: csr_matrix((len(t), 0))
    algo = MyFMGibbsRegressor(rank=8, random_seed=seed)
    _, fit = clock(algo.fit, empty(train), train.rating.to_numpy(), X_rel=blocks(train), n_iter=40, n_kept_samples=30,
                   group_shapes=[n_users, n_items, n_items, n_users])
    preds, predict = clock(algo.predict, empty(valid), X_rel=blocks(valid))
    return fit, predict, preds


PEERS = {  # name in the table: function, package whose version is shown
    'collab_lit':          (collab_lit, 'collab_lit'),
    'collab_lit, fast':    (collab_lit_fast, 'collab_lit'),
    'collab_lit, ALS':     (collab_lit_als, 'collab_lit'),
    'collab_lit, 10 sweeps': (collab_lit_posterior_10, 'collab_lit'),
    'collab_lit, posterior': (collab_lit_posterior, 'collab_lit'),
    'fastai':              (fastai, 'fastai'),
    'surprise SVD':        (surprise_svd, 'scikit-surprise'),
    'surprise SVD++':      (surprise_svdpp, 'scikit-surprise'),
    'cornac MF':           (cornac_mf, 'cornac'),
    'libmf':               (libmf, 'libmf'),
    'lenskit biased ALS':  (lenskit_als, 'lenskit'),
    'cmfrec ALS implicit': (cmfrec, 'cmfrec'),
    'smurff BPMF':         (smurff, 'smurff'),
    'myfm SVD++':          (myfm, 'myfm'),
}


def measure(name, table, threads, seed):
    "Run the peer called `name` once on a small piece to warm up, once in full, and return what it took and gave."
    peer, package = PEERS[name]
    train, valid = (t.reset_index(drop=True) for t in (table[~table.is_valid], table[table.is_valid]))
    try: peer(train[:1000], valid[:100], threads, seed)
    except ImportError as e: return dict(model=name, note=f'absent: {e}')
    fit, predict, preds, *note = peer(train, valid, threads, seed)
    assert preds.shape == (len(valid),), preds.shape
    mse = float(np.mean((preds - valid.rating.to_numpy()) ** 2))
    return dict(model=name, fit=fit, predict=predict, mse=mse, rmse=mse ** 0.5, threads=threads,
                version=release(package), note=' '.join(note))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description='Measure one library once and write what it took as JSON.')
    parser.add_argument('name', choices=PEERS)
    parser.add_argument('table', help='a pickled table with columns user, title, rating, u, i, is_valid')
    parser.add_argument('out', help='the JSON file to write')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    result = measure(args.name, pd.read_pickle(args.table), args.threads, args.seed)
    with open(args.out, 'w') as f: json.dump(result, f)
