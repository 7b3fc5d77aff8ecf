"What recorder, validation, metrics, callbacks and progress cost in the tutorial's training, beside its steps alone."
import contextlib, os, time, warnings
from pathlib import Path

import pandas as pd
import torch

from collab_lit.all import Callback, CollabDataLoaders, CSVLogger, collab_learner, mae, rmse, set_seed
from collab_lit.cli import read_movielens
from collab_lit.engine import stepper
from collab_lit.learner import Progress
from collab_lit.onecycle import one_cycle

results = Path(__file__).resolve().parent/'results'
N_EPOCH, LR, WD = 5, 5e-3, 0.1


class Counter(Callback):
    "A callback that is called at each step, and does next to nothing."
    def before_fit(self, learn): self.steps = 0
    def after_step(self, learn): self.steps += 1


def steps_alone(learn):
    "The steps of `fit_one_cycle`, and nothing else."
    n = len(learn.dls.train)
    schedule = zip(*one_cycle(N_EPOCH * n, LR))
    learn.create_opt()
    learn.opt.param_groups[0]['weight_decay'] = WD
    with stepper(learn.model, learn.loss_func, learn.opt) as st:
        for _ in range(N_EPOCH):
            for batch, (lr, mom) in zip(st.batches(*learn.dls.train.epoch(), learn.dls.bs), schedule): st.step(*batch, lr, mom)


def learner(learn, cbs=None):
    with learn.no_logging(): learn.fit_one_cycle(N_EPOCH, LR, wd=WD, cbs=cbs)


def everything(learn):
    learn.metrics = [rmse, mae]
    learner(learn, [Counter, CSVLogger(os.devnull), Progress])


def seconds(dls, train):
    "Seconds that one thread is at work for `train(learn)`."
    set_seed(0)
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5))
    with open(os.devnull, 'w') as nowhere, contextlib.redirect_stdout(nowhere):
        start = time.thread_time()
        train(learn)
        return time.thread_time() - start


if __name__ == '__main__':
    torch.set_num_threads(1)
    warnings.simplefilter('ignore')  # the repeated pairs
    dls = CollabDataLoaders.from_df(read_movielens('ml-100k'), bs=64, seed=0)
    cases = {'steps alone': steps_alone, 'with recorder and validation': learner, 'with two metrics, two callbacks and a bar too': everything}
    for train in cases.values(): seconds(dls, train)
    runs = pd.DataFrame([{name: seconds(dls, train) for name, train in cases.items()} for _ in range(7)])
    table = runs.min().rename('seconds').rename_axis('training').reset_index()
    table['ratio'] = table.seconds / table.seconds[0]
    table.round(3).to_csv(results/'overhead.csv', index=False)
    print(table.round(3).to_string(index=False))
