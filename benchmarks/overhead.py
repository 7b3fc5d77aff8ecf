"What recorder, metrics, callbacks and progress cost in the tutorial's training, beside its steps and the estimates for validation."
import contextlib, os, time, warnings

import pandas as pd
import torch

from collab_lit.all import CSVLogger, Callback, CollabDataLoaders, Progress, collab_learner, mae, read_movielens, rmse, set_seed
from collab_lit.faststep import stepper
from collab_lit.onecycle import one_cycle

from common import save_ratios

N_EPOCH, LR, WD = 5, 5e-3, 0.1


class Counter(Callback):
    "A callback that is called at each step, and does next to nothing."
    def before_fit(self, learn): self.steps = 0
    def after_step(self, learn): self.steps += 1


def plain(learn):
    "The steps of `fit_one_cycle`, and after each epoch the estimates for the validation rows; nothing else."
    schedule = zip(*one_cycle(N_EPOCH * len(learn.dls.train), LR))
    learn.create_opt()
    learn.opt.param_groups[0]['weight_decay'] = WD
    with stepper(learn.model, learn.loss_func, learn.opt) as st:
        for _ in range(N_EPOCH):
            for batch, (lr, mom) in zip(learn._batches(st), schedule): st.step(*batch, lr, mom)
            learn.get_preds()


def recorded(learn, cbs=None):
    with learn.no_logging(): learn.fit_one_cycle(N_EPOCH, LR, wd=WD, cbs=cbs)


def everything(learn):
    learn.metrics = [rmse, mae]
    recorded(learn, [Counter, CSVLogger(os.devnull), Progress])


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
    cases = {'steps and estimates alone': plain, 'with recorder and validation loss': recorded,
             'with two metrics, two callbacks and a bar too': everything}
    for train in cases.values(): seconds(dls, train)
    runs = pd.DataFrame([{name: seconds(dls, train) for name, train in cases.items()} for _ in range(11)])
    save_ratios(runs.min().rename_axis('training'), 'overhead')
