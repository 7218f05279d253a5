"""Arrays in, plotly figures and colored maps out; the one place for colors and axes."""
