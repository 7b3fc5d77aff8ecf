"""Kill a training, by gradient descent or by sampling, at moments that nobody chose; run it again until it is through; compare with a run left in peace.

python tests/attacks/kills.py --n 100
"""
import random, signal, subprocess, sys, tempfile, time
from common import *

SCRIPTS = {'one-cycle': """
learn = collab_learner(dls, 5, y_range=(0, 5.5))
with learn.no_logging(): learn.fit_one_cycle(12, 5e-3, cbs=Resumable())
learn.export(with_ratings=True)
print(learn.recorder.losses[-1], learn.validate()[0])
""", 'sampler': """
post = collab_posterior(dls, n_sweeps=200, progress=False, resume=dls.path/'run')
post.export(with_ratings=True)
print(post.score_pairs(dls.valid_ds.x).double().sum().item(), post.record['valid_rmse'].sum())
"""}
OPENING = """
import sys
from common import *
from collab_lit.all import *
torch.set_num_threads(1)
set_seed(42)
dls = loaders(Path(sys.argv[1]))
print('ready', flush=True)
"""


def start(kind, path):
    "A process that trains in `path`, as soon as it is about to begin"
    Path(path).mkdir(exist_ok=True)
    here = str(Path(__file__).parent)
    res = subprocess.Popen([sys.executable, '-W', 'ignore', '-c', OPENING + SCRIPTS[kind], str(path)], cwd=here, text=True, stdout=subprocess.PIPE)
    assert res.stdout.readline() == 'ready\n'
    return res


def attack(n, seed=0):
    "Counts of `n` kills, half of each kind of training; `failed` counts those that ended otherwise than a run in peace"
    rng, counts = random.Random(seed), {'kills': 0, 'trainings': 0, 'failed': 0, 'part files left': 0}
    with tempfile.TemporaryDirectory() as tmp:
        for kind, share in zip(SCRIPTS, (n - n//2, n//2)):
            began, peace = time.perf_counter(), start(kind, Path(tmp)/f'{kind} in peace')
            expected, seconds = peace.communicate()[0], time.perf_counter() - began
            last = counts['kills'] + share
            while counts['kills'] < last:
                path = Path(tmp)/f'{kind} {counts["trainings"]}'
                counts['trainings'] += 1
                got = None
                while got is None:
                    run = start(kind, path)
                    try: got = run.communicate(timeout=rng.uniform(0, seconds/4) if counts['kills'] < last else None)[0]
                    except subprocess.TimeoutExpired:
                        run.send_signal(signal.SIGKILL)
                        run.communicate()
                        counts['kills'] += 1
                whole = load_learner(path/'export.safetensors')
                counts['failed'] += got != expected or not len(whole.dls.train_ds)
                counts['part files left'] += len([*path.rglob('.*')])
    return counts


if __name__ == '__main__':
    opt = options(__doc__, n=100, seed=0)
    report('kills', attack(opt.n, opt.seed), ['failed'])
