"Every check counts: a skipped one has failed, and the last line says how many passed. The built site is here, for all that look at it."
import shutil
import pytest
from project import BIN, copy_project, run
from xdist.scheduler import LoadScopeScheduling


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


class Schedule(LoadScopeScheduling):
    "The tests of a file stay in one process, and those of the site share one; each notebook is free to go to any"
    def _split_scope(self, nodeid):
        file = nodeid.split('::')[0].rpartition('/')[2]
        if file == 'test_notebooks.py': return nodeid
        return 'site' if file in ('test_site.py', 'test_browser.py') else file


def pytest_xdist_make_scheduler(config, log): return Schedule(config, log)


@pytest.fixture(scope='session')
def site(tmp_path_factory):
    copy = copy_project(tmp_path_factory.mktemp('site'))
    run(BIN/'python', 'tools/build_docs.py', cwd=copy)
    return copy/'_docs'


@pytest.fixture(scope='session')
def chrome():
    "A browser of this machine, or Playwright's own"
    from playwright.sync_api import sync_playwright  # which only these checks need
    found = [shutil.which(name) for name in ('chromium', 'chromium-browser', 'google-chrome')]
    path = next((f for f in found if f), None)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=['--no-sandbox', '--disable-background-networking'])
        yield browser
        browser.close()
