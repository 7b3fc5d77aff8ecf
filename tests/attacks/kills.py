"""Kill a training at moments that nobody chose, run the script again until it is through, and compare with a run left in peace.

python tests/attacks/kills.py --n 100
"""
import random, signal, subprocess, sys, tempfile, time
from common import *

SCRIPT = """
import sys
from common import *
from collab_lit.all import *
torch.set_num_threads(1)
set_seed(42)
learn = collab_learner(loaders(Path(sys.argv[1])), 5, y_range=(0, 5.5))
print('ready', flush=True)
with learn.no_logging(): learn.fit_one_cycle(12, 5e-3, cbs=Resumable())
learn.export(with_ratings=True)
print(learn.recorder.losses[-1], learn.validate()[0])
"""


def start(path):
    "A process that trains in `path`, as soon as it is about to begin"
    here = str(Path(__file__).parent)
    res = subprocess.Popen([sys.executable, '-W', 'ignore', '-c', SCRIPT, str(path)], cwd=here, text=True, stdout=subprocess.PIPE)
    assert res.stdout.readline() == 'ready\n'
    return res


def attack(n, seed=0):
    "Counts of `n` kills: resumed is how many trainings ended with the losses of a run in peace"
    rng, counts = random.Random(seed), dict(kills=0, trainings=0, failed=0)
    with tempfile.TemporaryDirectory() as tmp:
        began, peace = time.perf_counter(), start(Path(tmp)/'peace')
        expected, seconds = peace.communicate()[0], time.perf_counter() - began
        while counts['kills'] < n:
            path = Path(tmp)/f'training-{counts["trainings"]}'
            counts['trainings'] += 1
            got = None
            while got is None:
                run = start(path)
                try: got = run.communicate(timeout=rng.uniform(0, seconds/4) if counts['kills'] < n else None)[0]
                except subprocess.TimeoutExpired:
                    run.send_signal(signal.SIGKILL)
                    run.communicate()
                    counts['kills'] += 1
            whole = load_learner(path/'export.safetensors')
            counts['failed'] += got != expected or not len(whole.dls.train_ds)
            left = [o.name for o in path.rglob('.*')]
            counts['part files left'] = counts.get('part files left', 0) + len(left)
    return counts


if __name__ == '__main__':
    opt = options(__doc__, n=100, seed=0)
    report('kills', attack(opt.n, opt.seed), ['failed'])
