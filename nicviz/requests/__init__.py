"""What is asked for, as values: one frozen dataclass a command, a page's choices, and the view that pages share.

Each field says how it is written (`fields`); from that follow the query string and its reading (`query`), the parser
and the words of a command (`words`), and the defaults.
"""
