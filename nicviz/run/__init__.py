"""Where work runs: in this thread, in a worker process, in the background of the dashboard."""
