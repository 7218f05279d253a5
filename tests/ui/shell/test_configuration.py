"""What .streamlit/config.toml must do to Streamlit, whatever Streamlit makes of it in its next version."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ASKED = """
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed

message = ForwardMsg()
message.delta.new_element.markdown.body = "x" * 50_000_000
populate_hash_if_needed(message)
print(message.metadata.cacheable, message.hash != "")
config.set_option("global.minCachedMessageSize", 10_000)
again = ForwardMsg()
again.delta.new_element.markdown.body = "x" * 50_000
populate_hash_if_needed(again)
print(again.metadata.cacheable)
"""


@pytest.mark.slow
def test_no_message_stands_for_one_that_the_browser_may_have_thrown_away():
    run = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True", "True"]
