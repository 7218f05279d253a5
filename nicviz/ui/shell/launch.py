"""Start the dashboard (`make run`): Streamlit, with the app's modules loading while the browser loads the page.

`streamlit run app.py` does the same, but loads them when the first browser has connected.
"""

import sys
import threading
from importlib import import_module

FIRST_PAGE = (
    "shell.controls", "shell.frame", "shell.comparison", "shell.panes", "kit.serial", "compare.files",
    "compare.error_maps", "compare.plots", "compare.summary", "viewer",
)  # fmt: skip


def main() -> None:
    """Run Streamlit on app.py with the arguments of the command line; does not return."""
    threading.Thread(target=_warm, name="nicviz-warm", daemon=True).start()
    from streamlit.web import cli

    from nicviz.run.jobs import stop_all
    from nicviz.ui.shell.frame import APP

    try:
        cli.main(["run", str(APP), *sys.argv[1:]], prog_name="streamlit")
    finally:
        stop_all()


def _warm() -> None:
    """Load what the first page needs, and start a worker process for its JPEG 2000."""
    from nicviz.run.pool import workers

    workers().warm()
    for name in FIRST_PAGE:
        import_module(f"nicviz.ui.{name}")
    import_module("streamlit.emojis")  # of the first segmented control
    import_module("nicviz.compiled.color")  # of the first figures
    import_module("nicviz.compiled.windows")


if __name__ == "__main__":
    main()
