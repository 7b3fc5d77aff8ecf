"""Fork children from a process with two threads, as web servers make their workers; each child asks what the parent has asked, and gets the same answers.

python tests/attacks/forks.py --n 20
"""
import signal, tempfile
from common import *


def asked(scorers, dls):
    "Answers of every kind, as text"
    own = sample().query('userId == 15')[:3].assign(userId=10**6)
    res = []
    for o in scorers:
        res += [o.predict(sample()[:50]), o.recommend(15), o.recommend(ratings=own), o.fold_in(own).recommend(10**6)]
        res += [o.similar_items('Alien (1979)'), repr(o.explain(15, 'Alien (1979)'))]
    res.append(scorers[0].grow(own).recommend(15))
    return '\n'.join(o if isinstance(o, str) else o.round(3).to_string() for o in res)


def attack(n):
    "Counts of children, of those that hung, and of those that answered otherwise"
    torch.set_num_threads(2)
    counts = {'children': n, 'hung': 0, 'wrong': 0}
    with tempfile.TemporaryDirectory() as tmp:
        dls = loaders(tmp)
        scorers = [trained(dls, 3), collab_posterior(dls, n_sweeps=10, progress=False)]
        torch.randn(800, 800) @ torch.randn(800, 800)  # the second thread is at work now
        expected = asked(scorers, dls)
        for _ in range(n):
            if (pid := os.fork()) == 0:
                signal.alarm(60)  # ends a child that hangs
                os._exit(asked(scorers, dls) != expected)
            status = os.waitpid(pid, 0)[1]
            counts['hung'] += os.WIFSIGNALED(status)
            counts['wrong'] += os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0
    return counts


if __name__ == '__main__': report('forks', attack(options(__doc__, n=20).n), ['hung', 'wrong'])
