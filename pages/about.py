"""About: which codecs work here and what would make the others work, versions, definitions, papers."""

from nicviz.requests.pages import About
from nicviz.ui.about.compact_family import family_section
from nicviz.ui.about.definitions import definitions
from nicviz.ui.about.overview import codec_table, machine, papers
from nicviz.ui.about.programs import look_again, programs_section
from nicviz.ui.about.published_weights import weights_section
from nicviz.ui.shell.frame import enter_page, page_title

enter_page(About)
page_title("About", "What works here, what would make the rest work, and what the numbers mean.")
machine()
codec_table()
look_again()
family_section()
programs_section()
weights_section()
definitions()
papers()
