"""Two hosts as two network namespaces, joined by a cable that is cut in the middle of a training and mended after a while: the processes
report that they can't reach each other, and the training, started again on both, continues from its checkpoint. Linux, root only.

python tests/attacks/netcut.py --n 1
"""
import signal, subprocess, sys, tempfile, time
from common import *

SCRIPT = """
import sys, time
from common import *
torch.set_num_threads(1)
set_seed(42)
path = Path(sys.argv[1])
print('rank', *rank_and_size(timeout=10), flush=True)
learn = collab_learner(loaders(path, device='cpu').shard(), 5, y_range=(0, 5.5))
class Diary(Callback):
    def before_epoch(self, learn): (path/f'epoch-{rank_and_size()[0]}').write_text(str(learn.epoch))
    def after_step(self, learn): time.sleep(0.01)
with learn.no_logging(): learn.fit_one_cycle(6, 5e-3, cbs=[ShardedResumable(), Diary()])
print('started at epoch', learn.start_epoch, flush=True)
whole = learn.gather()
if whole: (path/'loss').write_text(repr(whole.recorder.values[-1][1]))
"""
HOSTS = {'cl-one': ('cl-a', '10.77.0.1'), 'cl-two': ('cl-b', '10.77.0.2')}


def ip(cmd, check=True): subprocess.run(['ip', *cmd.split()], check=check, capture_output=not check)


def connect():
    "Two hosts and a cable"
    for host in HOSTS: ip(f'netns add {host}')
    ip('link add cl-a type veth peer name cl-b')
    for host, (device, address) in HOSTS.items():
        ip(f'link set {device} netns {host}')
        ip(f'-n {host} addr add {address}/24 dev {device}')
        for o in (device, 'lo'): ip(f'-n {host} link set {o} up')


def start(path):
    "`torchrun` on both hosts, with one process each; what they say goes to files"
    env = os.environ | dict(PYTHONPATH=os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])]))
    def run(node, host, device):
        cmd = ['ip', 'netns', 'exec', host, sys.executable, '-m', 'torch.distributed.run', '--nnodes=2', '--nproc-per-node=1',
               f'--node-rank={node}', '--master-addr=10.77.0.1', '--master-port=29555', str(path/'script.py'), str(path)]
        with open(path/f'said-{node}', 'w') as said:
            return subprocess.Popen(cmd, env=env | dict(GLOO_SOCKET_IFNAME=device), stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
    return [run(i, host, device) for i, (host, (device, _)) in enumerate(HOSTS.items())]


def until(met, limit=90):
    "Seconds until `met()` is true; None if that takes longer than `limit`"
    began = time.monotonic()
    while time.monotonic() - began < limit:
        if met(): return time.monotonic() - began
        time.sleep(0.05)


def stop(runs):
    "End these runs and their processes: after an error, `torchrun` waits five minutes for the other host"
    for o in runs:
        try: os.killpg(o.pid, signal.SIGKILL)
        except ProcessLookupError: pass
        o.wait()


def attack(n):
    "Counts of `n` cuts; failed is how many trainings gave no clear error, or another loss than one in peace"
    counts, losses = dict(cuts=0, clear_errors=0, failed=0), []
    with tempfile.TemporaryDirectory() as tmp:
        for i in range(n + 1): # the first one is left in peace
            path = Path(tmp)/str(i)
            path.mkdir()
            (path/'script.py').write_text(SCRIPT)
            said = lambda: [(path/f'said-{o}').read_text() for o in (0, 1)]
            runs, clear = start(path), True
            if i:
                until(lambda: (path/'epoch-0').exists() and (path/'epoch-0').read_text() >= '2')
                ip('-n cl-one link set cl-a down')
                seconds = until(lambda: all("can't reach the others" in o for o in said()))
                clear = seconds is not None
                counts |= dict(cuts=counts['cuts'] + 1, clear_errors=counts['clear_errors'] + clear, seconds_to_error=seconds and round(seconds, 1))
                stop(runs)
                ip('-n cl-one link set cl-a up')
                runs = start(path)
            until(lambda: all(o.poll() is not None for o in runs))
            if any(o.poll() != 0 for o in runs): print(*(o[-2500:] for o in said()), sep='\n=====\n')
            if i: counts['resumed_at_epoch'] = int(said()[0].split('started at epoch ')[-1].split()[0])
            stop(runs)
            losses.append(float((path/'loss').read_text()) if (path/'loss').exists() else float('nan'))
            counts['failed'] += not (clear and abs(losses[-1] - losses[0]) < 1e-6)
    return counts


if __name__ == '__main__':
    opt = options(__doc__, n=1)
    try:
        connect()
        counts = attack(opt.n)
    finally:
        for host in HOSTS: ip(f'netns del {host}', check=False)
    report('netcut', counts, ['failed'])
