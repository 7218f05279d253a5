"""About: which codecs work here and what would make the others work, versions, definitions, papers."""

from nicviz.ui.about import codec_table, machine, papers
from nicviz.ui.definitions import definitions
from nicviz.ui.family import family_section
from nicviz.ui.frame import enter_page, page_title
from nicviz.ui.weights import weights_section

enter_page()
page_title("About", "What works here, what would make the rest work, and what the numbers mean.")
machine()
codec_table()
family_section()
weights_section()
definitions()
papers()
