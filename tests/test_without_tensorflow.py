"""Where TensorFlow has no wheel, what trains is skipped with a word; elsewhere its absence is an error."""

from __future__ import annotations

import pytest

from tests.fixtures import without_tensorflow
from tests.fixtures.without_tensorflow import WORD, lacks_tensorflow, pytest_runtest_makereport

NEVER, EVERYWHERE = (99,), (3, 11)


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    error.__cause__ = cause
    return error


NO_KERAS = ModuleNotFoundError("No module named 'keras'", name="keras")


@pytest.mark.parametrize(
    ("first", "error", "skipped"),
    [
        (EVERYWHERE, NO_KERAS, True),
        (EVERYWHERE, ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow"), True),
        (EVERYWHERE, raised(RuntimeError("of it"), NO_KERAS), True),
        (EVERYWHERE, ModuleNotFoundError("No module named 'pandas'", name="pandas"), False),
        (EVERYWHERE, AssertionError("tensorflow"), False),
        (NEVER, NO_KERAS, False),
    ],
)
def test_a_failure_for_want_of_tensorflow_is_a_skip_where_there_is_none(
    first: tuple[int, ...],
    error: BaseException,
    skipped: bool,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(without_tensorflow, "WITHOUT_TENSORFLOW", first)
    assert lacks_tensorflow(error) == skipped

    def fails() -> None:
        raise error

    call: pytest.CallInfo[None] = pytest.CallInfo.from_call(fails, when="setup")
    hook = pytest_runtest_makereport(request.node, call)
    next(hook)
    with pytest.raises(StopIteration) as ended:
        hook.send(pytest.TestReport.from_item_and_call(request.node, call))
    report: pytest.TestReport = ended.value.value
    assert report.outcome == ("skipped" if skipped else "failed")
    assert (WORD in str(report.longrepr)) == skipped
