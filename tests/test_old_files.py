"Files that version 0.1.0 wrote still load, and give the answers that version gave."
import json, shutil
import pandas as pd
import pytest
from collab_lit.all import *
from project import ROOT

OLD = ROOT/'tests/fixtures/0.1.0'
EXPECTED = json.loads((OLD/'expected.json').read_text())


@pytest.mark.parametrize('name', [k for k, v in EXPECTED.items() if 'pairs' in v])
def test_exported_learner(name):
    want, learn = EXPECTED[name], load_learner(OLD/f'{name}.safetensors')
    pairs = pd.DataFrame(want['pairs'], columns=list(learn.dls.classes))
    assert learn.predict(pairs)['prediction'].tolist() == pytest.approx(want['prediction'], abs=1e-6)
    assert learn.noise() == pytest.approx(float(want['noise']), rel=1e-6)


@pytest.mark.parametrize('name', ['dot_product_with_ratings', 'no_range_numbers'])
def test_ratings_come_along(name):
    learn = load_learner(OLD/f'{name}.safetensors')
    assert len(learn.dls.train_ds) == 58
    x, _ = learn.dls.train_ds[:]
    user = learn.dls.classes[learn.dls.user_name][int(x[0, 0])]
    seen = learn.dls.decode(x).query(f'{learn.dls.user_name} == @user')[learn.dls.item_name]
    assert not set(learn.recommend(user)[learn.dls.item_name]) & set(seen)


def test_learner_trained_for_ranking():
    want = EXPECTED['ranking']
    got = load_learner(OLD/'ranking.safetensors').recommend(want['users'], 2)
    assert got['film'].tolist() == want['films']
    assert got['score'].tolist() == pytest.approx(want['score'], abs=1e-6)


def test_checkpoint_goes_on(tmp_path):
    want = EXPECTED['checkpoint']
    shutil.copy(OLD/'checkpoint.safetensors', tmp_path)
    set_seed(0)
    dls = CollabDataLoaders.from_df(pd.read_csv(OLD/'ratings.csv'), seed=1, bs=8, path=tmp_path)
    learn = collab_learner(dls, want['n_factors'], y_range=want['y_range'], model_dir='')
    learn.load('checkpoint')
    set_seed(want['state_seed'])
    learn.fit(want['epochs'], want['lr'])
    assert learn.recorder.losses == pytest.approx(want['losses'], rel=1e-5)
