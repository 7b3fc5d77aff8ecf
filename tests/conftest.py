"Every check counts: a skipped one has failed, and the last line says how many passed. The built site is here, for all that look at it."
import pytest
from project import BIN, copy_project, run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped: report.outcome, report.longrepr = 'failed', f'{item.nodeid} was skipped: {report.longrepr}'
    return report


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    reporter = config.pluginmanager.get_plugin('terminalreporter')
    if hasattr(config, 'workerinput') or reporter is None: return
    count = lambda *kinds: sum(len(reporter.stats.get(k, [])) for k in kinds)
    print(f"\n{count('passed')} passed, {count('failed', 'error', 'skipped')} failed", flush=True)


@pytest.fixture(scope='session')
def site(tmp_path_factory):
    copy = copy_project(tmp_path_factory.mktemp('site'))
    run(BIN/'python', 'tools/build_docs.py', cwd=copy)
    return copy/'_docs'
