"""The shell around every page: look, shared controls, session, start."""
