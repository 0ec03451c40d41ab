"""docs/operations.md says what the code does."""

from __future__ import annotations

from pathlib import Path

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.catalogue.__main__ import PRODUCT, page, used_by
from tests.sandbox_server import ROOT


def test_the_table_of_operations_is_current() -> None:
    written = (ROOT / "docs/operations.md").read_text()
    assert written == page(used_by(PRODUCT)), "python -m klaviyo_app.gateway.catalogue > docs/operations.md"


def test_a_module_that_names_an_operation_uses_it(tmp_path: Path) -> None:
    (tmp_path / "resources/lists").mkdir(parents=True)
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "resources/lists/services.py").write_text('call("get_list")\nsay("the get_segment of old")')
    (tmp_path / "sandbox/lists.py").write_text('call("delete_list")')
    assert used_by(tmp_path) == {"get_list": ["resources.lists.services"]}


def test_what_was_asked_for_and_is_not_used_is_named_first() -> None:
    nothing = page({})
    assert nothing.index("- `merge_profiles`") < nothing.index("\n## ")
    assert "are reached" in page({name: ["somewhere"] for name in OPERATIONS})
