"""The same function under Ray Train and under Spark, on two processes each, beside one process: are the losses equal?

pip install 'collab_lit[ray]' pyspark   # Spark needs Java
python benchmarks/launchers.py ray spark
"""
import os, sys, tempfile
from pathlib import Path


def train(path):
    "What a launched function does: an ordinary script; the validation losses go to a file"
    import pandas as pd
    from pathlib import Path
    from collab_lit.batches import set_seed
    from collab_lit.data import CollabDataLoaders
    from collab_lit.datasets import URLs, untar_data
    from collab_lit import distributed # for `gather`
    from collab_lit.learner import collab_learner
    from collab_lit.onecycle import fit_one_cycle
    from collab_lit.shards import rank_and_size
    size = rank_and_size()[1]
    ratings = pd.read_csv(untar_data(URLs.ML_SAMPLE)/'ratings.csv')[['userId', 'movieId', 'rating']]
    dls = CollabDataLoaders.from_df(ratings, seed=42, bs=256, device='cpu', path=path)
    set_seed(42)
    learn = collab_learner(dls.shard(), 10, y_range=(0, 5.5))
    with learn.no_logging(): learn.fit_one_cycle(2, 2e-2, wd=0.1)
    whole = learn.gather()
    if whole: (Path(path)/'losses').write_text(repr((size, [o[1] for o in whole.recorder.values])))


def ray(path):
    import ray as r
    from ray.train import ScalingConfig
    from ray.train.torch import TorchTrainer
    root = str(Path(__file__).resolve().parents[1])
    r.init(num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env={'env_vars': {'PYTHONPATH': root}})
    TorchTrainer(lambda _: train(path), scaling_config=ScalingConfig(num_workers=2)).fit()
    r.shutdown()


def spark(path):
    from pyspark.sql import SparkSession
    from pyspark.ml.torch.distributor import TorchDistributor
    session = SparkSession.builder.master('local[2]').config('spark.ui.enabled', False).getOrCreate()
    TorchDistributor(num_processes=2, local_mode=True, use_gpu=False).run(train, path)
    session.stop()


if __name__ == '__main__':
    os.environ['OMP_NUM_THREADS'] = '1'
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ['PYTHONPATH'] = sys.path[0]
    bad = 0
    with tempfile.TemporaryDirectory() as tmp:
        train(tmp)
        _, expected = eval((Path(tmp)/'losses').read_text())
        print('one process', expected)
        for name in sys.argv[1:]:
            (Path(tmp)/'losses').unlink()
            dict(ray=ray, spark=spark)[name](tmp)
            size, found = eval((Path(tmp)/'losses').read_text())
            same = size == 2 and max(abs(a - b) for a, b in zip(found, expected)) < 1e-6
            print(name, size, 'processes', found, 'equal' if same else 'DIFFERENT')
            bad += not same
    raise SystemExit(bad)
