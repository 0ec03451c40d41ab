"""Which tests share a process of pytest-xdist, because what they need is started once a process and takes long.

By file: the marks xdist_group are lost on the way with pytest 9.2 and pytest-xdist 3.8 (a test's id no longer takes the
group's name), and without a word.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# The beginning of a test's id -> the group that runs in one process.
GROUPS = {
    "tests/browser/": "browser",  # one running product and one Chromium for all; a page is visited once for axe and csp
    "tests/contract/test_answers.py": "contract",
    "tests/site/test_killed_workers.py": "production",
    "tests/site/test_production.py": "production",
}


class Together(LoadScopeScheduling):
    """The groups each in one process, the largest first; all other tests one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for start, group in GROUPS.items() if nodeid.startswith(start)), nodeid)
