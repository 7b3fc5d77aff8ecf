"""Ask scorers from eight threads while another learner trains: each answer is the one that a single thread gets.

python tests/attacks/threads.py --n 2000
"""
import tempfile
from concurrent.futures import ThreadPoolExecutor
from common import *


def attack(n):
    "Counts of answers, and of those that differ"
    with tempfile.TemporaryDirectory() as tmp:
        dls = loaders(tmp)
        scorers = [trained(dls), trained(dls, use_nn=True, layers=[10], config=dict(ps=.3)), ease(dls),
                   collab_posterior(dls, n_sweeps=20, progress=False)]
        users = list(dls.classes['userId'])[1:9]
        ask = lambda i: scorers[i % 4].recommend(users[i//4 % 8], n=5).to_numpy().tolist()
        expected = {i: ask(i) for i in range(32)}
        busy = collab_learner(loaders(tmp), 20, use_nn=True, y_range=(0, 5.5))
        with ThreadPoolExecutor(9) as pool, busy.no_logging():
            training = pool.submit(busy.fit, 3)
            wrong = sum(pool.map(lambda i: ask(i % 32) != expected[i % 32], range(n)))
            training.result()
        modes = [m.training for s in scorers[:2] for m in s.model.modules()]
    return {'answers': n, 'wrong': wrong, 'modes changed': any(modes)}


if __name__ == '__main__': report('threads', attack(options(__doc__, n=2000).n), ['wrong', 'modes changed'])
