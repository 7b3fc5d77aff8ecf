"""Users on several processes: what three designs cost, and how much memory the user side takes on each rank. Linux only.

python benchmarks/distributed.py --part designs   # this library's, DDP of all tables, row-wise DTensor tables
python benchmarks/distributed.py --part memory --users 10000000

Traffic is what the loopback device counts. If other programs use it, give the run a network of its own (root only):
unshare -n sh -c 'ip link set lo up; python benchmarks/distributed.py --part designs'
"""
import argparse, gc, logging, statistics, time, warnings
from pathlib import Path
import pandas as pd
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from common import RESULTS, machine
from collab_lit.distributed import ShardedStepper
from collab_lit.engine import Adam, MSELossFlat

from collab_lit.model import EmbeddingDotBias
from collab_lit.shards import everyones, launch, rank_and_size

K, LR, MOM = 50, 1e-3, 0.9


def resident():
    "The memory of this process in bytes, without pages that it only shares with its parent"
    lines = Path('/proc/self/smaps_rollup').read_text().splitlines()
    return sum(int(o.split()[1]) for o in lines if o.startswith('Private_'))*1024


def sent():
    "Bytes that the loopback device has carried"
    lines = Path('/proc/net/dev').read_text().splitlines()
    return int(next(o for o in lines if o.strip().startswith('lo:')).split()[1])


def batches(n_users, n_items, bs, steps):
    "Random batches, the same on all ranks"
    g = torch.Generator().manual_seed(0)
    for _ in range(steps):
        x = torch.stack([torch.randint(n, (bs,), generator=g) for n in (n_users, n_items)], 1)
        yield x, torch.rand(bs, 1, generator=g)


def sharded(n_users, n_items):
    "This library's step: users of rank r are those with u % n == r"
    rank, n = rank_and_size()
    model = EmbeddingDotBias(K, -(-n_users//n), n_items)
    stepper = ShardedStepper(model, Adam(model))
    stepper.__enter__()
    def step(x, y):
        own = x[:, 0] % n == rank
        x, y = x[own], y[own]
        x[:, 0] //= n
        return stepper.step(x, y, torch.full_like(y, 1/len(own)), LR, MOM)
    return step, stepper


def by_autograd(model, take):
    "A step of autograd and AdamW, on the rows that `take` takes"
    opt, loss_func = torch.optim.AdamW(model.parameters(), lr=LR), MSELossFlat()
    def step(x, y):
        loss = loss_func(model(take(x)), take(y))
        loss.backward()
        opt.step()
        opt.zero_grad()
        return loss.detach()
    return step, (model, opt)


def ddp(n_users, n_items):
    "All tables on each rank; each takes a part of the batch, and all gradients are averaged"
    rank, n = rank_and_size()
    model = EmbeddingDotBias(K, n_users, n_items)
    if n > 1: model = DistributedDataParallel(model, gradient_as_bucket_view=True)
    return by_autograd(model, lambda t: t[rank::n])


def dtensor(n_users, n_items):
    "Rows of all tables divided among ranks; each takes the whole batch"
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Replicate
    from torch.distributed.tensor.parallel import RowwiseParallel, parallelize_module
    model = EmbeddingDotBias(K, n_users, n_items)
    rows = lambda: RowwiseParallel(input_layouts=Replicate())
    names = 'u_weight', 'u_bias', 'i_weight', 'i_bias'
    model = parallelize_module(model, init_device_mesh('cpu', (rank_and_size()[1],)), {o: rows() for o in names})
    return by_autograd(model, lambda t: t)


def measure(make, n_users, n_items, bs, steps):
    "CPU and wall seconds of a step, memory, and bytes sent by all ranks in a step; of the rank with the most of each"
    torch.set_num_threads(1)
    logging.disable(logging.ERROR)
    warnings.simplefilter('ignore')
    rank_and_size()
    gc.collect()
    before = resident()
    step, keep = make(n_users, n_items)
    data, walls = list(batches(n_users, n_items, bs, steps + 2)), []
    for x, y in data[:2]: step(x.clone(), y) # the first ones allocate
    everyones(None)
    start, cpu = sent(), time.process_time()
    for x, y in data[2:]:
        wall = time.perf_counter()
        loss = step(x.clone(), y)
        walls.append(time.perf_counter() - wall)
    cpu = (time.process_time() - cpu)/steps
    gc.collect()
    memory = resident() - before - sum(o.nbytes for pair in data for o in pair)
    everyones(None)
    traffic = (sent() - start)/steps
    found = everyones((cpu, statistics.median(walls), memory))
    if dist.is_initialized(): everyones(None)
    return *(max(o) for o in zip(*found)), traffic, float(loss)


def table(rows, name):
    res = pd.DataFrame(rows).assign(machine=machine())
    res.to_csv(RESULTS/f'{name}.csv', index=False)
    print(res.drop(columns='machine').to_string(index=False))


def row(name, make, ranks, users, items, bs, steps):
    cpu, wall, memory, traffic, _ = launch(measure, ranks, make, users, items, bs, steps)[0]
    print(name, ranks, bs, f'{cpu:.3f} {wall:.3f} {memory/2**20:.0f} {traffic/2**20:.1f}', flush=True)
    return dict(design=name, ranks=ranks, users=users, items=items, bs=bs, cpu_seconds=round(cpu, 4), wall_seconds=round(wall, 4),
                memory_mb=round(memory/2**20, 1), traffic_mb=round(traffic/2**20, 2) if ranks > 1 else 0.)


def designs(users, items, bs, steps):
    "All designs on 1, 2 and 4 ranks"
    rows = [row('sharded', sharded, 1, users, items, o, steps) for o in (bs//8, bs)]
    for ranks in (2, 4):
        for name, make in dict(sharded=sharded, ddp=ddp, dtensor=dtensor).items():
            rows.append(row(name, make, ranks, users, items, bs, steps))
    table(rows, 'distributed')


def memory(users, items, bs):
    "The user side on 1, 2 and 4 ranks"
    table([row('sharded', sharded, n, users, items, bs, 2) for n in (4, 2, 1)], 'distributed_memory')


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--part', choices=['designs', 'memory'], required=True)
    for k, v in dict(users=200_000, items=20_000, bs=16_384, steps=10).items(): parser.add_argument(f'--{k}', type=int, default=v)
    opt = parser.parse_args()
    if opt.part == 'designs': designs(opt.users, opt.items, opt.bs, opt.steps)
    else: memory(opt.users, opt.items, opt.bs)
