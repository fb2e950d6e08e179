"""docs/walkthrough.ipynb run from top to bottom; `python -m tests.model.scenarios.run_notebook` writes its outputs."""

import contextlib
import os
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOK = Path(__file__).parents[3] / "docs" / "walkthrough.ipynb"
SECONDS = 500
"""A cell may take that long on a busy machine; all of it takes well under a minute on an idle one."""


def executed(environment: dict[str, str] | None = None, until: str | None = None) -> NotebookNode:
    """The notebook with the outputs of this run; raises nbclient's `CellExecutionError` where a cell fails.

    until: what stands in the last cell that runs; the cells after it are left out.
    """
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    if until is not None:
        last = next(number for number, cell in enumerate(notebook.cells) if until in cell.source)
        notebook.cells = notebook.cells[: last + 1]
    with patch.dict(os.environ, environment or {}):
        NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", record_timing=False).execute(
            cwd=str(NOTEBOOK.parent)
        )
    return notebook


def shown(environment: dict[str, str]) -> list[dict[str, Any]]:
    """The data of every output, in order, of all cells run in this process, which may have TensorFlow; no stream.

    It is the shell that a kernel has inside. Raises what a cell raises.
    """
    from IPython.utils.capture import capture_output

    found: list[dict[str, Any]] = []
    with patch.dict(os.environ, environment), contextlib.chdir(NOTEBOOK.parent), _shell() as shell:
        for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
            if cell.cell_type == "code":
                with capture_output() as captured:
                    done = shell.run_cell(cell.source)
                done.raise_error()
                found += [output.data for output in captured.outputs]
                if done.result is not None:
                    found.append(shell.display_formatter.format(done.result)[0])
    return found


@contextlib.contextmanager
def _shell() -> Iterator[Any]:
    """IPython's, with pictures among its outputs as a kernel has them; afterwards the process is as it was."""
    import builtins

    import matplotlib.pyplot as plt
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.pylabtools import select_figure_formats
    from matplotlib_inline.backend_inline import flush_figures
    from traitlets.config import Config

    before = plt.get_backend()
    config = Config({"HistoryManager": {"enabled": False}})
    hooks = (patch.object(sys, name, getattr(sys, name)) for name in ("displayhook", "excepthook"))
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.dict(vars(builtins)))
        stack.enter_context(plt.rc_context({"interactive": True}))
        for hook in hooks:
            stack.enter_context(hook)
        shell = InteractiveShell.instance(user_module=types.ModuleType("walkthrough"), config=config)
        try:
            plt.switch_backend("module://matplotlib_inline.backend_inline")
            select_figure_formats(shell, {"png"})
            shell.events.register("post_execute", flush_figures)
            yield shell
        finally:
            plt.close("all")
            plt.switch_backend(before)
            shell.reset(new_session=False)
            InteractiveShell.clear_instance()
            del sys.modules["walkthrough"]


def presentable(notebook: NotebookNode) -> NotebookNode:
    """The notebook as it is committed: without log lines of the libraries and without the machine's Python version."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
    notebook.metadata.language_info = {"name": "python"}
    return notebook


if __name__ == "__main__":
    found = presentable(executed({"REELFEEL_REVIEWS": ""}))
    nbformat.write(found, NOTEBOOK)
