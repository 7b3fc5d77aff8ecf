"Denormal numbers: a step's kernel and whole fits with running means full of them, beside zeros, with three remedies. Ratios within one run."
import argparse, itertools, sys, time, warnings
from pathlib import Path

import pandas as pd
import torch

from collab_lit import engine, faststep
from collab_lit.all import Adam, CollabDataLoaders, EmbeddingDotBias, collab_learner, read_movielens, set_seed

from common import RESULTS, machine


def quickest(cases, rounds, clock=time.process_time):
    "Seconds of each case, the least of some `rounds` in which the cases take turns."
    found = {name: [] for name in cases}
    next(iter(cases.values()))()  # warm up
    for _, (name, f) in itertools.product(range(rounds), cases.items()):
        start = clock()
        f()
        found[name].append(clock() - start)
    return {name: min(times) for name, times in found.items()}


def kernel(value, n_rows, flush=False, steps=50):
    "A function that takes `steps` of AdamW's kernel on running means that are all `value`."
    table, grad, sqr, count = torch.randn(n_rows, 52), *torch.zeros(2, n_rows, 52), torch.tensor(1000.)
    avg = torch.full_like(table, value)
    def run():
        avg.fill_(value)
        torch.set_flush_denormal(flush)
        for _ in range(steps):
            torch._fused_adamw_([table], [grad], [avg], [sqr], [], [count], lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.1,
                                eps=1e-5, amsgrad=False, maximize=False)
        torch.set_flush_denormal(False)
    return run


def steps(value, make, n_rows=2609, n=2048):
    "A function that takes `n` steps on 64 ratings of few users, all running means `value` before."
    x, y = torch.randint(20, (64 * n, 2)), torch.rand(64 * n, 1) * 5
    def run():
        model = EmbeddingDotBias(50, n_rows // 2, n_rows // 2, y_range=(0, 5.5))
        opt = Adam(model)
        for p in model.parameters():
            opt.state[p] = dict(step=torch.tensor(1000.), exp_avg=torch.full_like(p, value), exp_avg_sq=torch.full_like(p, value))
        with make(model, opt) as st:
            for batch in st.batches(x, y, 64): st.step(*batch, 1e-3, 0.9)
    return run


def fit(ratings, every, flush=False, epochs=3):
    "A function that trains `epochs` at 64 ratings a batch and drops denormals `every` so many steps; it keeps the losses."
    set_seed(0)
    dls = CollabDataLoaders.from_df(ratings, bs=64, seed=0)
    y_range = (float(dls.train_ds.y.min()) - 0.5, float(dls.train_ds.y.max()) + 0.5)
    def run():
        set_seed(0)
        learn = collab_learner(dls, n_factors=50, y_range=y_range)
        engine.FLUSH_EVERY = faststep.FLUSH_EVERY = every
        torch.set_flush_denormal(flush)
        with learn.no_logging(): learn.fit_one_cycle(epochs, 5e-3, wd=0.1)
        torch.set_flush_denormal(False)
        run.losses = learn.recorder.losses
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, help='folder with *_ratings.csv.gz and others: each of these tables is trained too')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--most', type=int, default=700_000, help='leave out larger tables')
    parser.add_argument('--out', type=Path, default=RESULTS)
    args = parser.parse_args()
    warnings.simplefilter('ignore')
    rows, usual = [], engine.FLUSH_EVERY
    def add(what, threads, cases):
        least = quickest(cases, args.rounds, time.process_time if threads == 1 else time.perf_counter)
        first = next(iter(least.values()))
        rows.extend(dict(what=what, threads=threads, case=k, milliseconds=1e3 * v, ratio=v / first) for k, v in least.items())
        print(*rows[-len(cases):], sep='\n', file=sys.stderr, flush=True)
    for threads, n_rows in ((1, 2609), (2, 100_000)):
        torch.set_num_threads(threads)
        add(f'kernel, {n_rows:,} rows', threads, {'zeros': kernel(0., n_rows), 'denormals': kernel(1e-40, n_rows),
                                                  'denormals, flushed': kernel(1e-40, n_rows, True)})
    torch.set_num_threads(1)
    fast, general = faststep.DotBiasStepper, lambda model, opt: faststep.AutogradStepper(model, faststep.MSELossFlat(), opt)
    for name, make in (('fast step', fast), ('general step', general)):
        engine.FLUSH_EVERY = faststep.FLUSH_EVERY = usual
        add(name, 1, {'zeros': steps(0., make), 'denormals': steps(1e-40, make)})
    tables = {'MovieLens 100k': lambda: read_movielens('ml-100k')}
    if args.data: tables |= {p.name.split('.')[0]: lambda p=p: pd.read_csv(p) for p in sorted(args.data.glob('*.csv.gz')) if 'history' not in p.name}
    for name, read in tables.items():
        ratings = read()
        if len(ratings) > args.most: continue
        cases = {'dropped': fit(ratings, usual), 'flushed': fit(ratings, 10**9, True), 'kept': fit(ratings, 10**9)}
        add(f'three epochs of {name}', 1, cases)
        assert cases['dropped'].losses == cases['kept'].losses == cases['flushed'].losses, 'the remedy changes losses'
    table = pd.DataFrame(rows).round(3).assign(machine=machine())
    table.to_csv(args.out/'denormals.csv', index=False)
    print(table.to_string(index=False))


if __name__ == '__main__': main()
