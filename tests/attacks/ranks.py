"""Kill one of two processes of a training with SIGKILL, at moments that nobody chose, while `torchrun --max-restarts` watches over them,
and compare the loss at the end with that of a run left in peace.

python tests/attacks/ranks.py --n 10
"""
import random, signal, subprocess, sys, tempfile, time
from common import *

SCRIPT = """
import sys
from common import *
torch.set_num_threads(1)
set_seed(42)
path = Path(sys.argv[1])
learn = collab_learner(loaders(path, device='cpu').shard(), 5, y_range=(0, 5.5))
class Diary(Callback):
    def before_epoch(self, learn): self.at(f'epoch {learn.epoch}')
    def after_step(self, learn): time.sleep(0.002) # so that a kill comes in the middle
    def at(self, text):
        with open(path/f'diary-{rank_and_size()[0]}', 'a') as f: f.write(f'{os.getpid()} {text}\\n')
import time
diary = Diary()
diary.at('starts')
with learn.no_logging(): learn.fit_one_cycle(6, 5e-3, cbs=[ShardedResumable(), diary])
whole = learn.gather()
if whole:
    whole.export(with_ratings=True)
    (path/'loss').write_text(repr(whole.recorder.values[-1][1]))
"""


def start(path):
    "`torchrun` with two processes that train in `path`"
    path.mkdir()
    (path/'script.py').write_text(SCRIPT)
    env = os.environ | dict(PYTHONPATH=os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])]))
    cmd = [sys.executable, '-m', 'torch.distributed.run', '--standalone', '--nproc-per-node=2', '--max-restarts=3', '--monitor-interval=0.1',
           str(path/'script.py'), str(path)]
    return subprocess.Popen(cmd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def epochs(path, rank):
    "Process id and number of each epoch that the process `rank` has begun, in all its lives"
    lines = (path/f'diary-{rank}').read_text().splitlines() if (path/f'diary-{rank}').exists() else []
    return [(int(o.split()[0]), int(o.split()[2])) for o in lines if ' epoch ' in o]


def wait(path, rank, epoch, run):
    "The process that trains as `rank`, once it has begun the `epoch`; None if the training ends before"
    while run.poll() is None:
        if (begun := epochs(path, rank)) and begun[-1][1] >= epoch: return begun[-1][0]
        time.sleep(0.01)


def attack(n, seed=0):
    "Counts of `n` trainings in which a process is killed: failed is how many did not end with the loss of the one in peace"
    rng, counts = random.Random(seed), dict(trainings=0, kills=0, failed=0, resumed=0)
    with tempfile.TemporaryDirectory() as tmp:
        peace = start(Path(tmp)/'peace')
        said = peace.communicate()[0]
        assert peace.returncode == 0, said
        expected = float((Path(tmp)/'peace/loss').read_text())
        for i in range(n):
            path, rank = Path(tmp)/f'training-{i}', rng.randrange(2)
            run = start(path)
            pid = wait(path, rank, rng.randrange(1, 6), run)
            time.sleep(rng.uniform(0, 0.15))
            try: os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, TypeError): pass
            else: counts['kills'] += 1
            said = run.communicate()[0]
            loss = float((path/'loss').read_text()) if (path/'loss').exists() else float('nan')
            begun = epochs(path, 0)
            counts['resumed'] += len({o for o, _ in begun}) > 1 and begun[-1][1] == 5 and len(begun) <= 7
            if bad := run.returncode != 0 or not abs(loss - expected) < 1e-6: print(said[-3000:])
            counts['failed'] += bad
            counts['trainings'] += 1
            assert len(load_learner(path/'export.safetensors').dls.train_ds)
    return counts


if __name__ == '__main__':
    opt = options(__doc__, n=10, seed=0)
    report('ranks', attack(opt.n, opt.seed), ['failed'])
