"""Fit, export, load and ask again and again in one process: its memory stays as it was after the first twenty rounds.

python tests/attacks/soak.py --n 200
"""
import gc, tempfile, threading
from common import *


def attack(n):
    "Memory in MB after 20 rounds and at the end, open files and threads"
    handles, res = lambda: len(list(Path('/proc/self/fd').iterdir())), {}
    with tempfile.TemporaryDirectory() as tmp:
        for i in range(1, n + 1):
            dls = loaders(tmp)
            learn = trained(dls)
            again = load_learner(learn.export(with_ratings=True))
            assert again.recommend(15, n=5).equals(learn.recommend(15, n=5))
            learn.load(learn.save('soak').stem)
            if i in (20, n):
                gc.collect()
                res[i] = resident(), handles(), threading.active_count()
    (before, *few), (after, *many) = res[20], res[n]
    return {'rounds': n, 'MB after 20': round(before), 'MB at the end': round(after),
            'grew': after > 1.05*before + 10, 'handles or threads left': many != few}


if __name__ == '__main__': report('soak', attack(options(__doc__, n=200).n), ['grew', 'handles or threads left'])
