"The tutorial's steps on the data inside the package, for an environment that has nothing but the wheel. Arguments: fastcore's major version."
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import fastcore
import collab_lit

for absent in ('nbdev', 'IPython', 'fastai'): assert find_spec(absent) is None, f'{absent} is here: this environment proves nothing'
assert fastcore.__version__.split('.')[0] == sys.argv[1], fastcore.__version__
assert Path(collab_lit.__file__).is_relative_to(sys.prefix) or 'site-packages' in collab_lit.__file__, collab_lit.__file__
assert collab_lit.__version__ == version('collab_lit')

from collab_lit.all import *

path = untar_data(URLs.ML_SAMPLE)
ratings = pd.read_csv(path/'ratings.csv').merge(pd.read_csv(path/'movies.csv'))
dls = CollabDataLoaders.from_df(ratings, item_name='title', rating_name='rating', bs=64, seed=0)
learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5))
with learn.no_bar(), learn.no_logging(): learn.fit_one_cycle(5, 5e-3, wd=0.1)

baseline = (dls.valid_ds.y - dls.train_ds.y.mean()).pow(2).mean()
assert learn.recorder.values[-1][1] < 0.9 * baseline, learn.recorder.values
films = ratings.groupby('title').rating.count().sort_values(ascending=False).index[:50]
bias = learn.model.bias(films, is_item=True)
weight = learn.model.weight(films, is_item=True)
assert bias.shape == (50,) and weight.shape == (50, 50)
assert torch.corrcoef(torch.stack([bias, tensor(ratings.groupby('title').rating.mean()[films].to_numpy(dtype='float32'))]))[0, 1] > 0.7
assert weight.pca(3).shape == (50, 3)
print('ok')
