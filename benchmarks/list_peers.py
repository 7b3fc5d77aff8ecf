"""Other libraries as scorers: each function takes `CollabDataLoaders` and settings, trains, and returns a scorer that asks the library
for the scores of all items. A library that isn't installed, or fails, gets a note in its row."""
import numpy as np
import torch
from scipy.sparse import csr_matrix

from collab_lit.all import Scorer


class Peer(Scorer):
    "A scorer whose scores another library computes: `scores` takes user codes (from 0) and returns an array with a column per item"
    def __init__(self, dls, scores):
        super().__init__(dls)
        self.scores = scores
    def score_users(self, rows):
        own = np.asarray(self.scores((rows - 1).numpy()), dtype=np.float32)
        return torch.nn.functional.pad(torch.from_numpy(own), (1, 0))


def matrix(dls):
    "The training rows as a sparse matrix of ones, without the rows and columns of the unknown"
    u, i = (dls.train_ds.x - 1).T.numpy()
    return csr_matrix((np.ones(len(u), np.float32), (u, i)), [len(o) - 1 for o in dls.classes.values()])


def threads(): return torch.get_num_threads()


def products(dls, users, items): return Peer(dls, lambda rows: users[rows] @ items.T)


def implicit(dls, factors=64, regularization=0.01, alpha=1., iterations=15):
    from implicit.cpu.als import AlternatingLeastSquares
    model = AlternatingLeastSquares(factors, regularization, alpha, iterations=iterations, num_threads=threads(), random_state=0)
    model.fit(matrix(dls), show_progress=False)
    return products(dls, model.user_factors, model.item_factors)


def implicit_bpr(dls, factors=64, iterations=100):
    from implicit.cpu.bpr import BayesianPersonalizedRanking
    model = BayesianPersonalizedRanking(factors, iterations=iterations, num_threads=threads(), random_state=0)
    model.fit(matrix(dls), show_progress=False)
    return products(dls, model.user_factors, model.item_factors)


def rectools_ease(dls, regularization=500.):
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import EASEModel
    import pandas as pd
    x = (dls.train_ds.x - 1).numpy()
    table = pd.DataFrame({Columns.User: x[:,0], Columns.Item: x[:,1], Columns.Weight: 1., Columns.Datetime: pd.Timestamp('2020')})
    data = Dataset.construct(table)
    model = EASEModel(regularization).fit(data)
    items, own = data.item_id_map.external_ids.astype(int), matrix(dls)
    def scores(rows):
        res = np.full((len(rows), own.shape[1]), -np.inf, np.float32)
        res[:,items] = own[rows][:,items] @ model.weight
        return res
    return Peer(dls, scores)


def _cornac(dls, model):
    from cornac.data import Dataset
    u, i = (dls.train_ds.x - 1).T.tolist()
    n_users, n_items = (len(o) - 1 for o in dls.classes.values())
    ids = [{o: o for o in range(n)} for n in (n_users, n_items)]
    data = Dataset.build(zip(u, i, [1.]*len(u)), global_uid_map=ids[0], global_iid_map=ids[1], seed=0)
    model.fit(data)
    return Peer(dls, lambda rows: np.stack([model.score(int(o))[:n_items] for o in rows]))


def cornac_bpr(dls, k=64, max_iter=200):
    from cornac.models import BPR
    return _cornac(dls, BPR(k=k, max_iter=max_iter, learning_rate=0.01, lambda_reg=0.001, num_threads=threads(), seed=0, verbose=False))


def cornac_bivae(dls, k=50, n_epochs=500):
    from cornac.models import BiVAECF
    return _cornac(dls, BiVAECF(k=k, encoder_structure=[100], act_fn='tanh', likelihood='pois', batch_size=128, n_epochs=n_epochs, learning_rate=0.001, seed=0, verbose=False))


def _lenskit(dls, model):
    import pandas as pd
    from lenskit.data import from_interactions_df
    x = (dls.train_ds.x - 1).numpy()
    data = from_interactions_df(pd.DataFrame(dict(user_id=x[:,0], item_id=x[:,1])))
    model.train(data)
    return data, model


def lenskit_als(dls, embedding_size=64):
    from lenskit.als import ImplicitMFScorer
    data, model = _lenskit(dls, ImplicitMFScorer(embedding_size=embedding_size, epochs=15))
    n_users, n_items = (len(o) - 1 for o in dls.classes.values())
    users, items = np.zeros((n_users, embedding_size), np.float32), np.zeros((n_items, embedding_size), np.float32)
    users[data.users.ids()] = np.asarray(model.user_embeddings)
    items[data.items.ids()] = np.asarray(model.item_embeddings)
    return products(dls, users, items)


def recbole_lightgcn(dls, epochs=100):
    "The best of `epochs` by the last one: the settings are the library's defaults"
    import tempfile, pandas as pd
    from pathlib import Path
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.model.general_recommender import LightGCN
    from recbole.trainer import Trainer
    x = (dls.train_ds.x - 1).numpy()
    with tempfile.TemporaryDirectory() as tmp:
        (Path(tmp)/'own').mkdir()
        table = pd.DataFrame({'user_id:token': x[:,0], 'item_id:token': x[:,1]})
        table.to_csv(Path(tmp)/'own'/'own.inter', sep='\t', index=False)
        config = Config('LightGCN', 'own', config_dict=dict(
            data_path=tmp, epochs=epochs, use_gpu=False, show_progress=False, seed=0, eval_step=0, state='ERROR', checkpoint_dir=tmp,
            load_col=dict(inter=['user_id', 'item_id']), eval_args=dict(split=dict(RS=[1, 0, 0]), order='RO', mode='full')))
        data = create_dataset(config)
        train, _, _ = data_preparation(config, data)
        model = LightGCN(config, train.dataset)
        Trainer(config, model).fit(train, verbose=False, saved=False)
    with torch.no_grad(): users, items = (o.numpy() for o in model.forward())
    at = [data.token2id(name, [str(o) for o in range(len(v) - 1) if str(o) in data.field2token_id[name]])
          for name, v in zip(('user_id', 'item_id'), dls.classes.values())]
    known = [[o for o in range(len(v) - 1) if str(o) in data.field2token_id[name]] for name, v in zip(('user_id', 'item_id'), dls.classes.values())]
    res = [np.zeros((len(v) - 1, users.shape[1]), np.float32) for v in dls.classes.values()]
    for full, some, rows, own in zip(res, (users, items), at, known): full[own] = some[rows]
    return products(dls, *res)


PEERS = {'implicit': implicit, 'implicit BPR': implicit_bpr, 'rectools EASE': rectools_ease, 'cornac BPR': cornac_bpr,
         'cornac BiVAE': cornac_bivae, 'lenskit ALS': lenskit_als, 'recbole LightGCN': recbole_lightgcn}
