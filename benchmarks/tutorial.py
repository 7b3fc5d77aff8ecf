"The tutorial's training over five seeds: validation loss, seconds of fit on one thread, and the same losses again from the same seed."
import time, warnings

import torch

from collab_lit.all import CollabDataLoaders, collab_learner, pd, read_movielens, set_seed


def fit(
    ratings,  # table with user, title and rating
    seed,  # of the split, the first values and the order of batches
):
    "A learner trained as in the tutorial, and the seconds that `fit_one_cycle` took"
    set_seed(seed)
    dls = CollabDataLoaders.from_df(ratings, bs=64)
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5))
    start = time.perf_counter()
    with learn.no_logging(): learn.fit_one_cycle(5, 5e-3, wd=0.1)
    return learn, time.perf_counter() - start


if __name__ == '__main__':
    torch.set_num_threads(1)
    warnings.simplefilter('ignore')  # the 307 repeated pairs, once a seed
    ratings = read_movielens('ml-100k')
    runs = {seed: fit(ratings, seed) for seed in range(5)}
    table = pd.DataFrame({seed: dict(valid_loss=learn.recorder.values[-1][1], seconds=s) for seed, (learn, s) in runs.items()}).T
    print(table.rename_axis('seed').round(4).to_string())
    print(f"mean validation loss {table['valid_loss'].mean():.4f}, median of fit {table['seconds'].median():.2f} s")
    again, _ = fit(ratings, 0)
    assert again.recorder.losses == runs[0][0].recorder.losses != runs[1][0].recorder.losses
    print(f'seed 0 twice: the same {len(again.recorder.losses):,} losses to the last digit; seed 1: others')
