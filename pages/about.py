"""About: which codecs work here and what would make the others work, versions, definitions, papers."""

from nicviz.ui.about import codec_table, definitions, machine, papers
from nicviz.ui.frame import page_title

page_title("About", "What works here, what would make the rest work, and what the numbers mean.")
machine()
codec_table()
definitions()
papers()
